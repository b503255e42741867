"""Text cells of one chunk of rows to typed columns; what cannot be read is noted with its line."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipeline.language import Text
from pipeline.outcomes import cells
from pipeline.outcomes.columns import DTYPES, Column, TableShape, header_key
from pipeline.outcomes.dates import Unreadable, read_date, read_time
from pipeline.outcomes.headers import Header
from pipeline.outcomes.report import ProblemList

_UNIT_HEADERS = frozenset(
    header_key(name)
    for name in (
        "単位", "金額単位", "金額区分", "金額種別", "MRR単位", "ARR/MRR", "MRR/ARR",
        "unit", "mrr_unit", "amount_unit", "amount_type", "revenue_type",
    )
)  # fmt: skip

EMPTY = Text("必須の値が空です。", "This value is required and empty.")
TOTAL_ROW = Text("合計の行です。この行を消してください。", "This is a total row. Delete it.")
OPERATOR_EMPTY = Text("担当者が空です。この通話の録音は解析しません。", "No operator: this recording is not analysed.")
TIME_EMPTY = Text("開始日時が空です。日別の集計から除きます。", "No time: this call is left out of daily figures.")
_LISTED = {"operator_id": ("operator_missing", OPERATOR_EMPTY), "started_at": ("time_unknown", TIME_EMPTY)}


@dataclass
class Reading:
    """What one pass over a file gathers."""

    shape: TableShape
    header: Header
    phone_key: bytes | None
    tidy_id: Callable[[str], str]
    problems: ProblemList  # any of these refuses the table
    notes: ProblemList  # these are only shown
    counts: Counter[str] = field(default_factory=Counter)
    totals: set[int] = field(default_factory=set)  # lines of total rows: their empty cells are no further problem


def typed_frame(texts: list[tuple[str, ...]], lines: list[int], reading: Reading) -> pd.DataFrame:
    """The canonical columns, then the further ones as text, of rows given column by column."""
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
    column: Column, texts: tuple[str, ...], lines: list[int], reading: Reading, *, present: bool
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
                if problem.reason is TOTAL_ROW:
                    reading.totals.add(line)
        values.append(value)
    return values


def _note_empty(column: Column, line: int, reading: Reading) -> None:
    if line in reading.totals:
        return
    if column.when_empty == "refused":
        reading.problems.add(line, column.name, None, EMPTY)
    elif column.when_empty == "listed":
        code, text = _LISTED[column.name]
        reading.counts[code] += 1
        reading.notes.add(line, column.name, None, text)


def _reader(column: Column, reading: Reading) -> Callable[[str], object]:
    if column.holds == "id":
        read_id = _read_required_id if column.required else cells.read_id
        return lambda text: reading.tidy_id(read_id(text))
    if column.holds == "time":
        return lambda text: _read_counted_time(text, reading.counts)
    readers: dict[str, Callable[[str], object]] = {
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


def _phone_columns(texts: tuple[str, ...], reading: Reading, *, present: bool) -> "dict[str, pd.Series[Any]]":
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


def _refuse_yearly(name: str, texts: tuple[str, ...], lines: list[int], reading: Reading) -> None:
    for text, line in zip(texts, lines, strict=True):
        word = cells.fold(text).casefold()
        if "年" in word or word.startswith(("year", "annual", "arr")):
            reading.problems.add(line, name, text, cells.YEARLY_YEN)


def numbers_if_all(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Float64 if every value is a finite number; a code with a leading zero (007) is none.

    >>> [str(numbers_if_all(pd.Series(texts, dtype="string")).dtype) for texts in (["1", None], ["1", "inf"], ["007"])]
    ['Float64', 'string', 'string']
    """
    present = texts.dropna()
    if present.empty or present.str.match(r"[+-]?0\d").any():
        return texts
    numbers = pd.to_numeric(texts, errors="coerce").astype("Float64")
    finite = numbers.abs() < float("inf")
    return numbers if finite.sum() == len(present) else texts
