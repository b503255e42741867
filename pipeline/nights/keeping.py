"""The last of the night's counting: whatever the pages show of years of calls and contracts, as small sums to keep."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from models.figures.book import CONTRACT_GROUPS
from models.figures.ledger import Ledger
from models.figures.span_sums import span_sums
from models.figures.spans import months_later, spans_between
from pipeline.reports.build import Material
from pipeline.store import call_facts, kept, shown, tables
from pipeline.store.connect import Connection, Store
from pipeline.store.version_history import version_changes

ROWS_AT_ONCE = 2_000  # in one transaction
HISTORY_MONTHS = 61  # five years, and the month that the first of them is compared with

Rows = Sequence[Mapping[str, Any]]
Add = Callable[[Connection, int, Rows], None]


@dataclass(frozen=True, slots=True)
class Counted:
    """`facts`: which months, spans, teams, groups and operators there are."""

    facts: dict[str, Any]
    figures: pd.DataFrame
    conversations: pd.DataFrame

    def parts(self) -> Iterator[tuple[Add, Rows]]:
        """Some rows at a time, and what stores them: as plain values they take five times the memory of the frame."""
        for add, cells in ((kept.add_figures, self.figures), (kept.add_conversations, self.conversations)):
            for start in range(0, len(cells), ROWS_AT_ONCE):
                yield add, cells.iloc[start : start + ROWS_AT_ONCE].to_dict("records")  # type: ignore[misc]

    def write(self, store: Store, run_id: int) -> None:
        """In parts that nobody reads until `show`."""
        for add, rows in self.parts():
            with store.writing_in_turn() as connection:
                add(connection, run_id, rows)

    def show(self, connection: Connection, run_id: int) -> None:
        """In the place of what belonged to an earlier report; the newest report must be stored already."""
        kept.show(connection, run_id, self.facts | {"changes": version_changes(connection)})


def write_joins(store: Store, run_id: int, joined: Iterable[pd.DataFrame]) -> None:
    """What each known call was joined to, in parts that nobody reads until the report of the night is stored."""
    for part in joined:
        for start in range(0, len(part), ROWS_AT_ONCE):
            with store.writing_in_turn() as connection:
                tables.save_joins(connection, run_id, part.iloc[start : start + ROWS_AT_ONCE])


def sweep(store: Store, run_id: int) -> None:
    """Delete what this night has replaced, and what nights left half-written that were cut off."""
    with store.reading() as connection:
        others = shown.others_at_work(connection, run_id)
        at_work = [other for other in others if store.is_held(other)]
        left = shown.left_over(connection, at_work)
    for table, night in left:
        some = True
        while some:
            with store.writing_in_turn() as connection:
                some = bool(shown.sweep_few(connection, table, night))


def count_spoken(store: Store, speech_version: str) -> None:
    """Count what was spoken in every transcript that is new, some at a time: nobody waits long for the writer."""
    left = True
    while left:
        with store.writing_in_turn() as connection:
            left = bool(call_facts.count_few(connection, speech_version))


def count_beforehand(material: Material, cells: pd.DataFrame, operators: Mapping[str, str | None]) -> Counted:
    """Everything that is kept beside the report of this material. `operators`: by id, with the name as last told."""
    as_of = material.as_of.date() if material.as_of is not None else None
    figures = _figures(material.ledger, as_of) if as_of else pd.DataFrame()
    months = cells["month"].dt.date
    return Counted(
        {
            "first_month": months.min().isoformat() if len(cells) else None,
            "last_month": months.max().isoformat() if len(cells) else None,
            "as_of": as_of.isoformat() if as_of else None,
            "spans": list(dict.fromkeys(figures["span"])) if len(figures) else [],
            "teams": sorted(set(cells["team"]) - {""}),
            "groups": _groups(cells, figures),
            "reasons": sorted(set(cells.loc[cells["dimension"] == "reason", "value"]) - {""}),
            "operators": dict(operators),
        },
        figures,
        cells.assign(month=months),
    )


def _figures(ledger: Ledger, as_of: date) -> pd.DataFrame:
    first = max(ledger.first_start.min().date(), months_later(as_of, -HISTORY_MONTHS))
    return span_sums(ledger, spans_between(first, as_of), CONTRACT_GROUPS)


def _groups(cells: pd.DataFrame, figures: pd.DataFrame) -> dict[str, list[str]]:
    """Dimension → its values, of calls and of customers."""
    found: dict[str, list[str]] = {}
    for name in CONTRACT_GROUPS:
        values: set[str] = set()
        for frame in (cells, figures):
            if len(frame):
                values |= set(frame.loc[frame["dimension"] == name, "value"])
        if values - {""}:
            found[name] = sorted(values - {""})
    return found
