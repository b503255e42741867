"""The keeping period of the audit log: its oldest entries go, and the chain says itself where it was cut.

The cut is an entry, too: it names the number and the hash of the last row that went. `audit.verify` takes a chain that
does not begin at 1 for whole only if an entry of its own tells of exactly this cut.
"""

from datetime import datetime

import sqlalchemy as sa

from pipeline.store import audit as chain
from pipeline.store import roles
from pipeline.store.schema import audit

REFUSAL = "audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"


def written_before(connection: sa.Connection, before: datetime) -> int:
    """How many entries were."""
    return int(
        connection.execute(sa.select(sa.func.count()).where(audit.c.number <= _last(connection, before))).scalar_one()
    )


def may_cut(connection: sa.Connection) -> bool:
    """Whether this connection's role can: on PostgreSQL only the owner of the table takes the refusal away."""
    return roles.owns_tables(connection)


def cut(connection: sa.Connection, before: datetime, actor: str) -> int:
    """Delete the entries from before then, but for those after the first younger one; how many went."""
    number = _last(connection, before)
    row = connection.execute(sa.select(audit.c.hash).where(audit.c.number == number)).one_or_none()
    if row is None:
        return 0
    chain.record(connection, actor, chain.CUT, "audit", {"upto": number, "head": row.hash})
    _allow_deleting(connection, True)
    gone = connection.execute(sa.delete(audit).where(audit.c.number <= number)).rowcount
    _allow_deleting(connection, False)
    return gone


def _last(connection: sa.Connection, before: datetime) -> int:
    """The last number of the oldest entries without a gap: a clock that was set back must not take younger ones."""
    younger = sa.select(sa.func.min(audit.c.number)).where(audit.c.at >= before).scalar_subquery()
    newest = sa.select(sa.func.max(audit.c.number)).scalar_subquery()
    return int(connection.execute(sa.select(sa.func.coalesce(younger - 1, newest, 0))).scalar_one())


def _allow_deleting(connection: sa.Connection, allowed: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete" if allowed else f"CREATE TRIGGER {REFUSAL}")
    else:
        state = "DISABLE" if allowed else "ENABLE"
        connection.exec_driver_sql(f"ALTER TABLE audit {state} TRIGGER audit_only_grows")
