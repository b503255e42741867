"""Comments of managers and operators' own remarks: added, never changed; writing one is on record, not its words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.schema import operator_remarks

Kind = Literal["comment", "remark"]
LONGEST = 2_000  # characters
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Remark:
    """One of them. `period`: what the page showed when it was written."""

    period: str
    kind: Kind
    author: str
    written_at: datetime
    text: str


def add_remark(connection: sa.Connection, operator_id: str, remark: Remark) -> None:
    """Keep it, and put on record that it was written. Raises `BadInput` for empty or endless text."""
    text = remark.text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise BadInput(
            Text(f"1 文字から {LONGEST:,} 文字までで書いてください。", f"Write 1 to {LONGEST:,} characters.")
        )
    row = {"operator_id": operator_id, "period": remark.period, "kind": remark.kind, "author": remark.author}
    row |= {"written_at": remark.written_at.astimezone(UTC), "text": text}  # type: ignore[dict-item]
    connection.execute(sa.insert(operator_remarks).values(row))
    audit.record(connection, remark.author, f"operator.{remark.kind}", operator_id, {"characters": len(text)})


def read_remarks(connection: sa.Connection, operator_id: str) -> list[Remark]:
    """The latest first."""
    columns = operator_remarks.c
    query = (
        sa.select(columns.period, columns.kind, columns.author, columns.written_at, columns.text)
        .where(columns.operator_id == operator_id)
        .order_by(columns.remark_id.desc())
        .limit(SHOWN)
    )
    return [Remark(*row) for row in connection.execute(query)]
