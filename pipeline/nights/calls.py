"""Rows of the calls table as records."""

from typing import Any

import pandas as pd

from pipeline.records import Call


def call_records(frame: pd.DataFrame) -> list[Call]:
    """One `Call` per row of the canonical calls frame; what is missing is None."""
    own = Call.__dataclass_fields__.keys() - {"extra"}
    names = [str(name) for name in frame]
    records = []
    for values in frame.itertuples(index=False, name=None):  # row by row: all of them as dicts are large
        row = dict(zip(names, map(_or_none, values), strict=True))
        known = {name: value for name, value in row.items() if name in own}
        started = known.get("started_at")
        known["started_at"] = started.to_pydatetime() if started is not None else None
        extra = {name: value for name, value in row.items() if name not in own}
        records.append(Call(**known, extra=extra))
    return records


def _or_none(value: Any) -> Any:
    return None if value is pd.NA or value is pd.NaT or value != value else value
