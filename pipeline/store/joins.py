"""What the last night could not join: calls without a contract, and outcomes that no call speaks of."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from pipeline.store.schema import call_contracts, calls, outcomes
from pipeline.store.shown import joined_in

STATUSES = ("no_customer", "no_contract", "ambiguous")


@dataclass(frozen=True, slots=True)
class Unjoined:
    """A call with what its row says of the customer; ids only."""

    call_id: str
    join_status: str
    started_at: datetime | None
    operator_id: str | None
    customer_id: str | None
    contract_id: str | None


@dataclass(frozen=True, slots=True)
class Silent:
    """An outcome of a contract that no call was joined to."""

    row_id: int
    contract_id: str
    on: date
    kind: str
    mrr_before_yen: int | None
    mrr_after_yen: int | None


def unjoined_calls(connection: sa.Connection, status: str, *, after: str | None, limit: int) -> list[Unjoined]:
    """Calls of one status by id, after a call."""
    told = (calls.c.started_at, calls.c.operator_id, calls.c.customer_id, calls.c.contract_id)
    query = (
        sa.select(call_contracts.c.call_id, call_contracts.c.join_status, *told)
        .outerjoin(calls, (calls.c.call_id == call_contracts.c.call_id) & calls.c.until_load.is_(None))
        .where(call_contracts.c.run_id == joined_in(), call_contracts.c.join_status == status)
        .order_by(call_contracts.c.call_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(call_contracts.c.call_id > after)
    return [Unjoined(**row._mapping) for row in connection.execute(query)]


def silent_outcomes(connection: sa.Connection, *, after: int | None, limit: int) -> list[Silent]:
    """Outcomes of contracts without a call, in the order of the file, after a row."""
    spoken_of = sa.exists().where(
        call_contracts.c.run_id == joined_in(), call_contracts.c.joined_contract_id == outcomes.c.contract_id
    )
    names = ("row_id", "contract_id", "on", "kind", "mrr_before_yen", "mrr_after_yen")
    query = (
        sa.select(*(outcomes.c[name] for name in names))
        .where(outcomes.c.until_load.is_(None), ~spoken_of)
        .order_by(outcomes.c.row_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(outcomes.c.row_id > after)
    return [Silent(**row._mapping) for row in connection.execute(query)]
