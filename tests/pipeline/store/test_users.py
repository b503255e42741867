"""Who may sign in: named once, never without an administrator, and signed out by every change of what they may do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline.accounts.passwords import generate_password, hash_password, is_password
from pipeline.errors import BadInput
from pipeline.store import audit, sessions, users
from pipeline.store.connect import Store
from pipeline.store.schema import sessions as table

HOUR = timedelta(hours=1)


@pytest.fixture
def staffed(store: Store) -> Store:
    with store.writing() as connection:
        users.add_user(connection, "root", "Sato", ["administrator", "manager"], "hash-of-sato")
        users.add_user(connection, "sato", "suzuki", ["operator"], "hash-of-suzuki", operator_id="OP-001")
    return store


def signed_in(store: Store, token: str, idle: timedelta = HOUR, longest: timedelta = 12 * HOUR) -> str | None:
    with store.reading() as connection:
        found = sessions.find_session(connection, token, idle=idle, longest=longest)
    return found.user.name if found else None


def test_a_person_has_one_name_however_it_is_typed(staffed: Store) -> None:
    with staffed.writing() as connection, pytest.raises(BadInput):
        users.add_user(connection, "root", " ＳＡＴＯ ", ["analyst"], None)


@pytest.mark.parametrize(
    ("roles", "more"),
    [
        ([], {}),
        (["king"], {}),
        (["operator"], {}),
        (["manager"], {"operator_id": "OP-001"}),
        (["analyst"], {"teams": ["first"]}),
    ],
)
def test_roles_that_do_not_fit_are_refused(store: Store, roles: list[users.Role], more: dict[str, object]) -> None:
    with store.writing() as connection, pytest.raises(BadInput):
        users.add_user(connection, "root", "kato", roles, None, **more)  # type: ignore[arg-type]


def test_there_is_always_an_administrator(staffed: Store) -> None:
    for change in ({"roles": ["manager"]}, {"active": False}):
        with pytest.raises(BadInput), staffed.writing() as connection:
            users.change_user(connection, "sato", "sato", **change)
    with staffed.reading() as connection:
        found = users.find_user(connection, "sato")
    assert found is not None and found.active and "administrator" in found.roles


def test_a_change_of_role_or_password_signs_the_person_out_everywhere(staffed: Store) -> None:
    for change in (
        lambda connection: users.change_user(connection, "sato", "suzuki", roles=["analyst"], operator_id=None),
        lambda connection: users.set_password(connection, "sato", "suzuki", "another"),
    ):
        with staffed.writing() as connection:
            tokens = [sessions.open_session(connection, "suzuki") for _ in range(2)]
            other = sessions.open_session(connection, "sato")
        assert [signed_in(staffed, token) for token in tokens] == ["suzuki", "suzuki"]
        with staffed.writing() as connection:
            change(connection)
        assert [signed_in(staffed, token) for token in tokens] == [None, None]
        assert signed_in(staffed, other) == "sato"


def test_a_session_ends_when_left_alone_and_after_its_longest_time(staffed: Store) -> None:
    with staffed.writing() as connection:
        token = sessions.open_session(connection, "sato")
    assert signed_in(staffed, token) == "sato"
    with staffed.writing() as connection:
        kept = connection.execute(sa.select(table)).one()
        connection.execute(sa.update(table).values(seen_at=kept.seen_at - 2 * HOUR))
    assert signed_in(staffed, token) is None
    assert signed_in(staffed, token, idle=3 * HOUR) == "sato"
    with staffed.writing() as connection:
        connection.execute(sa.update(table).values(created_at=kept.created_at - 13 * HOUR))
    assert signed_in(staffed, token, idle=3 * HOUR) is None


def test_nobody_stays_signed_in_because_the_clock_was_put_back(staffed: Store) -> None:
    with staffed.writing() as connection:
        token = sessions.open_session(connection, "sato")
        kept = connection.execute(sa.select(table)).one()
        connection.execute(sa.update(table).values(seen_at=kept.seen_at + 48 * HOUR))
    assert signed_in(staffed, token) is None


def test_the_token_itself_is_not_in_the_store(staffed: Store) -> None:
    with staffed.writing() as connection:
        token = sessions.open_session(connection, "sato")
        kept = connection.execute(sa.select(table)).one()
    assert token not in map(str, kept)


def test_who_may_not_sign_in_has_no_password(staffed: Store) -> None:
    with staffed.writing() as connection:
        users.change_user(connection, "sato", "suzuki", active=False)
        assert users.password_hash_of(connection, "suzuki") is None
        assert users.password_hash_of(connection, "nobody") is None
        assert users.password_hash_of(connection, "sato") == "hash-of-sato"


def test_every_change_is_in_the_audit_log_without_passwords(staffed: Store) -> None:
    with staffed.writing() as connection:
        users.set_password(connection, "sato", "suzuki", "secret-hash", must_change=True)
        entries = audit.list_entries(connection, action="users")
    assert [entry.action for entry in entries] == ["users.password", "users.add", "users.add"]
    assert "secret-hash" not in str(entries)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "my-name-is-sato-san", "x" * 300])
def test_easy_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadInput):
        hash_password(password, "sato")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "yokohama1234",
        "kouken123456",
        "sakura123456",
        "123456789012",
    ],
)
def test_passwords_in_common_use_are_refused(password: str) -> None:
    with pytest.raises(BadInput, match="推測しやすい"):
        hash_password(password, "yamamoto-y")


@pytest.mark.parametrize("password", ["ひるやすみ に ながい さんぽ", "korogaru-enpitsu-7", "x9#kQ" * 60])
def test_long_phrases_of_ones_own_are_taken(password: str) -> None:
    assert hash_password(password[:256], "yamamoto-y").startswith("$argon2id$")


def test_a_given_password_has_more_than_128_bits() -> None:
    made = [generate_password() for _ in range(300)]
    letters = {letter for password in made for letter in password.replace("-", "")}
    assert len(letters) == 32 and {len(password.replace("-", "")) for password in made} == {28}  # 5 bits each


def test_a_password_is_known_by_its_hash_alone() -> None:
    password = generate_password()
    known = hash_password(password)
    assert password not in known and known.startswith("$argon2id$")
    assert is_password(password, known)
    assert not is_password(password + "x", known)
    assert not is_password(password, "no hash at all")
    assert not is_password("nobody has this password", None)
    assert generate_password() != password
