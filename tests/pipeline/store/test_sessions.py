"""Where somebody is signed in: told to them alone, ended one by one, and kept by every migration."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from pipeline.store import audit, migrate, sessions, users
from pipeline.store.connect import Connection, Store
from pipeline.store.schema import sessions as table
from pipeline.store.sessions import Device, SignIn

HOUR = timedelta(hours=1)


@pytest.fixture
def people(store: Store) -> Store:
    with store.writing() as connection:
        for name in ("sato", "kato"):
            users.add_user(connection, "root", name, ["administrator"], "hash")
    return store


def listed(connection: Connection, name: str = "sato") -> list[SignIn]:
    return sessions.list_sessions(connection, name, idle=HOUR, longest=12 * HOUR)


def is_alive(connection: Connection, token: str) -> bool:
    return sessions.find_session(connection, token, idle=HOUR, longest=12 * HOUR) is not None


def test_only_ones_own_sessions_that_still_open_something_are_listed(people: Store) -> None:
    with people.writing() as connection:
        sessions.open_session(connection, "kato")
        tokens = [sessions.open_session(connection, "sato") for _ in range(4)]
        ids = [found.session_id for found in map(known(connection), tokens)]
        kept = connection.execute(sa.select(table)).first()
        assert kept is not None
        change(connection, ids[1], seen_at=kept.seen_at - 2 * HOUR)
        change(connection, ids[2], created_at=kept.created_at - 13 * HOUR)
        change(connection, ids[3], seen_at=kept.seen_at + 48 * HOUR)  # the clock was put back
        assert [one.session_id for one in listed(connection)] == ids[:1]
        assert [is_alive(connection, token) for token in tokens] == [True, False, False, False]


def known(connection: Connection) -> Callable[[str], sessions.Session]:
    def find(token: str) -> sessions.Session:
        found = sessions.find_session(connection, token, idle=HOUR, longest=12 * HOUR)
        assert found is not None
        return found

    return find


def change(connection: Connection, session_id: str, **values: object) -> None:
    connection.execute(sa.update(table).where(table.c.session_id == session_id).values(**values))


def test_what_is_told_of_a_session_is_its_browser_and_times_and_no_part_of_its_token(people: Store) -> None:
    with people.writing() as connection:
        token = sessions.open_session(connection, "sato", by_provider=True, device=Device("Edge", "Windows"))
        row = connection.execute(sa.select(table)).one()
        (told,) = listed(connection)
    assert told == SignIn(row.session_id, Device("Edge", "Windows"), True, row.created_at, row.seen_at)
    assert not any(secret in repr(told) for secret in (token, row.token_sha256, row.csrf))
    assert told.session_id not in token + row.token_sha256 + row.csrf


def test_ending_one_leaves_the_others_and_is_on_record(people: Store) -> None:
    with people.writing() as connection:
        tokens = [sessions.open_session(connection, "sato") for _ in range(2)]
        gone = known(connection)(tokens[0]).session_id
        assert sessions.end_session(connection, "sato", gone)
        assert [is_alive(connection, token) for token in tokens] == [False, True]
        assert not sessions.end_session(connection, "sato", gone)
        (entry,) = audit.list_entries(connection, action="session.end")
    assert (entry.actor, entry.object, entry.details) == ("sato", "sato", {"session": gone})


def test_nobody_ends_the_session_of_somebody_else(people: Store) -> None:
    with people.writing() as connection:
        token = sessions.open_session(connection, "kato")
        assert not sessions.end_session(connection, "sato", known(connection)(token).session_id)
        assert is_alive(connection, token)
        assert not audit.list_entries(connection, action="session.end")


def test_whoever_is_signed_in_stays_so_through_the_migration_that_names_sessions(people: Store) -> None:
    with people.writing() as connection:
        tokens = [sessions.open_session(connection, "sato", device=Device("Edge", "Windows")) for _ in range(3)]
    step(people, command.downgrade, "0028")
    with people.reading() as connection:
        there = {column["name"] for column in sa.inspect(connection).get_columns("sessions")}
        assert not {"session_id", "browser", "system"} & there
        assert connection.execute(sa.text("SELECT count(*) FROM sessions")).scalar_one() == 3
    step(people, command.upgrade, "head")
    with people.writing() as connection:
        assert all(is_alive(connection, token) for token in tokens)
        assert [one.device for one in listed(connection)] == [sessions.UNKNOWN] * 3
        assert len({one.session_id for one in listed(connection)}) == 3
        assert sessions.end_session(connection, "sato", listed(connection)[0].session_id)
        assert len(listed(connection)) == 2


def step(store: Store, move: Callable[[Config, str], None], revision: str) -> None:
    with Store(store.url.render_as_string(hide_password=False)) as by_hand, by_hand.writing() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        move(config, revision)
