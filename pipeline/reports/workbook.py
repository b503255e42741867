"""Tables as one Excel workbook: numbers as numbers, text as text, never a live formula or link."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

Shown = Literal["rate", "yen", "number", "date"]
FORMATS: dict[Shown, str] = {"rate": "0.0%", "yen": '#,##0"円"', "number": "#,##0.##", "date": "yyyy/mm/dd"}
_LONGEST_NAME = 31
_WIDEST = 40
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def write_workbook(sheets: Mapping[str, pd.DataFrame], path: Path, shown: Mapping[str, Shown] | None = None) -> None:
    """One sheet per frame. `shown`: column header → how its numbers look; others as plain numbers.

    Text goes in as text cells, so `=1+1` stays what somebody typed. Written by a temporary name and renamed.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    temporary = path.with_name(path.name + ".part")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(temporary), options) as book:
        formats: dict[str, Any] = {name: book.add_format({"num_format": text}) for name, text in FORMATS.items()}
        head = book.add_format({"bold": True, "bottom": 1})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(_sheet_name(name, {known.name for known in book.worksheets()}))
            sheet.freeze_panes(1, 0)
            for column, header in enumerate(frame.columns):
                sheet.write_string(0, column, str(header), head)
                chosen = (shown or {}).get(str(header), "number")
                _write_column(sheet, column, frame.iloc[:, column].tolist(), formats, chosen)
                sheet.set_column(column, column, _width(str(header), frame.iloc[:, column]))
    temporary.replace(path)


def _write_column(sheet: Any, column: int, values: list[Any], formats: Mapping[str, Any], chosen: Shown) -> None:
    for row, value in enumerate(values, start=1):
        if value is None or value is pd.NA or value is pd.NaT or value != value:
            continue
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float) and abs(value) != float("inf"):
            sheet.write_number(row, column, value, formats[chosen])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, pd.Timestamp(value).to_pydatetime().replace(tzinfo=None), formats["date"])
        else:
            sheet.write_string(row, column, str(value))


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none of []:*?/\\', and not used yet."""
    plain = _NOT_IN_NAMES.sub("_", name).strip()[:_LONGEST_NAME] or "_"
    number = 2
    chosen = plain
    while chosen.casefold() in {other.casefold() for other in taken}:
        suffix = f" ({number})"
        chosen = plain[: _LONGEST_NAME - len(suffix)] + suffix
        number += 1
    return chosen


def _width(header: str, values: "pd.Series[Any]") -> float:
    """Wide enough for the header and the first values; a Japanese character takes two columns."""
    texts = [header, *values.head(50).astype("string").fillna("").tolist()]
    return min(_WIDEST, 2 + max(sum(1 if letter.isascii() else 2 for letter in text) for text in texts))
