"""The figures of one period from what the store holds, as a workbook, CSV files or JSON."""

import json
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Connection

from models.figures.book import FigureBook, figure_book, last_day
from models.figures.figure import Figure, Period
from models.figures.labels import DEFINITIONS
from pipeline.errors import BadInput
from pipeline.language import Language, Text
from pipeline.outcomes.join import join_calls
from pipeline.reports.figure_tables import figure_tables, shown_as
from pipeline.reports.tables import write_csv
from pipeline.reports.workbook import write_workbook
from pipeline.store import tables

Format = Literal["json", "csv", "xlsx"]


def stored_book(connection: Connection, period: Period, as_of: pd.Timestamp | None = None) -> FigureBook:
    """The book of the tables last loaded. `as_of` defaults to the last day they tell, never today.

    Raises `BadInput` if no contracts are stored.
    """
    loads = tables.current_loads(connection)
    calls, contracts, outcomes, snapshots = (
        tables.read_table(connection, kind, loads.get(kind))
        for kind in ("calls", "contracts", "outcomes", "customer_snapshots")
    )
    day = as_of or last_day(contracts["started_on"], outcomes["on"])
    if contracts.empty or day is None:
        raise BadInput(
            Text("契約の表がまだ読み込まれていません。", "No table of contracts has been loaded yet."),
            remedy=Text(
                "kouken load contracts ファイル で読み込んでください。", "Load one: kouken load contracts FILE."
            ),
        )
    joined = join_calls(calls, contracts, outcomes).calls
    return figure_book(contracts, outcomes, period, day, calls=joined, snapshots=snapshots)


def write_book(book: FigureBook, form: Format, out: Path, language: Language) -> list[Path]:
    """The files of a book: one workbook, one JSON, or a CSV per table in the folder `out`."""
    if form == "json":
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = out.with_name(out.name + ".part")
        temporary.write_text(json.dumps(book_json(book), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        temporary.replace(out)
        return [out]
    named = figure_tables(book, language)
    if form == "xlsx":
        out.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(named, out, shown_as(named, language))
        return [out]
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{number:02d}_{name}.csv" for number, name in enumerate(named, start=1)]
    for path, frame in zip(paths, named.values(), strict=True):
        write_csv(frame, path)
    return paths


def book_json(book: FigureBook) -> dict[str, Any]:
    """Plain values: figures with their definitions, then every table as records."""
    shown = {"block": book.block, "value": book.value, "voice": book.voice}
    return {
        "period": {
            "name": book.period.name,
            "opening": str(book.period.opening.date()),
            "closing": str(book.period.closing.date()),
            "as_of": str(book.as_of.date()),
            "complete": book.complete,
        },
        **{part: {name: _figure_json(name, figure) for name, figure in told.items()} for part, told in shown.items()},
        "bridge": book.bridge,
        "expansion_months": {str(month): count for month, count in book.expansion_months.items()},
        "months": _records(book.months.set_axis(pd.DatetimeIndex(book.months.index).strftime("%Y-%m"))),
        "cohorts": _records(book.cohorts),
        "cohorts_yen": _records(book.cohorts_yen),
        "lost": _records(book.lost),
        "by_group": {name: _records(rows) for name, rows in book.by_group.items()},
    }


def _figure_json(name: str, figure: Figure) -> dict[str, Any]:
    definition = DEFINITIONS[name]
    return {
        **figure.to_json(),
        "label": {"ja": definition.name.ja, "en": definition.name.en},
        "definition": {"ja": definition.text.ja, "en": definition.text.en},
    }


def _records(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Row name → values, with NaN and NA as null."""
    rows = frame.rename(columns=str).to_dict("index")
    return {str(name): {str(column): _plain(value) for column, value in row.items()} for name, row in rows.items()}


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value
