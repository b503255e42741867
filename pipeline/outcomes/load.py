"""Read one of the four input tables, all or nothing: every unreadable value is named, or the whole table is taken."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import BadTable
from pipeline.language import Text
from pipeline.outcomes import cells
from pipeline.outcomes.checks import check_rows
from pipeline.outcomes.columns import DTYPES, SHAPES, Column, Kind, TableShape, header_key
from pipeline.outcomes.dates import Unreadable, read_date, read_time
from pipeline.outcomes.encodings import file_sha256
from pipeline.outcomes.headers import Header, match_header
from pipeline.outcomes.report import Loaded, LoadReport, ProblemList
from pipeline.outcomes.sources import Row, Source, open_source

_CHUNK_ROWS = 50_000
_UNIT_HEADERS = frozenset(header_key(name) for name in ("単位", "金額単位", "MRR単位", "unit", "mrr_unit"))

EMPTY = Text("必須の値が空です。", "This value is required and empty.")
NO_ROWS = Text("見出しだけで、行がありません。", "There is a header but no row.")
TOTAL_ROW = Text("合計の行です。この行を消してください。", "This is a total row. Delete it.")
SURPLUS = Text("見出しのない列に値があります。", "There is a value in a column without a header.")
OPERATOR_EMPTY = Text("担当者が空です。この通話の録音は解析しません。", "No operator: this recording is not analysed.")
TIME_EMPTY = Text("開始日時が空です。日別の集計から除きます。", "No time: this call is left out of daily figures.")
_LISTED = {"operator_id": ("operator_missing", OPERATOR_EMPTY), "started_at": ("time_unknown", TIME_EMPTY)}


@dataclass
class _Reading:
    """What one pass over a file gathers."""

    shape: TableShape
    header: Header
    phone_key: bytes | None
    problems: ProblemList  # any of these refuses the table
    notes: ProblemList  # these are only shown
    counts: Counter[str] = field(default_factory=Counter)


def read_table(
    kind: Kind,
    path: Path,
    *,
    phone_key: bytes | None = None,
    own_headers: Mapping[str, str] | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """The canonical frame of a CSV or Parquet file (`columns` documents it) and the report of what was found.

    `phone_key` keys the hash under which phone numbers are kept; without it they are not kept. `own_headers` maps
    headers of the file to canonical columns. `on_rows` hears the number of rows read so far; raising from it stops the
    load, and nothing has happened. Raises `BadTable` listing every unreadable value, conflicting duplicate and broken
    row at once.
    """
    shape = SHAPES[kind]
    source = open_source(path, shape)
    problems = ProblemList(path.name)
    header = match_header(source.header, shape, own_headers or {}, problems)
    if problems:
        raise BadTable(problems.listed())
    reading = _Reading(shape, header, phone_key, problems, ProblemList(path.name))
    frame, lines = _read_rows(source, reading, on_rows)
    if not len(lines) and not problems:
        problems.add(1, None, None, NO_ROWS)
    if len(lines):
        frame = check_rows(frame, lines, shape, problems, reading.notes, reading.counts)
    if problems:
        raise BadTable(problems.listed())
    return Loaded(frame, _report(path, source, reading, len(lines), len(frame)))


def empty_table(kind: Kind) -> pd.DataFrame:
    """The canonical frame of a table that was not given: no rows, the right columns and dtypes."""
    columns: dict[str, pd.Series[Any]] = {}
    for column in SHAPES[kind].columns:
        columns[column.name] = pd.Series([], dtype=DTYPES[column.holds])
        if column.holds == "phone":
            columns["phone_last4"] = pd.Series([], dtype="string")
    return pd.DataFrame(columns)


def _report(path: Path, source: Source, reading: _Reading, rows_read: int, rows_kept: int) -> LoadReport:
    return LoadReport(
        kind=reading.shape.kind,
        file=path.name,
        sha256=file_sha256(path),
        encoding=source.encoding,
        separator=source.separator,
        rows_read=rows_read,
        rows_kept=rows_kept,
        columns=reading.header.written,
        extra_columns=tuple(reading.header.extra),
        counts={code: count for code, count in sorted(reading.counts.items()) if count},
        problems=tuple(reading.notes.listed()),
    )


def _read_rows(
    source: Source, reading: _Reading, on_rows: Callable[[int], None]
) -> "tuple[pd.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]":
    """The frame before row checks, and the file's line of each row. Memory holds one chunk of text at a time."""
    frames: list[pd.DataFrame] = []
    lines: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    rows = 0
    for chunk in _chunks(_whole_rows(source, reading)):
        numbers = [line for line, _ in chunk]
        frames.append(_frame(list(zip(*(row for _, row in chunk), strict=True)), numbers, reading))
        lines.append(np.array(numbers, dtype=np.int64))
        rows += len(chunk)
        on_rows(rows)
    if not frames:
        return pd.DataFrame(), np.empty(0, dtype=np.int64)
    frame = pd.concat(frames, ignore_index=True)
    for name in reading.header.extra:
        frame[name] = _numbers_if_all(frame[name])
    return frame, np.concatenate(lines)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(itertools.islice(rows, _CHUNK_ROWS)):
        yield chunk


def _whole_rows(source: Source, reading: _Reading) -> Iterator[Row]:
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


def _frame(texts: list[tuple[str, ...]], lines: list[int], reading: _Reading) -> pd.DataFrame:
    columns: dict[str, pd.Series[Any]] = {}
    for column in reading.shape.columns:
        position = reading.header.known.get(column.name)
        values = texts[position] if position is not None else ("",) * len(lines)
        if column.holds == "phone":
            columns |= _phone_columns(values, reading, present=position is not None)
        else:
            columns[column.name] = pd.Series(
                _column_values(column, values, lines, reading, present=position is not None), dtype=DTYPES[column.holds]
            )
    for name, position in reading.header.extra.items():
        if header_key(name) in _UNIT_HEADERS:
            _refuse_yearly(name, texts[position], lines, reading)
        columns[name] = pd.Series(
            [None if cells.is_missing(text) else cells.tidy(text) for text in texts[position]], dtype="string"
        )
    return pd.DataFrame(columns)


def _column_values(
    column: Column, texts: tuple[str, ...], lines: list[int], reading: _Reading, *, present: bool
) -> list[object]:
    read = _reader(column, reading)
    values: list[object] = []
    for text, line in zip(texts, lines, strict=True):
        value: object = None
        if cells.is_missing(text):
            if present:
                _note_empty(column, line, reading)
        else:
            try:
                value = read(text)
            except Unreadable as problem:
                reading.problems.add(line, column.name, text, problem.reason)
        values.append(value)
    return values


def _note_empty(column: Column, line: int, reading: _Reading) -> None:
    if column.when_empty == "refused":
        reading.problems.add(line, column.name, None, EMPTY)
    elif column.when_empty == "listed":
        code, text = _LISTED[column.name]
        reading.counts[code] += 1
        reading.notes.add(line, column.name, None, text)


def _reader(column: Column, reading: _Reading) -> Callable[[str], object]:
    if column.holds == "id" and column.required:
        return _read_required_id
    if column.holds == "time":
        return lambda text: _read_counted_time(text, reading.counts)
    readers: dict[str, Callable[[str], object]] = {
        "id": cells.read_id,
        "text": cells.tidy,
        "date": read_date,
        "yen": cells.read_yen,
        "integer": cells.read_integer,
        "number": cells.read_number,
        "flag": cells.read_flag,
        "event": cells.read_event,
    }
    return readers[column.holds]


def _read_required_id(text: str) -> str:
    if cells.is_total(text):
        raise Unreadable(TOTAL_ROW)
    return cells.read_id(text)


def _read_counted_time(text: str, counts: Counter[str]) -> object:
    moment, told = read_time(text)
    counts["time_of_day_unknown"] += not told
    return moment


def _phone_columns(texts: tuple[str, ...], reading: _Reading, *, present: bool) -> "dict[str, pd.Series[Any]]":
    """`phone` (keyed hash) and `phone_last4`; both are empty without a key, which the report says."""
    key = reading.phone_key
    if present and key is None:
        reading.counts["phone_not_kept"] = 1
    numbers = [None if cells.is_missing(text) or key is None else cells.normal_phone(text) for text in texts]
    if key is not None:
        told = sum(not cells.is_missing(text) for text in texts)
        reading.counts["phone_unusable"] += told - sum(number is not None for number in numbers)
    hashes = [None if number is None or key is None else cells.phone_hash(number, key) for number in numbers]
    return {
        "phone": pd.Series(hashes, dtype="string"),
        "phone_last4": pd.Series([number and number[-4:] for number in numbers], dtype="string"),
    }


def _refuse_yearly(name: str, texts: tuple[str, ...], lines: list[int], reading: _Reading) -> None:
    for text, line in zip(texts, lines, strict=True):
        word = cells.fold(text).casefold()
        if "年" in word or word.startswith(("year", "annual", "arr")):
            reading.problems.add(line, name, text, cells.YEARLY_YEN)


def _numbers_if_all(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Float64 if every value is a number; a code with a leading zero (007) is none."""
    present = texts.dropna()
    if present.empty or present.str.match(r"[+-]?0\d").any():
        return texts
    numbers = pd.to_numeric(texts, errors="coerce")
    return numbers.astype("Float64") if numbers.notna().sum() == len(present) else texts
