"""The people who may sign in. Every change is in the audit log; whoever loses a role loses the open sessions too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import sessions, users

Role = Literal["administrator", "manager", "qa_editor", "qa_approver", "operator", "analyst", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class User:
    """One person. `teams` limit a manager (none: the whole centre); an operator is known by `operator_id`."""

    name: str
    shown_name: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    operator_id: str | None
    active: bool
    must_change: bool


def list_users(connection: sa.Connection) -> list[User]:
    """Everybody, by name."""
    return [_user(row._mapping) for row in connection.execute(sa.select(users).order_by(users.c.name))]


def find_user(connection: sa.Connection, name: str) -> User | None:
    """One person; None if there is none of that name."""
    row = connection.execute(sa.select(users).where(users.c.name == name)).one_or_none()
    return None if row is None else _user(row._mapping)


def is_anybody_known(connection: sa.Connection) -> bool:
    """Whether a first administrator has been made."""
    return connection.execute(sa.select(users.c.name).limit(1)).first() is not None


def password_hash_of(connection: sa.Connection, name: str) -> str | None:
    """What a password is checked against; None for nobody, and for those who may not sign in."""
    query = sa.select(users.c.password_hash).where(users.c.name == name, users.c.active.is_(True))
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def add_user(
    connection: sa.Connection,
    actor: str,
    name: str,
    roles: Sequence[Role],
    password_hash: str | None,
    *,
    shown_name: str = "",
    teams: Sequence[str] = (),
    operator_id: str | None = None,
    must_change: bool = True,
) -> User:
    """Make a person. Raises `BadInput` if the name is taken or is none, or if the roles do not fit."""
    known = person(name)
    if find_user(connection, known):
        raise BadInput(Text(f"利用者「{known}」はもういます。", f"There is a user “{known}” already."))
    values: dict[str, Any] = {
        "roles": list(roles),
        "teams": list(teams),
        "operator_id": operator_id or None,
        "shown_name": shown_name.strip() or name.strip(),
        "active": True,
    }
    _check(values)
    made = {"name": known, "password_hash": password_hash, "must_change": must_change, "created_at": datetime.now(UTC)}
    connection.execute(sa.insert(users).values(**values, **made))
    audit.record(connection, actor, "users.add", known, {"roles": values["roles"], "teams": values["teams"]})
    return _user(values | made)


def change_user(connection: sa.Connection, actor: str, name: str, **changes: Any) -> User:
    """Change roles, teams, operator_id, shown_name or active, and end the person's sessions.

    Raises `BadInput` for nobody, for roles that do not fit, and if nobody would be left to manage users.
    """
    before = find_user(connection, name)
    if before is None:
        raise no_user(name)
    fields = ("roles", "teams", "operator_id", "shown_name", "active")
    values = {field: changes.get(field, getattr(before, field)) for field in fields}
    values |= {field: list(values[field]) for field in ("roles", "teams")}
    _check(values)
    connection.execute(sa.update(users).where(users.c.name == name).values(**values))
    if not any(user.active and "administrator" in user.roles for user in list_users(connection)):
        raise BadInput(Text("管理者が一人もいなくなります。", "Nobody would be left as administrator."))
    end_sessions(connection, name)
    told: dict[str, audit.Detail] = {"roles": values["roles"], "teams": values["teams"], "active": values["active"]}
    audit.record(connection, actor, "users.change", name, told)
    found = find_user(connection, name)
    assert found is not None
    return found


def set_password(
    connection: sa.Connection, actor: str, name: str, password_hash: str, *, must_change: bool = False
) -> None:
    """A new password; whoever is signed in with the old one is signed in no more. Raises `BadInput` for nobody."""
    if find_user(connection, name) is None:
        raise no_user(name)
    values = {"password_hash": password_hash, "must_change": must_change}
    connection.execute(sa.update(users).where(users.c.name == name).values(**values))
    end_sessions(connection, name)
    audit.record(connection, actor, "users.password", name, {"by_somebody_else": must_change})


def renew_hash(connection: sa.Connection, name: str, known: str, renewed: str) -> None:
    """Another hash of the same password; nothing where the password was changed meanwhile."""
    kept = (users.c.name == name) & (users.c.password_hash == known)
    connection.execute(sa.update(users).where(kept).values(password_hash=renewed))


def end_sessions(connection: sa.Connection, name: str) -> None:
    """Sign a person out everywhere."""
    connection.execute(sa.delete(sessions).where(sessions.c.name == name))


def no_user(name: str) -> BadInput:
    """Nobody has that name."""
    return BadInput(
        Text(f"利用者「{name}」はいません。", f"There is no user “{name}”."),
        remedy=Text("kouken users list で名前をご覧ください。", "See `kouken users list`."),
    )


def _check(values: Mapping[str, Any]) -> None:
    unknown = [role for role in values["roles"] if role not in ROLES]
    if unknown or not values["roles"]:
        names = ", ".join(ROLES)
        raise BadInput(Text(f"役割は {names} から選んでください。", f"Choose roles of {names}."))
    if ("operator" in values["roles"]) != bool(values["operator_id"]):
        raise BadInput(
            Text(
                "担当者ID は、役割がオペレーターの人に一つ、ほかの人にはなしにしてください。",
                "A user with the role operator needs an operator id, and nobody else has one.",
            )
        )
    if values["teams"] and "manager" not in values["roles"]:
        raise BadInput(
            Text("チームを限れるのは、役割が管理者(マネージャー)の人だけです。", "Teams limit managers only.")
        )


def _user(values: Mapping[Any, Any]) -> User:
    return User(
        name=values["name"],
        shown_name=values["shown_name"],
        roles=tuple(values["roles"]),
        teams=tuple(values["teams"]),
        operator_id=values["operator_id"],
        active=values["active"],
        must_change=values["must_change"],
    )
