"""Who is signed in: a random token in the browser, its hash here; it ends when left alone, and after a day's work."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from pipeline.store.schema import second_factors, sessions
from pipeline.store.users import User, find_user

TOUCH_EVERY = timedelta(minutes=1)  # how exactly the last sign of life is known: not every look is a write


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `csrf` must come back with everything that changes something. `by_provider`: no password of
    ours was asked. `has_factor`: the person has a second one."""

    user: User
    csrf: str
    seen_at: datetime
    by_provider: bool
    has_factor: bool


def open_session(connection: sa.Connection, name: str, *, by_provider: bool = False) -> str:
    """Sign a person in; the token for the browser, which is kept nowhere else."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    values = {"token_sha256": _hash(token), "name": name, "csrf": secrets.token_urlsafe(32)}
    made = sa.insert(sessions).values(**values, by_provider=by_provider, created_at=now, seen_at=now)
    connection.execute(made)
    return token


def find_session(connection: sa.Connection, token: str, *, idle: timedelta, longest: timedelta) -> Session | None:
    """Who holds the token; None if nobody does any more."""
    in_force = (second_factors.c.name == sessions.c.name) & second_factors.c.secret.is_not(None)
    query = sa.select(sessions, sa.exists().where(in_force).label("has_factor"))
    row = connection.execute(query.where(sessions.c.token_sha256 == _hash(token))).one_or_none()
    now = datetime.now(UTC)
    if row is None or not (now - idle <= row.seen_at <= now + idle and now - longest <= row.created_at <= now + idle):
        return None  # a time far ahead means that the clock was put back: nobody stays signed in by that
    user = find_user(connection, row.name)
    if user is None or not user.active:
        return None
    must_change = user.must_change and not row.by_provider  # a given password played no part in signing in
    known = replace(user, must_change=must_change)
    return Session(known, row.csrf, row.seen_at, row.by_provider, bool(row.has_factor))


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


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
