"""Legal holds: calls and customers of whom nothing may be erased, whoever asks and however old it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.batches import batches
from pipeline.store.people import person
from pipeline.store.schema import call_contracts, calls, holds, recordings

Kind = Literal["call", "customer"]


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold; in force until it is released."""

    hold_id: int
    kind: Kind
    value: str
    reason: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str | None


def place(connection: sa.Connection, kind: Kind, value: str, reason: str, actor: str) -> int:
    """A new hold; its number. The call or the customer need not be known yet. Raises `BadInput`."""
    if kind not in get_args(Kind) or not value.strip() or not reason.strip():
        raise BadInput(
            Text("保全には、通話かお客様の番号と理由が要ります。", "A hold needs a call or customer, and a reason.")
        )
    who = person(actor)
    row = {"kind": kind, "value": value.strip(), "reason": reason.strip(), "placed_by": who}
    key = connection.execute(sa.insert(holds).values(**row, placed_at=datetime.now(UTC))).inserted_primary_key
    assert key is not None
    audit.record(connection, who, "holds.place", str(key[0]), {"kind": kind, "value": value.strip()})
    return int(key[0])


def release(connection: sa.Connection, hold_id: int, actor: str) -> None:
    """End a hold; it stays on the list. Raises `BadInput` if there is none in force of that number."""
    who = person(actor)
    one = (holds.c.hold_id == hold_id) & holds.c.released_at.is_(None)
    ended = {"released_at": datetime.now(UTC), "released_by": who}
    if connection.execute(sa.update(holds).where(one).values(**ended)).rowcount != 1:
        raise BadInput(Text(f"保全 {hold_id} はありません。", f"There is no hold {hold_id} in force."))
    audit.record(connection, who, "holds.release", str(hold_id))


def list_holds(connection: sa.Connection, *, released: bool = False) -> list[Hold]:
    """Those in force, and with `released` those of the past, too; by number."""
    query = sa.select(holds).order_by(holds.c.hold_id)
    if not released:
        query = query.where(holds.c.released_at.is_(None))
    return [Hold(**row._mapping) for row in connection.execute(query)]


def held(connection: sa.Connection, call_ids: Collection[str]) -> dict[str, int]:
    """Those of these calls that a hold in force is about, each with the number of the hold.

    A hold of a customer is about every call that the calls table names, or ever named, or a night joined as theirs.
    """
    in_force = list_holds(connection)
    of_calls = {hold.value: hold.hold_id for hold in in_force if hold.kind == "call"}
    of_customers = {hold.value: hold.hold_id for hold in in_force if hold.kind == "customer"}
    found = {call_id: of_calls[call_id] for call_id in call_ids if call_id in of_calls}
    if not of_customers:
        return found
    for some in batches(call_ids):
        for table, customer in ((calls, calls.c.customer_id), (call_contracts, call_contracts.c.joined_customer_id)):
            query = sa.select(table.c.call_id, customer.label("customer")).where(table.c.call_id.in_(some))
            for row in connection.execute(query.where(customer.in_(of_customers))):
                found[row.call_id] = of_customers[row.customer]
    return found


def calls_of(connection: sa.Connection, hold: Hold) -> list[str]:
    """The calls that a hold is about, as far as the store knows them, by id."""
    if hold.kind == "call":
        queries = [sa.select(table.c.call_id).where(table.c.call_id == hold.value) for table in (calls, recordings)]
    else:
        queries = [
            sa.select(calls.c.call_id).where(calls.c.customer_id == hold.value),
            sa.select(call_contracts.c.call_id).where(call_contracts.c.joined_customer_id == hold.value),
        ]
    return sorted({call_id for query in queries for call_id in connection.execute(query).scalars()})


def read_hold(connection: sa.Connection, hold_id: int) -> Hold | None:
    """One by its number, in force or released."""
    row = connection.execute(sa.select(holds).where(holds.c.hold_id == hold_id)).one_or_none()
    return None if row is None else Hold(**row._mapping)
