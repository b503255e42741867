"""The word list 単語登録: names that a centre's recordings are full of, how they are read, what is heard instead.

A list is a CSV file (columns `surface, readings, misheard` or 表記・読み・誤認識; several values in a cell on lines of
their own or after `;`) or a YAML file (`words:` with the same keys, values or lists). Reading is all or nothing.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from phrases.entry import Word as Word
from phrases.fields import UNFIT, problem, shown
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
    read = READERS.get(path.suffix.lower())
    if read is None:
        ja, en = "CSV(.csv)か YAML(.yaml)の名前にしてください。", "The name must end in .csv or .yaml."
        raise PhraseError((problem(path.name, ja, en),))
    return build_words(read(_text(path), path.name))


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
    given = list(rows)
    placed = [(place, _word(row)) for place, row in given]
    problems = (*(_several(place) for place, row in given if len(row.get("surface", ())) > 1), *word_problems(placed))
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
        if word.surface and word.surface in surfaces:
            ja, en = f"「{word.surface}」が二つあります。", f"“{word.surface}” is there twice."
            problems.append(problem(place, ja, en, "surface"))
        for form in word.misheard:
            if owner.setdefault(form, word.surface) != word.surface:
                ja = f"誤認識「{form}」が「{owner[form]}」にもあります。どちらか一つにしてください。"
                en = f"“{form}” is also what is heard for “{owner[form]}”; keep one of them."
                problems.append(problem(place, ja, en, "misheard"))
        surfaces.add(word.surface)
    problems += [
        problem(form, f"「{form}」は単語でもあり、誤認識でもあります。", f"“{form}” is a word and a misheard form.")
        for form in sorted(owner.keys() & surfaces)
    ]
    if len(surfaces) > MOST_WORDS:
        problems.append(problem("", f"{MOST_WORDS} 語を超えています。", f"More than {MOST_WORDS} words."))
    return tuple(problems)


def _several(place: str) -> Problem:
    ja, en = (
        "表記は一つの行に一つだけ書いてください(改行や「;」で二つになっています)。",
        "One surface a row, without line breaks and semicolons.",
    )
    return problem(place, ja, en, "surface")


def _word(row: Row) -> Word:
    surfaces = row.get("surface", ())
    return Word(surfaces[0] if surfaces else "", tuple(row.get("readings", ())), tuple(row.get("misheard", ())))


def _problems(word: Word, place: str) -> Iterable[Problem]:
    if not word.surface:
        yield problem(place, "表記がありません。書き入れてください。", "The surface is missing; fill it in.", "surface")
    for key, values in (("surface", (word.surface,)), ("readings", word.readings), ("misheard", word.misheard)):
        for value in values:
            if len(value) > LONGEST:
                ja, en = f"{LONGEST} 文字を超える値があります。", f"A value is longer than {LONGEST} characters."
                yield problem(place, ja, en, key)
            if UNFIT.search(value):
                yield problem(place, "文字として書けない符号があります。", "It holds a code that is no character.", key)
    for reading in word.readings:
        if not KANA.fullmatch(reading):
            ja, en = (
                f"読み「{shown(reading)}」はかなで書いてください。",
                f"Write the reading “{shown(reading)}” in kana.",
            )
            yield problem(place, ja, en, "readings")
    for form in word.misheard:
        if len(form) < SHORTEST_MISHEARD:
            ja = f"誤認識「{form}」は短すぎます。前後の言葉も書いてください。"
            en = f"The misheard form “{form}” is too short; add the words around it."
            yield problem(place, ja, en, "misheard")


def _csv_rows(text: str, name: str) -> list[tuple[str, Row]]:
    """Rows are counted as a spreadsheet counts them, the header 1."""
    lines: list[tuple[str, list[str]]] = []
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if any(row):
                lines.append((f"{name}:{number}", row))
    except csv.Error as error:
        ja = f"CSV として読めません({error})。この行の引用符と改行を確かめてください。"
        en = f"This is not readable as CSV ({error}). Check quotes and line breaks of this row."
        raise PhraseError((problem(f"{name}:{number + 1}", ja, en),)) from None
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


READERS: Mapping[str, Callable[[str, str], list[tuple[str, Row]]]] = {
    ".csv": _csv_rows, ".yaml": _yaml_rows, ".yml": _yaml_rows,
}  # fmt: skip


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
