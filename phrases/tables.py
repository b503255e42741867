"""Dictionaries as tables for Excel: CSV (UTF-8 with BOM, also read as CP932) and XLSX. Export and import round-trip.

One row per entry, several examples in one cell on lines of their own; a word list is a row with the category `list`.
The last row (category `version`) names the version that was exported, so that an import knows what was changed since.
A cell that a spreadsheet would take for a formula (@商品〜…) is written with a leading apostrophe; reading removes it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from phrases.entry import Phrase, PhraseSet
from phrases.fields import FIELDS, LIST_FIELDS, TEXT_FIELDS, build_phrase, id_problems, phrase_fields, problem
from phrases.messages import PhraseError, Problem

LIST_CATEGORY = "list"
VERSION_CATEGORY = "version"
VERSION_MARK = "v-"  # a spreadsheet would take some hashes for numbers
MOST_ROWS = 20_000
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠'")

Row = Sequence[str]
Value = TypeVar("Value")


def to_csv(phrase_set: PhraseSet, version: str = "") -> bytes:
    """The dictionary as CSV: UTF-8 with BOM, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(_rows(phrase_set, version))
    return text.getvalue().encode("utf-8-sig")


def from_csv(content: bytes, name: str = "CSV") -> PhraseSet:
    """The dictionary in a CSV file. Raises `PhraseError` with every row that cannot be used; nothing is half read."""
    text = _decoded(content, name)
    rows: list[tuple[int, Row]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            rows.append((start, row))
            start = reader.line_num + 1
            if len(rows) > MOST_ROWS:
                raise PhraseError((problem(name, f"{MOST_ROWS} 行を超えています。", f"More than {MOST_ROWS} rows."),))
    except csv.Error as error:
        ja, en = f"CSV として読めません({error})。", f"This is not readable as CSV ({error})."
        raise PhraseError((problem(f"{name}:{start}", ja, en),)) from None
    return _from_rows(rows, name)


def to_xlsx(phrase_set: PhraseSet, path: Path, version: str = "") -> None:
    """The dictionary as a workbook; every cell is text, no cell is a formula or a link."""
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("phrases")
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, row in enumerate(_rows(phrase_set, version)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, wrapped)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(FIELDS) - 1, 24)


def from_xlsx(path: Path) -> PhraseSet:
    """The dictionary in the first sheet of a workbook. Raises `PhraseError` with every row that cannot be used."""
    return _from_rows(_sheet_rows(path), path.name)


def _sheet_rows(path: Path) -> list[tuple[int, Row]]:
    import zipfile

    import openpyxl  # type: ignore[import-untyped]

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        ja, en = f"XLSX として読めません({type(error).__name__})。", f"This is not a workbook ({type(error).__name__})."
        raise PhraseError((problem(path.name, ja, en),)) from None
    try:
        values = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 1)
        rows = [(number, ["" if cell is None else str(cell) for cell in row]) for number, row in enumerate(values, 1)]
    finally:
        book.close()
    return [(number, row) for number, row in rows if any(row)]


def exported_version(path: Path) -> str:
    """The version that a CSV or XLSX file was exported from; empty if it does not say. Raises `PhraseError`."""
    if path.suffix.lower() == ".csv":
        rows: Iterable[Row] = csv.reader(io.StringIO(_decoded(path.read_bytes(), path.name), newline=""))
    else:
        rows = (row for _, row in _sheet_rows(path))
    marks = [cell for row in rows if VERSION_CATEGORY in row for cell in row if cell.startswith(VERSION_MARK)]
    return marks[-1].removeprefix(VERSION_MARK) if marks else ""


def _rows(phrase_set: PhraseSet, version: str) -> Iterator[list[str]]:
    yield list(FIELDS)
    for phrase in phrase_set.phrases:
        fields = phrase_fields(phrase)
        yield [_cell(fields.get(key, "")) for key in FIELDS]
    for name, words in phrase_set.lists:
        row = dict.fromkeys(FIELDS, "") | {"id": name, "category": LIST_CATEGORY, "examples": "\n".join(words)}
        yield [_cell(row[key]) for key in FIELDS]
    mark = {"id": VERSION_MARK + (version or phrase_set.version), "category": VERSION_CATEGORY}
    yield [mark.get(key, "") for key in FIELDS]


def _cell(value: object) -> str:
    text = "\n".join(value) if isinstance(value, list) else str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _from_rows(rows: Sequence[tuple[int, Row]], name: str) -> PhraseSet:
    if not rows:
        raise PhraseError((problem(name, "空のファイルです。", "The file is empty."),))
    (line, header), *body = rows
    problems = list(_header_problems(header, f"{name}:{line}"))
    if problems:
        raise PhraseError(tuple(problems))
    phrases: dict[str, Phrase] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for number, row in body:
        place = f"{name}:{number}"
        if len(row) != len(header):
            ja = f"列が {len(row)} 個あります(見出しは {len(header)} 個)。"
            problems.append(problem(place, ja, f"{len(row)} columns; the header has {len(header)}."))
            continue
        cells = {key: value.removeprefix("'") for key, value in zip(header, row, strict=True)}
        if cells["category"] == VERSION_CATEGORY:
            continue
        many = {key: tuple(line for line in cells.get(key, "").split("\n") if line) for key in LIST_FIELDS}
        if cells["category"] == LIST_CATEGORY:
            problems += _add(lists, cells["id"], many["examples"], place)
            continue
        phrase, found = build_phrase(place, {key: cells.get(key, "") for key in TEXT_FIELDS}, many)
        problems += [*found, *id_problems(place, cells["id"])]
        if phrase:
            problems += _add(phrases, phrase.id, phrase, place)
    if problems:
        raise PhraseError(tuple(problems))
    return PhraseSet(tuple(phrases.values()), tuple(lists.items()))


def _add(known: dict[str, Value], identity: str, value: Value, place: str) -> Iterable[Problem]:
    if identity in known or not identity or not value:
        return [problem(place, f"「{identity}」が二つあるか、空です。", f"“{identity}” is there twice, or empty.")]
    known[identity] = value
    return []


def _header_problems(header: Row, place: str) -> Iterator[Problem]:
    for key in ("id", "category", "phrase"):
        if key not in header:
            yield problem(place, f"列「{key}」がありません。", f"The column “{key}” is missing.")
    for key in header:
        if key not in FIELDS or list(header).count(key) > 1:
            yield problem(place, f"列「{key}」は知らないか、二つあります。", f"Unknown or repeated column “{key}”.")


def _decoded(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise PhraseError((problem(name, "UTF-8 か CP932 で保存し直してください。", "Save it as UTF-8 or CP932."),))
