"""What is known of one customer: contracts, what became of them, snapshots, and their calls, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import ListedCall, list_calls
from pipeline.store.pages import Pins, Within, held
from pipeline.store.schema import contracts, customer_snapshots, outcomes
from pipeline.values import TOKYO

MOST_CALLS = 30
MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One day's fact. `what`: started, due, ended, call, snapshot, or the kind of an outcome such as renewed.

    `facts` are those of a snapshot, by column; yen are a month's, before and after. Only a call can be without a day.
    """

    on: date | None
    what: str
    contract_id: str | None = None
    plan: str | None = None
    before_yen: int | None = None
    after_yen: int | None = None
    facts: tuple[tuple[str, float], ...] = ()
    call: ListedCall | None = None


def customer_history(
    connection: sa.Connection, pins: Pins, customer_id: str, within: Within | None
) -> list[HistoryEvent]:
    """Everything as it stood at the report, oldest first; calls as far as they are within reach."""
    events = [
        *_terms(connection, pins, customer_id),
        *_outcomes(connection, pins, customer_id),
        *_snapshots(connection, pins, customer_id),
        *_calls(connection, pins, customer_id, within),
    ]
    return sorted((event for event in events if event.on is not None), key=lambda event: (event.on, event.what))


def _rows(
    connection: sa.Connection, pins: Pins, table: sa.Table, own: sa.ColumnElement[bool], on: sa.ColumnElement[date]
) -> Iterator[sa.Row[Any]]:
    query = sa.select(table).where(own, *held(table, pins.loads.get(table.name)))
    yield from connection.execute(query.order_by(on.desc()).limit(MOST_EVENTS))


def _terms(connection: sa.Connection, pins: Pins, customer_id: str) -> Iterator[HistoryEvent]:
    own = contracts.c.customer_id == customer_id
    for row in _rows(connection, pins, contracts, own, contracts.c.started_on):
        yield HistoryEvent(row.started_on, "started", row.contract_id, row.plan, after_yen=row.mrr_yen)
        yield HistoryEvent(row.renewal_due_on, "due", row.contract_id, row.plan)
        yield HistoryEvent(row.ended_on, "ended", row.contract_id, row.plan)


def _outcomes(connection: sa.Connection, pins: Pins, customer_id: str) -> Iterator[HistoryEvent]:
    terms = sa.select(contracts.c.contract_id).where(
        contracts.c.customer_id == customer_id, *held(contracts, pins.loads.get("contracts"))
    )
    own = outcomes.c.contract_id.in_(terms)
    for row in _rows(connection, pins, outcomes, own, outcomes.c.on):
        yield HistoryEvent(
            row.on, row.kind, row.contract_id, before_yen=row.mrr_before_yen, after_yen=row.mrr_after_yen
        )


def _snapshots(connection: sa.Connection, pins: Pins, customer_id: str) -> Iterator[HistoryEvent]:
    """Those that differ from the one before."""
    own = customer_snapshots.c.customer_id == customer_id
    before: tuple[tuple[str, float], ...] = ()
    for row in reversed(list(_rows(connection, pins, customer_snapshots, own, customer_snapshots.c.on))):
        given = {name: getattr(row, name) for name in ("health_score", "csat", "nps")}
        facts = tuple((name, float(value)) for name, value in given.items() if value is not None)
        if facts not in ((), before):
            yield HistoryEvent(row.on, "snapshot", facts=facts)
            before = facts


def _calls(connection: sa.Connection, pins: Pins, customer_id: str, within: Within | None) -> Iterator[HistoryEvent]:
    for call in list_calls(connection, pins, CallFilter(customer_id=customer_id, within=within), limit=MOST_CALLS):
        on = call.started_at.astimezone(TOKYO).date() if call.started_at else None
        yield HistoryEvent(on, "call", call.joined_contract_id, call=call)
