"""Second factors of sign-ins: whose there are, what of them was used up, and that every change is on record.

What is kept is sealed or hashed before it comes here; see `pipeline.accounts.second_factor`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline.store import audit
from pipeline.store.schema import recovery_codes, second_factors
from pipeline.store.users import end_sessions, find_user, no_user


@dataclass(frozen=True, slots=True)
class Factor:
    """A person's second factor. `secret` is in force, `offered` waits for its first code; both are sealed."""

    secret: str | None = field(default=None, repr=False)
    last_step: int = 0
    set_at: datetime | None = None
    offered: str | None = field(default=None, repr=False)
    offered_at: datetime | None = None
    codes_left: int = 0

    @property
    def is_on(self) -> bool:
        """Whether a password alone no longer signs in."""
        return self.secret is not None


def find_factor(connection: sa.Connection, name: str) -> Factor:
    """The person's; one that is off for whoever has none."""
    row = connection.execute(sa.select(second_factors).where(second_factors.c.name == name)).one_or_none()
    if row is None:
        return Factor()
    left = len(codes_of(connection, name))
    return Factor(row.secret, row.last_step, row.set_at, row.offered, row.offered_at, left)


def names_with_factor(connection: sa.Connection) -> frozenset[str]:
    """Everybody who has one in force."""
    query = sa.select(second_factors.c.name).where(second_factors.c.secret.is_not(None))
    return frozenset(connection.execute(query).scalars())


def codes_of(connection: sa.Connection, name: str) -> list[str]:
    """Hashes of the recovery codes that are still good."""
    unused = recovery_codes.c.name == name, recovery_codes.c.used_at.is_(None)
    query = sa.select(recovery_codes.c.code_hash).where(*unused).order_by(recovery_codes.c.code_id)
    return list(connection.execute(query).scalars())


def offer(connection: sa.Connection, name: str, sealed: str) -> None:
    """Keep a new secret until a code of it comes back; what is in force stays so until then."""
    values = {"offered": sealed, "offered_at": datetime.now(UTC)}
    known = connection.execute(sa.update(second_factors).where(second_factors.c.name == name).values(**values))
    if not known.rowcount:
        connection.execute(sa.insert(second_factors).values(name=name, last_step=0, **values))


def put_in_force(connection: sa.Connection, name: str, offered: str, step: int, code_hashes: Sequence[str]) -> bool:
    """What was offered holds from now on, with new recovery codes; whoever is signed in without it is signed out.

    False where it is not what is offered any more: somebody began anew meanwhile.
    """
    same = (second_factors.c.name == name) & (second_factors.c.offered == offered)
    values = {"secret": offered, "last_step": step, "set_at": datetime.now(UTC), "offered": None, "offered_at": None}
    replaced = find_factor(connection, name).is_on
    if not connection.execute(sa.update(second_factors).where(same).values(**values)).rowcount:
        return False
    _put_codes(connection, name, code_hashes)
    end_sessions(connection, name)
    audit.record(connection, name, "users.factor", name, {"replaced": replaced})
    return True


def take_step(connection: sa.Connection, name: str, step: int) -> bool:
    """Use up the code of that time and all before it; False if that has been done."""
    later = (second_factors.c.name == name) & (second_factors.c.last_step < step)
    return bool(connection.execute(sa.update(second_factors).where(later).values(last_step=step)).rowcount)


def take_code(connection: sa.Connection, name: str, code_hash: str) -> bool:
    """Use up a recovery code; False if that has been done, or codes were renewed meanwhile."""
    same = (recovery_codes.c.name == name) & (recovery_codes.c.code_hash == code_hash)
    unused = same & recovery_codes.c.used_at.is_(None)
    taken = sa.update(recovery_codes).where(unused).values(used_at=datetime.now(UTC))
    return bool(connection.execute(taken).rowcount)


def renew_codes(connection: sa.Connection, name: str, code_hashes: Sequence[str]) -> None:
    """New recovery codes; none of the old ones is good any more."""
    _put_codes(connection, name, code_hashes)
    audit.record(connection, name, "users.factor_codes", name, {"codes": len(code_hashes)})


def switch_off(connection: sa.Connection, name: str) -> None:
    """The person does without from now on."""
    _forget(connection, name)
    audit.record(connection, name, "users.factor_off", name)


def reset(connection: sa.Connection, actor: str, name: str) -> bool:
    """Forget somebody's, who lost the phone and the recovery codes, and sign them out; whether there was one.

    Raises `BadInput` for nobody.
    """
    if find_user(connection, name) is None:
        raise no_user(name)
    was_on = find_factor(connection, name).is_on
    _forget(connection, name)
    end_sessions(connection, name)
    audit.record(connection, actor, "users.factor_reset", name, {"was_on": was_on})
    return was_on


def _put_codes(connection: sa.Connection, name: str, code_hashes: Sequence[str]) -> None:
    connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.name == name))
    connection.execute(sa.insert(recovery_codes), [{"name": name, "code_hash": one} for one in code_hashes])


def _forget(connection: sa.Connection, name: str) -> None:
    for table in (recovery_codes, second_factors):
        connection.execute(sa.delete(table).where(table.c.name == name))
