"""Who is signed in: a random token in the browser, its hash here; it ends when left alone, and after a day's work."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from pipeline.store import audit
from pipeline.store.schema import second_factors, sessions
from pipeline.store.users import User, find_user

TOUCH_EVERY = timedelta(minutes=1)  # how exactly the last sign of life is known: not every look is a write


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `session_id` may be shown to them. `csrf` must come back with everything that changes
    something. `by_provider`: no password of ours was asked. `has_factor`: the person has a second one."""

    session_id: str
    user: User
    csrf: str
    seen_at: datetime
    by_provider: bool
    has_factor: bool


@dataclass(frozen=True, slots=True)
class Device:
    """What somebody signs in with, by names of ours (20 characters at most); None is unknown."""

    browser: str | None = None
    system: str | None = None


UNKNOWN = Device()


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session as its owner sees it: nothing in it opens anything."""

    session_id: str
    device: Device
    by_provider: bool
    begun_at: datetime
    seen_at: datetime


def open_session(connection: sa.Connection, name: str, *, by_provider: bool = False, device: Device = UNKNOWN) -> str:
    """Sign a person in; the token for the browser, which is kept nowhere else."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    values = {"token_sha256": _hash(token), "name": name, "csrf": secrets.token_urlsafe(32)}
    made = sa.insert(sessions).values(**values, by_provider=by_provider, created_at=now, seen_at=now)
    shown = {"session_id": secrets.token_hex(8), "browser": device.browser, "system": device.system}
    connection.execute(made.values(**shown))
    return token


def find_session(connection: sa.Connection, token: str, *, idle: timedelta, longest: timedelta) -> Session | None:
    """Who holds the token; None if nobody does any more."""
    in_force = (second_factors.c.name == sessions.c.name) & second_factors.c.secret.is_not(None)
    query = sa.select(sessions, sa.exists().where(in_force).label("has_factor"))
    query = query.where(sessions.c.token_sha256 == _hash(token), _is_alive(idle, longest))
    row = connection.execute(query).one_or_none()
    user = None if row is None else find_user(connection, row.name)
    if row is None or user is None or not user.active:
        return None
    must_change = user.must_change and not row.by_provider  # a given password played no part in signing in
    known = replace(user, must_change=must_change)
    return Session(row.session_id, known, row.csrf, row.seen_at, row.by_provider, bool(row.has_factor))


def list_sessions(connection: sa.Connection, name: str, *, idle: timedelta, longest: timedelta) -> list[SignIn]:
    """Where a person is signed in now, the last sign of life first."""
    query = sa.select(sessions).where(sessions.c.name == name, _is_alive(idle, longest))
    rows = connection.execute(query.order_by(sessions.c.seen_at.desc(), sessions.c.session_id))
    return [
        SignIn(row.session_id, Device(row.browser, row.system), row.by_provider, row.created_at, row.seen_at)
        for row in rows
    ]


def end_session(connection: sa.Connection, name: str, session_id: str) -> bool:
    """Sign a person out of one of their own sessions, on record; False if they have none of that id."""
    own = (sessions.c.name == name) & (sessions.c.session_id == session_id)
    if not connection.execute(sa.delete(sessions).where(own)).rowcount:
        return False
    audit.record(connection, name, "session.end", name, {"session": session_id})
    return True


def touch_session(connection: sa.Connection, token: str) -> None:
    """Note a sign of life."""
    seen = sa.update(sessions).where(sessions.c.token_sha256 == _hash(token)).values(seen_at=datetime.now(UTC))
    connection.execute(seen)


def close_session(connection: sa.Connection, token: str) -> None:
    """Sign out."""
    connection.execute(sa.delete(sessions).where(sessions.c.token_sha256 == _hash(token)))


def forget_old_sessions(connection: sa.Connection, longest: timedelta) -> None:
    """Remove what nobody can use any more."""
    connection.execute(sa.delete(sessions).where(sessions.c.created_at < datetime.now(UTC) - longest))


def _is_alive(idle: timedelta, longest: timedelta) -> sa.ColumnElement[bool]:
    """Neither left alone nor too old; a time far ahead means that the clock was put back: that keeps nobody in."""
    now = datetime.now(UTC)
    lately = sessions.c.seen_at.between(now - idle, now + idle)
    return lately & sessions.c.created_at.between(now - longest, now + idle)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
