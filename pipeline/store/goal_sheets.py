"""Versions of the KPI sheet: the newest one holds, and nobody overwrites what they have not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.schema import goal_sheets

SAVED_MEANWHILE = BadInput(
    Text("ほかの人が先に保存しました。", "Somebody else has saved the sheet meanwhile."),
    remedy=Text("シートを開き直して、もう一度直してください。", "Open the sheet again and repeat your change."),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """One version."""

    version: int
    sheet: Mapping[str, Any]
    saved_by: str
    saved_at: datetime


def newest(connection: sa.Connection) -> Saved | None:
    """The version that holds; None before the first."""
    query = sa.select(goal_sheets).order_by(goal_sheets.c.version.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Saved(**row._mapping) if row else None


def save(connection: sa.Connection, actor: str, sheet: Mapping[str, Any], *, seen: int) -> int:
    """A new version over the one that was `seen` (0: none); its number. Raises `BadInput` if another came between."""
    before = newest(connection)
    if (before.version if before else 0) != seen:
        raise SAVED_MEANWHILE
    values = {"sheet": dict(sheet), "saved_by": actor, "saved_at": datetime.now(UTC)}
    key = connection.execute(sa.insert(goal_sheets).values(**values)).inserted_primary_key
    assert key is not None
    targets = sum(len(goal["target"]) for goal in sheet["goal"])
    audit.record(connection, actor, "goals.save", f"sheet-{key[0]}", {"goals": len(sheet["goal"]), "targets": targets})
    return int(key[0])
