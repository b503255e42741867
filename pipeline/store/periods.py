"""Keeping periods that administrators set in the pages, each in the place of the one in the settings file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline.settings import RetentionSettings
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import keeping_periods

NAMES = tuple(RetentionSettings.model_fields)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One period as somebody set it; 0 days: for ever."""

    days: int
    set_at: datetime
    set_by: str


def chosen(connection: sa.Connection) -> dict[str, Chosen]:
    """By the name of the setting; those that nobody set are left out."""
    rows = connection.execute(sa.select(keeping_periods).order_by(keeping_periods.c.name))
    return {row.name: Chosen(row.days, row.set_at, row.set_by) for row in rows}


def in_force(connection: sa.Connection, file: RetentionSettings) -> RetentionSettings:
    """Those of the settings file, but for what was set in the pages."""
    return with_chosen(file, {name: one.days for name, one in chosen(connection).items()})


def with_chosen(file: RetentionSettings, days: Mapping[str, int | None]) -> RetentionSettings:
    """Those of the settings file, but for these; None is the file's, too."""
    return file.model_copy(update={name: number for name, number in days.items() if number is not None})


def choose(connection: sa.Connection, file: RetentionSettings, days: Mapping[str, int | None], actor: str) -> None:
    """Set every period from now on; None follows the settings file again. On record is each that changes."""
    before = chosen(connection)
    was, now = in_force(connection, file), with_chosen(file, days)
    details: dict[str, audit.Detail] = {}
    for name in NAMES:
        number = days.get(name)
        if number == (before[name].days if name in before else None):
            continue
        connection.execute(sa.delete(keeping_periods).where(keeping_periods.c.name == name))
        if number is not None:
            row = {"name": name, "days": number, "set_at": datetime.now(UTC), "set_by": person(actor)}
            connection.execute(sa.insert(keeping_periods).values(row))
        details[name] = f"{getattr(was, name)} → {getattr(now, name)}" + (" (file)" if number is None else "")
    if details:
        audit.record(connection, actor, "periods.choose", "periods", details)
