"""What the night has counted beforehand: written whole, read by period, team, group and operator in a few rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa

from pipeline.store.pages import Within
from pipeline.store.schema import conversation_cells, figure_cells, kept_figures, reports
from pipeline.store.schema.kept import CELL_COUNTS

ALL = "all"
BATCH = 1_000
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


def replace_kept(
    connection: sa.Connection,
    report_id: int,
    facts: Mapping[str, Any],
    figures: Iterable[Mapping[str, Any]],
    conversations: Iterable[Mapping[str, Any]],
) -> None:
    """Keep what was counted for this report, in the place of what an earlier one counted."""
    for table in (kept_figures, figure_cells, conversation_cells):
        connection.execute(sa.delete(table))
    for table, rows in ((figure_cells, figures), (conversation_cells, conversations)):
        for some in _batches(rows):
            connection.execute(sa.insert(table), some)
    connection.execute(sa.insert(kept_figures).values(report_id=report_id, facts=dict(facts)))


def kept_facts(connection: sa.Connection) -> dict[str, Any] | None:
    """What the newest report's cells are of: months, spans, teams, groups, operators; None where it has none."""
    newest = sa.select(sa.func.max(reports.c.report_id)).scalar_subquery()
    query = sa.select(kept_figures.c.facts).where(kept_figures.c.report_id == newest)
    facts: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
    return facts


def newest_report_id(connection: sa.Connection) -> int | None:
    """The id of the newest report."""
    return connection.execute(sa.select(sa.func.max(reports.c.report_id))).scalar_one_or_none()


def figure_sums(
    connection: sa.Connection, spans: Collection[str], dimensions: Collection[str], value: str | None = None
) -> dict[tuple[str, str, str], Counts]:
    """(span, dimension, value) → the sums; of one value only, where it is given."""
    query = sa.select(figure_cells).where(figure_cells.c.span.in_(spans), figure_cells.c.dimension.in_(dimensions))
    if value is not None:
        query = query.where(figure_cells.c.value == value)
    rows = connection.execute(query).mappings()
    return {(row["span"], row["dimension"], row["value"]): dict(row) for row in rows}


def conversation_sums(connection: sa.Connection, wanted: Slice, by: Sequence[By]) -> dict[tuple[Any, ...], Counts]:
    """Values of `by` → the counts of the slice added up."""
    cells = conversation_cells.c
    keys = [cells[name] for name in by]
    query = sa.select(*keys, *(sa.func.sum(cells[name]).label(name) for name in CELL_COUNTS)).where(
        cells.dimension == wanted.dimension, cells.month >= wanted.first, cells.month < wanted.until
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
        counts = (int(count or 0) for count in row[len(keys) :])
        found[tuple(row[: len(keys)])] = dict(zip(CELL_COUNTS, counts, strict=True))
    return found


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield some
