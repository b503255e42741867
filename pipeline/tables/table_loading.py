"""A table that was read whole goes into the store, whether a command, the night or a page brings it."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.outcomes.report import Loaded
from pipeline.store.connect import Connection
from pipeline.store.tables import Loaded as Change
from pipeline.store.tables import store_table

FIRST_ROWS = 5
_LONGEST_CELL = 60  # characters of a cell in the preview


def store_loaded(connection: Connection, loaded: Loaded, on_rows: Callable[[int], None] = lambda rows: None) -> Change:
    """In the caller's transaction. Calls arrive night by night; of the other tables a file is the whole."""
    report = loaded.report
    return store_table(
        connection,
        report.kind,
        loaded.frame,
        file_name=report.file,
        sha256=report.sha256,
        report=report.to_json(),
        complete=report.kind != "calls",
        on_rows=on_rows,
    )


def changed(change: Change) -> Mapping[str, int]:
    """How many rows are new, have ended, are as they were."""
    return {"new": change.new, "ended": change.ended, "unchanged": change.unchanged}


def first_rows(loaded: Loaded) -> Any:
    """The first rows, with the columns that hold anything; times in Tokyo, as people read them; a long cell is cut."""
    rows = loaded.frame.head(FIRST_ROWS).dropna(axis="columns", how="all")
    for name in rows.columns:
        kind = str(rows[name].dtype)
        if kind.startswith("datetime64[us, UTC"):
            rows[name] = rows[name].dt.tz_convert("Asia/Tokyo").dt.strftime("%Y-%m-%d %H:%M:%S")
        elif kind.startswith("datetime64"):
            rows[name] = rows[name].dt.strftime("%Y-%m-%d")
        elif kind == "string":
            rows[name] = rows[name].where(rows[name].str.len() <= _LONGEST_CELL, rows[name].str[:_LONGEST_CELL] + "…")
    return rows
