"""A company account belongs to one user, and makes none."""

import pytest

from pipeline.errors import BadInput
from pipeline.store import audit, identities, users
from pipeline.store.connect import Store

ISSUER = "https://login.example"


@pytest.fixture
def peopled(store: Store) -> Store:
    with store.writing() as connection:
        for name in ("sato@example.jp", "kato@example.jp"):
            users.add_user(connection, "root", name, ["manager"], None)
        users.add_user(connection, "root", "admin", ["administrator"], None)
    return store


def recognised(store: Store, subject: str, name: str, issuer: str = ISSUER) -> str | None:
    with store.writing() as connection:
        user = identities.recognise(connection, issuer, subject, name)
    return user.name if user else None


def test_the_first_sign_in_links_and_later_ones_go_by_the_subject(peopled: Store) -> None:
    assert recognised(peopled, "S-1", "Sato@Example.jp") == "sato@example.jp"
    assert recognised(peopled, "S-1", "kato@example.jp") == "sato@example.jp"
    assert recognised(peopled, "S-2", "sato@example.jp") is None
    assert recognised(peopled, "s-1", "sato@example.jp") is None  # a subject is compared letter by letter
    assert recognised(peopled, "S-1", "kato@example.jp", "https://other.example") == "kato@example.jp"
    with peopled.reading() as connection:
        links = [entry.actor for entry in audit.list_entries(connection, action="users.link")]
    assert sorted(links) == ["kato@example.jp", "sato@example.jp"]


@pytest.mark.parametrize("name", ["nobody@example.jp", "", "kouken", "x" * 65])
def test_nobody_is_made(peopled: Store, name: str) -> None:
    assert recognised(peopled, "S-1", name) is None
    with peopled.reading() as connection:
        assert len(users.list_users(connection)) == 3


def test_who_was_stopped_is_not_recognised_and_not_linked(peopled: Store) -> None:
    recognised(peopled, "S-1", "sato@example.jp")
    with peopled.writing() as connection:
        for name in ("sato@example.jp", "kato@example.jp"):
            users.change_user(connection, "root", name, active=False)
    assert recognised(peopled, "S-1", "sato@example.jp") is None
    assert recognised(peopled, "S-2", "kato@example.jp") is None
    with peopled.writing() as connection:
        assert identities.unlink(connection, "root", "kato@example.jp") == 0


def test_an_unlinked_user_is_linked_anew(peopled: Store) -> None:
    recognised(peopled, "S-1", "sato@example.jp")
    with peopled.writing() as connection:
        assert identities.unlink(connection, "root", "sato@example.jp") == 1
        with pytest.raises(BadInput):
            identities.unlink(connection, "root", "nobody")
    assert recognised(peopled, "S-2", "sato@example.jp") == "sato@example.jp"
    assert recognised(peopled, "S-1", "sato@example.jp") is None
