"""Read one of the four input tables, all or nothing: every unreadable value is named, or the whole table is taken."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import BadTable
from pipeline.language import Text
from pipeline.outcomes.checks import check_rows
from pipeline.outcomes.columns import DTYPES, SHAPES, Kind
from pipeline.outcomes.convert import Reading, numbers_if_all, typed_frame
from pipeline.outcomes.encodings import file_sha256
from pipeline.outcomes.headers import match_header
from pipeline.outcomes.presets import preset_headers, short_salesforce_id
from pipeline.outcomes.report import REFUSED_LISTED, Loaded, LoadReport, ProblemList
from pipeline.outcomes.sources import Row, Source, open_source

CHUNK_ROWS = 5_000  # as text, row by row: ten times as many take ten times the memory and hardly less time

NO_ROWS = Text("見出しだけで、行がありません。", "There is a header but no row.")
SURPLUS = Text("見出しのない列に値があります。", "There is a value in a column without a header.")


def read_table(
    kind: Kind,
    path: Path,
    *,
    phone_key: bytes | None = None,
    preset: str | None = None,
    own_headers: Mapping[str, str] | None = None,
    may_be_empty: bool = False,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """The canonical frame of a CSV or Parquet file (`columns` documents it) and the report of what was found.

    `phone_key` keys the hash under which phone numbers are kept; without it they are not kept. `preset` and, over it,
    `own_headers` map headers of the file to canonical columns ("" makes one a further column). `on_rows` hears the
    number of rows read so far; raising from it stops the load, and nothing has happened. Raises `BadTable` listing
    every unreadable value, conflicting duplicate and broken row at once, and a table without rows unless it
    `may_be_empty`.
    """
    shape = SHAPES[kind]
    source = open_source(path, shape)
    problems = ProblemList(path.name, REFUSED_LISTED)
    mapping = {**(preset_headers(preset, kind) if preset else {}), **(own_headers or {})}
    header = match_header(source.header, shape, mapping, problems)
    if problems:
        raise problems.refusal()
    tidy_id = short_salesforce_id if preset == "salesforce" else str
    reading = Reading(shape, header, phone_key, tidy_id, problems, ProblemList(path.name))
    frame, lines = _read_rows(source, reading, on_rows)
    if not len(lines) and not problems and not may_be_empty:
        problems.add(1, None, None, NO_ROWS)
    left_out = frame.iloc[:0]
    if len(lines):
        frame, left_out = check_rows(frame, lines, shape, problems, reading.notes, reading.counts)
    if problems:
        raise problems.refusal()
    return Loaded(frame, _report(path, source, reading, len(lines), frame, left_out))


def empty_table(kind: Kind) -> pd.DataFrame:
    """The canonical frame of a table that was not given: no rows, the right columns and dtypes."""
    columns: dict[str, pd.Series[Any]] = {}
    for column in SHAPES[kind].columns:
        columns[column.name] = pd.Series([], dtype=DTYPES[column.holds])
        if column.holds == "phone":
            columns["phone_last4"] = pd.Series([], dtype="string")
    return pd.DataFrame(columns)


def _report(
    path: Path, source: Source, reading: Reading, rows_read: int, kept: pd.DataFrame, left_out: pd.DataFrame
) -> LoadReport:
    of_outcomes = reading.shape.kind == "outcomes"
    return LoadReport(
        kind=reading.shape.kind,
        file=path.name,
        sha256=file_sha256(path),
        encoding=source.encoding,
        separator=source.separator,
        rows_read=rows_read,
        rows_kept=len(kept),
        columns=reading.header.written,
        extra_columns=tuple(reading.header.extra),
        counts={code: count for code, count in sorted(reading.counts.items()) if count},
        problems=reading.notes.kept(),
        holes=tuple(sorted(set(left_out["contract_id"].dropna()))) if of_outcomes else (),
    )


def _read_rows(
    source: Source, reading: Reading, on_rows: Callable[[int], None]
) -> "tuple[pd.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]":
    """The frame before row checks, and the file's line of each row. Memory holds one chunk of text at a time."""
    frames: list[pd.DataFrame] = []
    lines: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    rows = 0
    for chunk in _chunks(_whole_rows(source, reading)):
        numbers = [line for line, _ in chunk]
        frames.append(typed_frame(list(zip(*(row for _, row in chunk), strict=True)), numbers, reading))
        lines.append(np.array(numbers, dtype=np.int64))
        rows += len(chunk)
        on_rows(rows)
    if not frames:
        return typed_frame([()] * reading.header.width, [], reading), np.empty(0, dtype=np.int64)
    frame = pd.concat(frames, ignore_index=True)
    for name in reading.header.extra:
        frame[name] = numbers_if_all(frame[name])
    return frame, np.concatenate(lines)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
        yield chunk


def _whole_rows(source: Source, reading: Reading) -> Iterator[Row]:
    """Rows with exactly the header's cells. A broken file ends the reading with its problem beside the others."""
    width = reading.header.width
    try:
        for line, row in source.rows:
            if len(row) < width or any(row[width:]):
                reading.problems.add(line, None, None, _ragged(len(row), width))
                continue
            if any(row[position] for position in reading.header.unnamed):
                reading.problems.add(line, None, None, SURPLUS)
                continue
            yield line, row[:width]
    except BadTable as error:
        for problem in error.problems:
            reading.problems.add(problem.line, problem.column, problem.value, problem.reason)


def _ragged(cells_found: int, width: int) -> Text:
    return Text(
        f"値が {cells_found} 個あります(見出しは {width} 列)。区切り文字の過不足を直してください。",
        f"This row has {cells_found} cells, the header {width}. Mend the separators.",
    )
