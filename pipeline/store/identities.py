"""Which account of an identity provider belongs to which user. A link is made once, by the first sign-in or by an
administrator; nobody is made by it."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import identities
from pipeline.store.users import User, end_sessions, find_user, no_user

ACCOUNT_TAKEN = Text(
    "このアカウントは、もうほかの利用者と結ばれています。先に外してください。",
    "This account is linked with another user already. Unlink it first.",
)
USER_TAKEN = Text(
    "この利用者には、もうアカウントが結ばれています。先に外してください。",
    "This user has an account already. Unlink it first.",
)
REFUSED = "session.sign_in_refused"
LONGEST_SUBJECT = 255  # characters, by the standard
LOOKED_THROUGH = 200  # refused sign-ins


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is linked with a user."""

    issuer: str
    subject: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account whose owner came, proved it theirs, and is no user yet."""

    subject: str
    at: datetime


def accounts_of(connection: sa.Connection, name: str) -> list[Account]:
    """The user's accounts, one for each provider at most."""
    query = sa.select(identities.c.issuer, identities.c.subject, identities.c.linked_at)
    rows = connection.execute(query.where(identities.c.name == name).order_by(identities.c.issuer))
    return [Account(**row._mapping) for row in rows]


def is_linked(connection: sa.Connection, issuer: str, subject: str) -> bool:
    """Whether the account belongs to a user, who may have been stopped."""
    one = (identities.c.issuer == issuer) & (identities.c.subject == subject)
    return connection.execute(sa.select(identities.c.name).where(one)).first() is not None


def waiting(connection: sa.Connection) -> list[Waiting]:
    """Accounts that lately tried to sign in and are linked with nobody, the latest first."""
    linked = set(connection.execute(sa.select(identities.c.subject)).scalars())
    found: dict[str, Waiting] = {}
    for entry in audit.list_entries(connection, action=REFUSED, limit=LOOKED_THROUGH):
        subject = entry.details.get("subject")
        if isinstance(subject, str) and subject not in linked:
            found.setdefault(subject, Waiting(subject, entry.at))
    return list(found.values())


def link(connection: sa.Connection, actor: str, issuer: str, subject: str, name: str) -> None:
    """Link an account with a user, as an administrator says. Raises `BadInput`, also where either has a link."""
    subject = subject.strip()
    control = any(unicodedata.category(character)[0] == "C" for character in subject)
    if not subject or len(subject) > LONGEST_SUBJECT or control:
        raise BadInput(Text("アカウントの番号(sub)を書いてください。", "Give the account's number (sub)."))
    if find_user(connection, name) is None:
        raise no_user(name)
    of_user = (identities.c.issuer == issuer) & (identities.c.name == name)
    if is_linked(connection, issuer, subject):
        raise BadInput(ACCOUNT_TAKEN)
    if connection.execute(sa.select(identities.c.subject).where(of_user)).first() is not None:
        raise BadInput(USER_TAKEN)
    _insert(connection, issuer, subject, name)
    audit.record(connection, actor, "users.link", name)


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
        _insert(connection, issuer, subject, user.name)
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


def _insert(connection: sa.Connection, issuer: str, subject: str, name: str) -> None:
    values = {"issuer": issuer, "subject": subject, "name": name, "linked_at": datetime.now(UTC)}
    connection.execute(sa.insert(identities).values(**values))


def _folded(name: str) -> str:
    try:
        return person(name)
    except BadInput:
        return ""  # nobody is called that
