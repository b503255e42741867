"""Dictionaries as tables for Excel: CSV (UTF-8 with BOM, also read as CP932) and XLSX. Export and import round-trip.

One row per entry, several examples in one cell on lines of their own; a word list is a row with the category `list`.
The last row (category `version`) names the version that was exported, so that an import knows what was changed since.
A cell that a spreadsheet would take for a formula (@商品〜…) is written with a leading apostrophe; reading removes it.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from phrases.entry import Phrase, PhraseSet
from phrases.fields import (
    FIELDS,
    LIST_FIELDS,
    TEXT_FIELDS,
    build_phrase,
    id_problems,
    phrase_fields,
    problem,
    shown,
    used_twice,
)
from phrases.loaded import Loaded
from phrases.messages import Message, PhraseError, Problem

LIST_CATEGORY = "list"
VERSION_CATEGORY = "version"
VERSION_MARK = "v-"  # a spreadsheet would take some hashes for numbers
MOST_ROWS = 20_000
LARGEST_UNPACKED = 50_000_000  # bytes of a workbook, which is a ZIP: a small one can hold anything
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠'")

Row = Sequence[str]


def to_csv(phrase_set: PhraseSet, version: str = "") -> bytes:
    """The dictionary as CSV: UTF-8 with BOM, CRLF."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(_rows(phrase_set, version))
    return text.getvalue().encode("utf-8-sig")


def from_csv(content: bytes, name: str = "CSV") -> PhraseSet:
    """The dictionary in a CSV file. Raises `PhraseError` with every row that cannot be used; nothing is half read."""
    return read_csv(content, name).whole()


def read_csv(content: bytes, name: str) -> Loaded:
    """What can be read of a CSV file, and what cannot. Rows are counted as a spreadsheet counts them, the header 1.

    Raises `PhraseError` for what is no such table at all.
    """
    reader = csv.reader(io.StringIO(_decoded(content, name), newline=""), strict=True)
    rows: list[tuple[int, Row]] = []
    number = 1
    try:
        for number, row in enumerate(reader, 1):
            rows.append((number, row))
            if number > MOST_ROWS:
                raise PhraseError((_too_many(name),))
    except csv.Error as error:
        ja = f"CSV として読めません({error})。この行の引用符と改行を確かめてください。"
        en = f"This is not readable as CSV ({error}). Check quotes and line breaks of this row."
        raise PhraseError((problem(f"{name}:{len(rows) + 1}", ja, en),)) from None
    return _from_rows([(number, row) for number, row in rows if any(row)], name)


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
    return read_xlsx(path).whole()


def read_xlsx(path: Path) -> Loaded:
    """What can be read of the first sheet of a workbook, and what cannot: no formula, no date, no yes or no.

    Raises `PhraseError` for what is no such table at all.
    """
    rows, odd = [], {}
    for number, cells in enumerate(_sheet(path), 1):
        row = ["" if cell.value is None else str(cell.value) for cell in cells]
        if any(row):
            rows.append((number, row))
        if wrong := [_odd(f"{path.name}:{number}", cell) for cell in cells if cell.data_type in _ODD]:
            odd[number] = wrong
    return _from_rows(rows, path.name, odd)


def _sheet(path: Path) -> list[Sequence[Any]]:
    """The cells of the first sheet, a formula as such: what it once gave may be old."""
    import openpyxl  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        book = openpyxl.load_workbook(path, read_only=True) if unpacked <= LARGEST_UNPACKED else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        ja = f"Excel のブックとして読めません({type(error).__name__})。.xlsx で保存し直してください。"
        en = f"This is not a workbook ({type(error).__name__}). Save it as .xlsx."
        raise PhraseError((problem(path.name, ja, en),)) from None
    if book is None:
        raise PhraseError((problem(path.name, "ブックが大きすぎます。", "The workbook is too large."),))
    try:
        found = list(book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1))
    finally:
        book.close()
    if len(found) > MOST_ROWS:
        raise PhraseError((_too_many(path.name),))
    return found


_ODD = {  # what a cell of a workbook may hold besides text and numbers
    "f": Message("数式", "a formula"), "d": Message("日付", "a date"), "b": Message("真偽値", "yes or no"),
    "e": Message("エラーの値", "an error"),
}  # fmt: skip


def _odd(place: str, cell: Any) -> Problem:
    what = _ODD[cell.data_type]
    ja = f"{cell.coordinate} は文字ではなく{what.ja}です。表示形式を「文字列」にして打ち直してください。"
    en = f"{cell.coordinate} holds {what.en}, no text. Format the cell as text and type it again."
    return problem(place, ja, en)


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


def _from_rows(rows: Sequence[tuple[int, Row]], name: str, odd: Mapping[int, Sequence[Problem]] = {}) -> Loaded:
    """`odd`: what is wrong with the cells of a row, whatever they say; such a row is not used."""
    if not rows:
        raise PhraseError((problem(name, "空のファイルです。", "The file is empty."),))
    (line, header), *body = rows
    problems = list(_header_problems(header, f"{name}:{line}"))
    if problems:
        raise PhraseError(tuple(problems))
    table = _Table(header)
    for number, row in body:
        table.problems += odd.get(number) or table.read(f"{name}:{number}", row)
    if not (table.phrases or table.lists or table.problems):
        ja, en = "見出しのほかに行がありません。", "There is no row but the header."
        raise PhraseError((problem(name, ja, en),))
    phrase_set = PhraseSet(tuple(table.phrases.values()), tuple(table.lists.items()))
    return Loaded(phrase_set, table.places, table.version, tuple(table.problems))


class _Table:
    """Collects the entries and lists of a table, row by row."""

    def __init__(self, header: Row) -> None:
        self.header = header
        self.phrases: dict[str, Phrase] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.places: dict[str, str] = {}
        self.version = ""
        self.problems: list[Problem] = []

    def read(self, place: str, row: Row) -> Sequence[Problem]:
        """Take in one row, or tell what is wrong with it."""
        if len(row) != len(self.header):
            ja = f"列が {len(row)} 個あります(見出しは {len(self.header)} 個)。"
            return [problem(place, ja, f"{len(row)} columns; the header has {len(self.header)}.")]
        cells = {key: value.removeprefix("'") for key, value in zip(self.header, row, strict=True)}
        if cells["category"] == VERSION_CATEGORY:
            self.version = cells["id"].removeprefix(VERSION_MARK)
            return []
        many = {key: tuple(line for line in cells.get(key, "").split("\n") if line) for key in LIST_FIELDS}
        if cells["category"] == LIST_CATEGORY:
            return self._read_list(place, cells["id"], many["examples"])
        phrase, found = build_phrase(place, {key: cells.get(key, "") for key in TEXT_FIELDS}, many)
        found += id_problems(place, cells["id"])
        if phrase and phrase.id in self.phrases:
            found.append(used_twice(place, phrase.id, self.places[phrase.id]))
        if phrase and not found:
            self.phrases[phrase.id], self.places[phrase.id] = phrase, place
        return found

    def _read_list(self, place: str, name: str, words: tuple[str, ...]) -> Sequence[Problem]:
        if name in self.lists or not name or not words:
            ja = f"一覧「{shown(name)}」が二つあるか、名前か言葉(examples)がありません。"
            return [
                problem(place, ja, f"The list “{shown(name)}” is there twice, or has no name or no words (examples).")
            ]
        self.lists[name] = words
        return []


def _header_problems(header: Row, place: str) -> Iterator[Problem]:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        ja, en = (
            "列の区切りがコンマではありません。「CSV UTF-8(コンマ区切り)」で保存し直してください。",
            "The columns are not divided by commas. Save it as CSV UTF-8 (comma delimited).",
        )
        yield problem(place, ja, en)
        return
    for key in ("id", "category", "phrase"):
        if key not in header:
            ja = f"列「{key}」がありません。1 行目に見出し({'、'.join(FIELDS)})を書いてください。"
            yield problem(
                place, ja, f"The column “{key}” is missing. The first row names the columns: {', '.join(FIELDS)}."
            )
    for key in dict.fromkeys(header):
        if key not in FIELDS or list(header).count(key) > 1:
            ja = f"列「{shown(key)}」は知らないか、二つあります。直すか、列ごと消してください。"
            yield problem(place, ja, f"Unknown or repeated column “{shown(key)}”; rename or delete it.")


def _too_many(name: str) -> Problem:
    return problem(name, f"{MOST_ROWS:,} 行を超えています。", f"More than {MOST_ROWS:,} rows.")


def _decoded(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    ja = "文字コードがわかりません。「CSV UTF-8(コンマ区切り)」で保存し直してください。"
    raise PhraseError(
        (problem(name, ja, "The encoding is none that is known. Save it as CSV UTF-8 (comma delimited)."),)
    )
