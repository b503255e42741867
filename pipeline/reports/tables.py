"""Tables as files that open in Excel: BOM or cp932, CRLF, and no cell that turns into a formula."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

CsvEncoding = Literal["utf-8-sig", "cp932"]
FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # … full width too
# one sign under two code points: Windows Japanese knows the other one
_SAME_IN_CP932 = str.maketrans("—〜−‖¢£¬", "―～－∥￠￡￢")
REPLACEMENT = "〓"  # what Japanese typesetters print for a character they do not have


def neutral(text: str) -> str:
    """The text with an apostrophe before anything a spreadsheet would run as a formula.

    >>> neutral("=1+1"), neutral("普通の文")
    ("'=1+1", '普通の文')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def to_csv(frame: pd.DataFrame, encoding: CsvEncoding = "utf-8-sig") -> tuple[bytes, list[str]]:
    """The frame as CSV, and the characters that cp932 does not have, each replaced by 〓."""
    signs: dict[int, int] = _SAME_IN_CP932 if encoding == "cp932" else {}
    text = _rows([frame.columns], signs) + _rows(frame.itertuples(index=False, name=None), signs)
    lost = [] if encoding == "utf-8-sig" else sorted({letter for letter in text if not _fits(letter)})
    for letter in lost:
        text = text.replace(letter, REPLACEMENT)
    return text.encode(encoding), lost


def write_csv(frame: pd.DataFrame, path: Path, encoding: CsvEncoding = "utf-8-sig") -> list[str]:
    """Write by a temporary name and rename; the characters that had to be replaced."""
    content, lost = to_csv(frame, encoding)
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(content)
    temporary.replace(path)
    return lost


def write_csv_parts(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """The same of a table that comes in parts of the same columns (one at least), of which one is held at a time."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8-sig", newline="") as file:
        for number, frame in enumerate(frames):
            if number == 0:
                file.write(_rows([frame.columns], {}))
            file.write(_rows(frame.itertuples(index=False, name=None), {}))
    temporary.replace(path)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write by a temporary name, to the disk before the rename. Columns of mixed values become text."""
    named = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    mixed = {name: "string" for name in named if named[name].dtype == object}
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        named.astype(mixed).to_parquet(file, index=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _rows(rows: Iterable[Iterable[object]], signs: dict[int, int]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([_cell(value, signs) for value in row] for row in rows)
    return stream.getvalue()


def _cell(value: object, signs: dict[int, int]) -> object:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    return neutral(value.translate(signs)) if isinstance(value, str) else value


def _fits(letter: str) -> bool:
    try:
        letter.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
