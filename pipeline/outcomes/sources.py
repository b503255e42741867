"""A table file as a header and rows of text cells, whatever it is stored as: CSV in any usual dress, or Parquet."""

import csv
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pipeline.errors import BadTable
from pipeline.language import Text
from pipeline.outcomes.columns import TableShape, header_key, known_headers
from pipeline.outcomes.encodings import detect_encoding
from pipeline.refusals import RowProblem

FIELD_LIMIT = 131_072  # characters: csv's own guard; a longer cell is no cell of these tables
_HEADER_SEARCH = 20
_BATCH = 50_000

Row = tuple[int, list[str]]  # line (1 = header line) and its cells


@dataclass(frozen=True, slots=True)
class Source:
    """An open table. `rows` is read once; it raises `BadTable` where the file breaks off as a table."""

    header: list[str]
    rows: Iterator[Row]
    encoding: str
    separator: str | None


def open_source(path: Path, shape: TableShape) -> Source:
    """The table in `path`. Raises `BadTable` if it is no table, is empty, or has no header on its first line."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except FileNotFoundError:
        raise _refused(path, "ファイルがありません。場所と名前を確かめてください。", "There is no such file.") from None
    except OSError as error:
        raise _refused(
            path,
            f"ファイルを開けません({error.strerror})。読む権限があるか、ほかで開いていないかを確かめてください。",
            f"The file cannot be opened: {error.strerror}. Check that it may be read and is not open elsewhere.",
        ) from None
    if head.startswith(b"PAR1"):
        return _open_parquet(path)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refused(
            path, "Excel ブックです。「CSV UTF-8」で保存してから渡してください。",
            "This is an Excel workbook. Save it as “CSV UTF-8” first.",
        )  # fmt: skip
    return _open_csv(path, shape)


def _refused(path: Path, ja: str, en: str, *, line: int | None = None, value: str | None = None) -> BadTable:
    return BadTable([RowProblem(path.name, line, None, value, Text(ja, en))])


def _open_csv(path: Path, shape: TableShape) -> Source:
    encoding = detect_encoding(path)
    if encoding.problems:
        raise BadTable(list(encoding.problems))
    with path.open(encoding=encoding.codec, newline="") as file:
        first = [line for line in itertools.islice(file, _HEADER_SEARCH) if len(line) < FIELD_LIMIT]
    separator = _separator(first, shape)
    rows = _csv_rows(path, encoding.codec, separator)
    start, header = next(rows, (1, []))
    if not header:
        raise _refused(path, "表が空です。", "The table is empty.")
    _require_header_first(path, shape, start, first, separator)
    return Source([name.strip() for name in header], rows, encoding.name, separator)


def _separator(lines: list[str], shape: TableShape) -> str:
    """The separator that yields most known headers on any of the first lines; then most columns."""

    def score(separator: str) -> tuple[int, int]:
        return max(((_known(line, separator, shape), line.count(separator)) for line in lines), default=(0, 0))

    return max((",", "\t", ";"), key=score)


def _known(line: str, separator: str, shape: TableShape) -> int:
    known = known_headers(shape)
    return len({known[key] for cell in line.split(separator) if (key := header_key(cell.strip('" \r\n'))) in known})


def _require_header_first(path: Path, shape: TableShape, start: int, lines: list[str], separator: str) -> None:
    counts = [_known(line, separator, shape) for line in lines]
    best = max(counts, default=0)
    line = counts.index(best) + 1 if best else 0
    if best >= 2 and line > start and counts[start - 1] == 0:
        raise _refused(
            path, f"見出しが {line} 行目にあります。その上の {line - 1} 行を消してください。",
            f"The header is on line {line}. Delete the {line - 1} line(s) above it.", line=line,
        )  # fmt: skip


def _csv_rows(path: Path, codec: str, separator: str) -> Iterator[Row]:
    """Non-blank records with the line each begins on. The csv module's strict mode finds broken quotes."""
    with path.open(encoding=codec, newline="") as file:
        reader = csv.reader(_without_nul(path, file), delimiter=separator, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise _broken_record(path, line, str(error)) from None
            if cells is None:
                return
            if any(cells):
                yield line, cells


def _without_nul(path: Path, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise _refused(
                path, "NUL 文字(0x00)が入っています。ファイルが壊れています。", "A NUL character: the file is damaged.",
                line=number,
            )  # fmt: skip
        yield line


def _broken_record(path: Path, line: int, error: str) -> BadTable:
    if "field limit" in error:
        return _refused(
            path,
            f"この行から {FIELD_LIMIT:,} 文字を超える値が続きます。引用符の閉じ忘れか、長すぎる値です。"
            "以降は読んでいません。",
            f"A value of more than {FIELD_LIMIT:,} characters starts here: an unclosed quote, or a value too long. "
            "Nothing after it was read.",
            line=line,
        )
    return _refused(
        path,
        '引用符(")が正しく閉じられていません。この行を直してください。以降は読んでいません。',
        "A quote is not closed properly. Mend this line. Nothing after it was read.",
        line=line,
    )


def _open_parquet(path: Path) -> Source:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        raise _refused(path, "Parquet として読めません。壊れています。", "This Parquet file is damaged.") from None
    names = list(file.schema_arrow.names)

    def rows() -> Iterator[Row]:
        line = 2
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = [[_as_text(value) for value in column.to_pylist()] for column in batch.columns]
            for cells in zip(*columns, strict=True):
                yield line, list(cells)
                line += 1

    return Source(names, rows(), "Parquet", None)


def _as_text(value: object) -> str:
    """The cell as a CSV would hold it."""
    if value is None or value != value:  # NaN is the one value that differs from itself
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
