"""What the pages start from: the nights, the report of one, and the versions that it pins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import reports, runs
from pipeline.store.transcripts import Tagging


@dataclass(frozen=True, slots=True)
class Night:
    """A night as the list of nights shows it. `files` is None where it made no report of its own."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    state: str  # running, done, stopped, failed
    archive: str
    versions: Mapping[str, str]
    files: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Pins:
    """What a report was made of: with these, the pages show the calls it counted and no others."""

    run_id: int
    speech: str
    tagging: Tagging
    formula: str
    loads: Mapping[str, int]

    @classmethod
    def of_report(cls, body: Mapping[str, Any]) -> "Pins":
        """The pins that a report's body names."""
        versions = body["versions"]
        return cls(
            run_id=body["run_id"],
            speech=versions["speech"],
            tagging=Tagging(versions["dictionary"], versions["rules"]),
            formula=versions["formula"],
            loads={kind: load["load_id"] for kind, load in body["loads"].items()},
        )


@dataclass(frozen=True, slots=True)
class Within:
    """Calls of these operators or these teams (as of the call), and no others: what one person may see."""

    operators: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    def has(self, operator_id: str | None, team: str | None) -> bool:
        """Whether something of that operator and team lies within."""
        return operator_id in self.operators or team in self.teams


def report_of_night(connection: sa.Connection, run_id: int) -> dict[str, Any] | None:
    """The body of a night's report; None where there is none."""
    query = sa.select(reports.c.body).where(reports.c.run_id == run_id).order_by(reports.c.report_id.desc()).limit(1)
    body: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
    return body


def list_nights(connection: sa.Connection, *, before: int | None = None, limit: int = 30) -> list[Night]:
    """The last nights, newest first; `before` is the run id where the page before ended."""
    query = _nights().order_by(runs.c.run_id.desc()).limit(limit)
    if before is not None:
        query = query.where(runs.c.run_id < before)
    return [_night(row) for row in connection.execute(query)]


def read_night(connection: sa.Connection, run_id: int) -> Night | None:
    """One night; None where there is none of that id."""
    row = connection.execute(_nights().where(runs.c.run_id == run_id).limit(1)).one_or_none()
    return None if row is None else _night(row)


def _nights() -> sa.Select[Any]:
    counted = reports.c.body["coverage"]["files"].label("counted")
    last = sa.select(sa.func.max(reports.c.report_id)).where(reports.c.run_id == runs.c.run_id).correlate(runs)
    return sa.select(runs, counted).outerjoin(reports, reports.c.report_id == last.scalar_subquery())


def _night(row: sa.Row[Any]) -> Night:
    return Night(row.run_id, row.started_at, row.finished_at, row.state, row.archive, row.versions, row.counted)


def held(table: sa.Table, at_load: int | None) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions for the rows of an input table as they stood after a load; none without a load."""
    if at_load is None:
        yield sa.false()
        return
    yield table.c.from_load <= at_load
    yield table.c.until_load.is_(None) | (table.c.until_load > at_load)
