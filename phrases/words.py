"""The word list 単語登録: names that a centre's recordings are full of, how they are read, what is heard instead.

A list is a CSV file (columns `surface, readings, misheard` or 表記・読み・誤認識; several values in a cell on lines of
their own or after `;`) or a YAML file (`words:` with the same keys, values or lists). Reading is all or nothing.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from phrases.entry import Word as Word
from phrases.fields import problem
from phrases.messages import PhraseError, Problem

MOST_WORDS = 5_000
LARGEST_FILE = 4_000_000  # bytes
LONGEST = 60  # characters of one value
SHORTEST_MISHEARD = 2  # characters; a single one would be replaced all over the place
COLUMNS = {
    "surface": "surface", "表記": "surface", "単語": "surface",
    "readings": "readings", "reading": "readings", "読み": "readings", "よみ": "readings",
    "misheard": "misheard", "誤認識": "misheard",
}  # fmt: skip
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠'")  # a spreadsheet would take the cell for a formula
SEPARATOR = re.compile(r"[\n;；]")
KANA = re.compile(r"[ぁ-ゖァ-ヺー・ ]+")

Row = Mapping[str, Sequence[str]]  # field to its values


def load_words(path: Path) -> tuple[Word, ...]:
    """The words of a CSV or YAML file, in its order. Raises `PhraseError` with every row that cannot be used."""
    text = _text(path)
    rows = _yaml_rows(text, path.name) if path.suffix.lower() in (".yaml", ".yml") else _csv_rows(text, path.name)
    return build_words(rows)


def to_csv(words: Iterable[Word]) -> bytes:
    """A list as CSV for Excel: UTF-8 with BOM, CRLF; `load_words` gives equal words back."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("surface", "readings", "misheard"))
    for word in words:
        cells = (word.surface, "\n".join(word.readings), "\n".join(word.misheard))
        writer.writerow(["'" + cell if cell.startswith(_FORMULA_STARTS) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def build_words(rows: Iterable[tuple[str, Row]]) -> tuple[Word, ...]:
    """Words from (place, fields) pairs. Raises `PhraseError` with every problem found."""
    placed = [(place, _word(row)) for place, row in rows]
    problems = word_problems(placed)
    if problems:
        raise PhraseError(problems)
    return tuple(word for _, word in placed)


def word_problems(placed: Iterable[tuple[str, Word]]) -> tuple[Problem, ...]:
    """What is wrong with a list of (place, word), each by itself and one beside the other; empty if nothing is."""
    surfaces: set[str] = set()
    problems: list[Problem] = []
    owner: dict[str, str] = {}  # of each misheard form
    for place, word in placed:
        problems += _problems(word, place)
        if word.surface in surfaces:
            problems.append(problem(place, f"「{word.surface}」が二つあります。", f"“{word.surface}” is there twice."))
        for form in word.misheard:
            if owner.setdefault(form, word.surface) != word.surface:
                ja = f"誤認識「{form}」が「{owner[form]}」にもあります。"
                problems.append(problem(place, ja, f"“{form}” is also what is heard for “{owner[form]}”."))
        surfaces.add(word.surface)
    problems += [
        problem(form, f"「{form}」は単語でもあり、誤認識でもあります。", f"“{form}” is a word and a misheard form.")
        for form in sorted(owner.keys() & surfaces)
    ]
    if len(surfaces) > MOST_WORDS:
        problems.append(problem("", f"{MOST_WORDS} 語を超えています。", f"More than {MOST_WORDS} words."))
    return tuple(problems)


def _word(row: Row) -> Word:
    surfaces = row.get("surface", ())
    return Word(surfaces[0] if surfaces else "", tuple(row.get("readings", ())), tuple(row.get("misheard", ())))


def _problems(word: Word, place: str) -> Iterable[Problem]:
    if not word.surface:
        yield problem(place, "表記がありません。", "The surface is missing.")
    for value in (word.surface, *word.readings, *word.misheard):
        if len(value) > LONGEST:
            yield problem(
                place, f"{LONGEST} 文字を超える値があります。", f"A value is longer than {LONGEST} characters."
            )
    for reading in word.readings:
        if not KANA.fullmatch(reading):
            yield problem(
                place, f"読み「{reading}」はかなで書いてください。", f"Write the reading “{reading}” in kana."
            )
    for form in word.misheard:
        if len(form) < SHORTEST_MISHEARD:
            yield problem(place, f"誤認識「{form}」は短すぎます。", f"The misheard form “{form}” is too short.")


def _csv_rows(text: str, name: str) -> list[tuple[str, Row]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(f"{name}:{reader.line_num}", row) for row in reader if any(row)]
    except csv.Error as error:
        ja, en = f"CSV として読めません({error})。", f"This is not readable as CSV ({error})."
        raise PhraseError((problem(f"{name}:{reader.line_num}", ja, en),)) from None
    if not lines:
        raise PhraseError((problem(name, "空のファイルです。", "The file is empty."),))
    (place, header), *body = lines
    fields = [COLUMNS.get(cell.strip().lower(), "") for cell in header]
    if fields.count("surface") != 1 or any(fields.count(key) > 1 for key in fields if key):
        ja = "見出しに「表記」(surface)が一つ要ります。「読み」「誤認識」は一つまでです。"
        raise PhraseError((problem(place, ja, "The header needs one “surface”; at most one of readings, misheard."),))
    wrong = [where for where, row in body if len(row) != len(header)]
    if wrong:
        ja, en = "列の数が見出しと違います。", "The number of columns differs from the header."
        raise PhraseError(tuple(problem(where, ja, en) for where in wrong))
    return [(where, {key: _values(cell) for key, cell in zip(fields, row, strict=True) if key}) for where, row in body]


def _yaml_rows(text: str, name: str) -> list[tuple[str, Row]]:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.BaseLoader)):
            raise PhraseError((problem(name, "アンカーと別名(& と *)は使えません。", "Aliases are not accepted."),))
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text and nothing else
    except yaml.YAMLError as error:
        what = str(getattr(error, "problem", None) or error).splitlines()[0]
        ja, en = f"YAML として読めません({what})。", f"This is not readable as YAML ({what})."
        raise PhraseError((problem(name, ja, en),)) from None
    entries = document.get("words") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise PhraseError((problem(name, "words: から始まる YAML にしてください。", "It must hold words:."),))
    return [_yaml_row(f"{name}#{number}", entry) for number, entry in enumerate(entries, 1)]


def _yaml_row(place: str, entry: object) -> tuple[str, Row]:
    if not isinstance(entry, dict) or not entry.keys() <= COLUMNS.keys():
        ja = "surface・readings・misheard だけを書いてください。"
        raise PhraseError((problem(place, ja, "Only surface, readings and misheard are known."),))
    row: dict[str, Sequence[str]] = {}
    for key, value in entry.items():
        parts = value if isinstance(value, list) else [value]
        row[COLUMNS[key]] = [part for one in parts for part in _values(str(one))]
    return place, row


def _values(cell: str) -> list[str]:
    return [part.strip().removeprefix("'") for part in SEPARATOR.split(cell) if part.strip()]


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        ja, en = f"読めません({error.strerror})。", f"Cannot be read ({error.strerror})."
        raise PhraseError((problem(str(path), ja, en),)) from None
    if len(content) > LARGEST_FILE:
        raise PhraseError((problem(path.name, "4 MB を超えています。", "The file is larger than 4 MB."),))
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PhraseError((problem(path.name, "UTF-8 か CP932 で保存し直してください。", "Save it as UTF-8 or CP932."),))
