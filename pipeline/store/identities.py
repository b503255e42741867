"""Which account of an identity provider belongs to which user. A link is made once; nobody is made by it."""

from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import identities
from pipeline.store.users import User, end_sessions, find_user, no_user


def recognise(connection: sa.Connection, issuer: str, subject: str, name: str) -> User | None:
    """The user of an account: by the link; at the first sign-in the user called `name`, who is linked by it.

    None for whoever may not sign in, and where that user has another account of the same provider already: an
    address may be given to somebody new, a subject never is.
    """
    of_account = identities.c.issuer == issuer, identities.c.subject == subject
    linked = connection.execute(sa.select(identities.c.name).where(*of_account)).scalar_one_or_none()
    user = find_user(connection, linked if linked is not None else _folded(name))
    if user is None or not user.active:
        return None
    if linked is None:
        of_user = identities.c.issuer == issuer, identities.c.name == user.name
        if connection.execute(sa.select(identities.c.subject).where(*of_user)).first() is not None:
            return None
        values = {"issuer": issuer, "subject": subject, "name": user.name, "linked_at": datetime.now(UTC)}
        connection.execute(sa.insert(identities).values(**values))
        audit.record(connection, user.name, "users.link", user.name)
    return user


def unlink(connection: sa.Connection, actor: str, name: str) -> int:
    """Forget a user's accounts, and end the sessions; how many there were. Raises `BadInput` for nobody."""
    if find_user(connection, name) is None:
        raise no_user(name)
    forgotten = connection.execute(sa.delete(identities).where(identities.c.name == name)).rowcount
    end_sessions(connection, name)
    audit.record(connection, actor, "users.unlink", name, {"accounts": forgotten})
    return forgotten


def _folded(name: str) -> str:
    try:
        return person(name)
    except BadInput:
        return ""  # nobody is called that
