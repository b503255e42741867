"""Which monthly report went to whom. A row is committed before a message leaves, and again after it has left."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from pipeline.store.schema import deliveries

State = Literal["made", "sending", "sent", "failed"]
SETTLED: tuple[State, ...] = ("made", "sent")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One report to one address (`recipient` empty: the file alone)."""

    period: str
    scope: str
    recipient: str
    message_id: str
    sha256: str


def settled(connection: sa.Connection, period: str) -> set[tuple[str, str]]:
    """(scope, recipient) of everything of the period that is done."""
    query = sa.select(deliveries.c.scope, deliveries.c.recipient).where(
        deliveries.c.period == period, deliveries.c.state.in_(SETTLED)
    )
    return {(row.scope, row.recipient) for row in connection.execute(query)}


def settle(connection: sa.Connection, delivery: Delivery, state: State) -> None:
    """Note what has become of one delivery; a new try counts up."""
    key = (
        (deliveries.c.period == delivery.period)
        & (deliveries.c.scope == delivery.scope)
        & (deliveries.c.recipient == delivery.recipient)
    )
    facts = {
        "state": state,
        "message_id": delivery.message_id,
        "sha256": delivery.sha256,
        "updated_at": datetime.now(UTC),
    }
    tries = int(state in ("sending", "made"))
    changed = connection.execute(
        sa.update(deliveries).where(key).values(**facts, attempts=deliveries.c.attempts + tries)
    )
    if changed.rowcount == 0:
        names = {"period": delivery.period, "scope": delivery.scope, "recipient": delivery.recipient}
        connection.execute(sa.insert(deliveries).values(**names, **facts, attempts=tries))
