"""API tokens: how a program asks for what a person may see. The token is shown once; its hash is kept here."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.schema import api_tokens
from pipeline.store.users import find_user, no_user

PREFIX = "kouken_"  # so that scanners for lost secrets know one when they see it
LONGEST_DAYS = 366
LONGEST_LABEL = 100  # characters


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a person. What it may do is what it names and its owner may do at the same time."""

    token_id: int
    owner: str
    label: str
    permissions: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def is_alive(self, now: datetime) -> bool:
        """Whether it is still accepted."""
        return self.revoked_at is None and now < self.expires_at


def make_token(
    connection: sa.Connection, actor: str, owner: str, label: str, permissions: Sequence[str], days: int
) -> tuple[Token, str]:
    """A token of `owner` for so many days, and the secret itself, which is kept nowhere.

    Raises `BadInput` for nobody, without a label or a permission, or for too long a time. Whether the owner has the
    permissions is the caller's to check: what is asked for is checked again whenever the token is used.
    """
    user = find_user(connection, owner)
    if user is None or not user.active:
        raise no_user(owner)
    given = " ".join(label.split())
    if not given or len(given) > LONGEST_LABEL:
        raise BadInput(
            Text("何に使うかを 100 文字までで書いてください。", "Say what it is for, in up to 100 characters.")
        )
    if not permissions:
        raise BadInput(Text("権限を一つ以上選んでください。", "Choose at least one permission."))
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(
            Text(f"期限は {LONGEST_DAYS} 日までにしてください。", f"A token lasts for {LONGEST_DAYS} days at most.")
        )
    secret, now = PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    values: dict[str, Any] = {
        "owner": owner,
        "label": given,
        "permissions": list(permissions),
        "made_by": actor,
        "made_at": now,
        "expires_at": now + timedelta(days=days),
    }
    key = connection.execute(sa.insert(api_tokens).values(**values, token_sha256=_hash(secret))).inserted_primary_key
    assert key is not None
    told: dict[str, audit.Detail] = {"owner": owner, "permissions": list(permissions), "days": days}
    audit.record(connection, actor, "tokens.make", f"token-{key[0]}", told)
    return list_tokens(connection, token_id=int(key[0]))[0], secret


def find_token(connection: sa.Connection, secret: str) -> Token | None:
    """The living token of that secret."""
    row = connection.execute(sa.select(api_tokens).where(api_tokens.c.token_sha256 == _hash(secret))).one_or_none()
    token = _token(row) if row else None
    return token if token and token.is_alive(datetime.now(UTC)) else None


def list_tokens(connection: sa.Connection, *, owner: str | None = None, token_id: int | None = None) -> list[Token]:
    """The newest first, those that are no longer accepted too."""
    query = sa.select(api_tokens).order_by(api_tokens.c.token_id.desc())
    if owner is not None:
        query = query.where(api_tokens.c.owner == owner)
    if token_id is not None:
        query = query.where(api_tokens.c.token_id == token_id)
    return [_token(row) for row in connection.execute(query)]


def revoke_token(connection: sa.Connection, actor: str, token_id: int, *, owner: str | None = None) -> bool:
    """Accept it no more; False if there is none of that id (of that owner, where one is given)."""
    found = [token for token in list_tokens(connection, token_id=token_id) if owner in (None, token.owner)]
    if not found:
        return False
    if found[0].revoked_at is None:
        ended = sa.update(api_tokens).where(api_tokens.c.token_id == token_id).values(revoked_at=datetime.now(UTC))
        connection.execute(ended)
        audit.record(connection, actor, "tokens.revoke", f"token-{token_id}", {"owner": found[0].owner})
    return True


def touch_token(connection: sa.Connection, token_id: int) -> None:
    """Note that it was used."""
    used = sa.update(api_tokens).where(api_tokens.c.token_id == token_id).values(used_at=datetime.now(UTC))
    connection.execute(used)


def _token(row: sa.Row[Any]) -> Token:
    values = row._asdict()
    del values["token_sha256"]
    return Token(**values | {"permissions": tuple(row.permissions)})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
