"""Teams as the calls table tells them: an operator belongs to a team from call to call, never by a list of its own."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.store.schema import calls


@dataclass(frozen=True, slots=True)
class Membership:
    """An operator's calls in one team: the first, the last, how many. The name is that of the last call."""

    team: str
    operator_id: str
    operator_name: str | None
    first_at: datetime | None
    last_at: datetime | None
    calls: int


def memberships(connection: sa.Connection) -> list[Membership]:
    """By team, then by who came last. Calls without a team or an operator are not counted."""
    first, last = sa.func.min(calls.c.started_at).label("first_at"), sa.func.max(calls.c.started_at).label("last_at")
    named = (calls.c.team, calls.c.operator_id, calls.c.operator_name)
    query = (
        sa.select(*named, first, last, sa.func.count().label("calls"))
        .where(calls.c.until_load.is_(None), calls.c.team.is_not(None), calls.c.operator_id.is_not(None))
        .group_by(*named)
        .order_by(calls.c.team, last.desc().nulls_last(), calls.c.operator_id)
    )
    found: dict[tuple[str, str], Membership] = {}
    for row in connection.execute(query):
        own = Membership(**row._mapping)
        key = (own.team, own.operator_id)
        found[key] = _together(found[key], own) if key in found else own
    return list(found.values())


def _together(newer: Membership, older: Membership) -> Membership:
    """One operator who changed their name."""
    begins = [at for at in (newer.first_at, older.first_at) if at is not None]
    first = min(begins) if begins else None
    name = newer.operator_name or older.operator_name
    return Membership(
        newer.team, newer.operator_id, name, first, newer.last_at or older.last_at, newer.calls + older.calls
    )
