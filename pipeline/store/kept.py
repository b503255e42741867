"""What the night has counted beforehand: written in parts, shown at once, read by period, team, group and operator."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from pipeline.store.pages import Within
from pipeline.store.schema import conversation_cells, figure_cells, kept_figures, reports
from pipeline.store.schema.kept import CELL_COUNTS
from pipeline.store.shown import counted_in

ALL = "all"
Counts = Mapping[str, int]
By = Literal["month", "operator_id", "team", "value"]


@dataclass(frozen=True, slots=True)
class Slice:
    """Which conversations: months from `first` up to `until` (exclusive), of one team, operator or group.

    `value` None: every value of the dimension apart.
    """

    first: date
    until: date
    dimension: str = ALL
    value: str | None = ""
    team: str | None = None
    operator_id: str | None = None
    within: Within | None = None


class Counted(NamedTuple):
    """A night's counts. `made_at` tells it from one of the same number in a store that was restored meanwhile."""

    run_id: int
    report_id: int
    made_at: datetime


def add_figures(connection: sa.Connection, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Some of what a night counted of contracts; `show` has them read."""
    connection.execute(sa.insert(figure_cells), [{**row, "run_id": run_id} for row in rows])


def add_conversations(connection: sa.Connection, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Some of what a night counted of conversations; `show` has them read."""
    connection.execute(sa.insert(conversation_cells), [{**row, "run_id": run_id} for row in rows])


def show(connection: sa.Connection, run_id: int, facts: Mapping[str, Any]) -> None:
    """From now on the counts of this night are read, as what belongs to the newest report, which must be stored."""
    report_id = connection.execute(sa.select(sa.func.max(reports.c.report_id))).scalar_one()
    connection.execute(sa.delete(kept_figures))
    connection.execute(sa.insert(kept_figures).values(report_id=report_id, run_id=run_id, facts=dict(facts)))


def kept_facts(connection: sa.Connection) -> dict[str, Any] | None:
    """What the newest report's cells are of: months, spans, teams, groups, operators; None where it has none."""
    newest = sa.select(sa.func.max(reports.c.report_id)).scalar_subquery()
    query = sa.select(kept_figures.c.facts).where(kept_figures.c.report_id == newest)
    facts: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
    return facts


def counted(connection: sa.Connection) -> Counted | None:
    """Whose counts are shown; None before the first. They are those of one night, and never change."""
    query = sa.select(kept_figures.c.run_id, kept_figures.c.report_id, reports.c.made_at).where(
        kept_figures.c.report_id == reports.c.report_id
    )
    row = connection.execute(query.order_by(kept_figures.c.report_id.desc()).limit(1)).one_or_none()
    return None if row is None else Counted(*row)


def figure_sums(
    connection: sa.Connection, spans: Collection[str], dimensions: Collection[str], value: str | None = None
) -> dict[tuple[str, str, str], Counts]:
    """(span, dimension, value) → the sums; of one value only, where it is given."""
    cells = figure_cells.c
    query = sa.select(*(column for column in cells if column.name != "run_id")).where(
        cells.run_id == counted_in(), cells.span.in_(spans), cells.dimension.in_(dimensions)
    )
    if value is not None:
        query = query.where(cells.value == value)
    rows = connection.execute(query).mappings()
    return {(row["span"], row["dimension"], row["value"]): dict(row) for row in rows}


def conversation_sums(
    connection: sa.Connection, wanted: Slice, by: Sequence[By], counted: Sequence[str] = CELL_COUNTS
) -> dict[tuple[Any, ...], Counts]:
    """Values of `by` → the counts of the slice added up; only those `counted`."""
    cells = conversation_cells.c
    keys = [cells[name] for name in by]
    query = sa.select(*keys, *(sa.func.sum(cells[name]).label(name) for name in counted)).where(
        cells.run_id == counted_in(),
        cells.dimension == wanted.dimension,
        cells.month >= wanted.first,
        cells.month < wanted.until,
    )
    for column, chosen in ((cells.value, wanted.value), (cells.team, wanted.team)):
        if chosen is not None:
            query = query.where(column == chosen)
    if wanted.operator_id is not None:
        query = query.where(cells.operator_id == wanted.operator_id)
    if wanted.within is not None:
        query = query.where(cells.operator_id.in_(wanted.within.operators) | cells.team.in_(wanted.within.teams))
    found: dict[tuple[Any, ...], Counts] = {}
    for row in connection.execute(query.group_by(*keys).order_by(*keys)):
        counts = [int(count or 0) for count in row[len(keys) :]]
        found[tuple(row[: len(keys)])] = dict(zip(counted, counts, strict=True))
    return found
