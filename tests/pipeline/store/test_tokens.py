"""A token is known by its hash, lasts as long as it was made for, and ends when it is revoked."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.store import audit, tokens, users
from pipeline.store.connect import Store
from pipeline.store.schema import api_tokens


@pytest.fixture
def owned(store: Store) -> Store:
    with store.writing() as connection:
        users.add_user(connection, "root", "sato", ["manager"], "hash")
    return store


def make(store: Store, days: int = 30, label: str = "集計") -> tuple[tokens.Token, str]:
    with store.writing() as connection:
        return tokens.make_token(connection, "root", "sato", label, ["calls.read"], days)


def found(store: Store, secret: str) -> str | None:
    with store.reading() as connection:
        token = tokens.find_token(connection, secret)
    return token.label if token else None


def test_a_token_opens_until_it_is_revoked(owned: Store) -> None:
    token, secret = make(owned)
    assert found(owned, secret) == "集計"
    assert found(owned, secret + "x") is None and found(owned, "") is None
    with owned.writing() as connection:
        assert tokens.revoke_token(connection, "root", token.token_id)
        assert tokens.revoke_token(connection, "root", token.token_id)  # once more changes nothing
    assert found(owned, secret) is None


def test_a_token_ends_on_its_day(owned: Store) -> None:
    _, secret = make(owned)
    with owned.writing() as connection:
        connection.execute(sa.update(api_tokens).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert found(owned, secret) is None


def test_nobody_revokes_what_is_another_persons(owned: Store) -> None:
    token, secret = make(owned)
    with owned.writing() as connection:
        assert not tokens.revoke_token(connection, "kato", token.token_id, owner="kato")
        assert not tokens.revoke_token(connection, "root", token.token_id + 1)
    assert found(owned, secret) == "集計"


def test_the_secret_is_kept_nowhere(owned: Store) -> None:
    _, secret = make(owned)
    with owned.reading() as connection:
        kept = connection.execute(sa.select(api_tokens)).one()
        entries = audit.list_entries(connection, action="tokens")
    assert secret not in str(kept) and secret not in str(entries)
    (entry,) = entries
    assert (entry.action, entry.actor, entry.details["owner"]) == ("tokens.make", "root", "sato")


@pytest.mark.parametrize(("days", "label"), [(0, "集計"), (367, "集計"), (30, " "), (30, "長" * 101)])
def test_a_token_without_purpose_or_end_is_refused(days: int, label: str, owned: Store) -> None:
    with pytest.raises(BadInput):
        make(owned, days, label)


def test_nobody_and_who_was_stopped_get_none(owned: Store) -> None:
    with owned.writing() as connection:
        users.add_user(connection, "root", "admin", ["administrator"], "hash")
        users.change_user(connection, "root", "sato", active=False)
        for name in ("sato", "nobody"):
            with pytest.raises(BadInput):
                tokens.make_token(connection, "root", name, "x", ["calls.read"], 30)
