"""A file's header matched with the columns of its table; every problem in it is found at once."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.outcomes.columns import ANNUAL_HEADERS, Column, TableShape, header_key, known_headers
from pipeline.outcomes.report import ProblemList


@dataclass(frozen=True, slots=True)
class Header:
    """Where each known column stands, which headers are further columns, and which positions have no name."""

    width: int
    known: dict[str, int]  # canonical name → position
    extra: dict[str, int]  # header as written → position
    unnamed: tuple[int, ...]
    written: dict[str, str]  # header as written → canonical name


def match_header(
    names: list[str], shape: TableShape, own: Mapping[str, str], problems: ProblemList, *, line: int | None = 1
) -> Header:
    """Canonical columns by `own` mapping (header as written → canonical name), else by the known headers.

    An own mapping to "" makes a header a further column. Raises `BadInput` if it names a column that does not exist.
    """
    for header, target in own.items():
        if target and shape.column(target) is None:
            raise BadInput(
                Text(
                    f"見出し「{header}」の対応先「{target}」は {shape.kind} の列にありません。",
                    f"Header “{header}” is mapped to “{target}”, which is no column of {shape.kind}.",
                )
            )
    by_key = known_headers(shape) | {header_key(header): column for header, column in own.items()}
    known: dict[str, int] = {}
    extra: dict[str, int] = {}
    written: dict[str, str] = {}
    for position, name in enumerate(names):
        canonical = by_key.get(header_key(name))
        if not canonical:
            if name and name in extra:
                problems.add(line, name, None, _TWICE)
            extra[name] = position
        elif canonical in known:
            problems.add(line, name, None, _same_column(names[known[canonical]], name, canonical))
        else:
            known[canonical] = position
            written[name] = canonical
    unnamed = tuple(position for position, name in enumerate(names) if not name)
    extra.pop("", None)
    for column in shape.columns:
        if column.required and column.name not in known:
            problems.add(line, column.name, None, _missing(column, names))
        if column.name in extra and column.name in known:
            problems.add(line, column.name, None, _same_column(column.name, names[known[column.name]], column.name))
    return Header(len(names), known, extra, unnamed, written)


_TWICE = Text("同じ見出しが二つあります。一つにしてください。", "This header occurs twice. Keep one.")


def _same_column(first: str, second: str, canonical: str) -> Text:
    return Text(
        f"「{first}」と「{second}」はどちらも {canonical} です。一つにしてください。",
        f"“{first}” and “{second}” both mean {canonical}. Keep one.",
    )


def _missing(column: Column, names: list[str]) -> Text:
    annual = [name for name in names if header_key(name) in {header_key(header) for header in ANNUAL_HEADERS}]
    if column.holds == "yen" and annual:
        return Text(
            f"年額の列「{annual[0]}」しかありません。12 で割った月額(MRR)の列にしてください。",
            f"There is only a yearly amount (“{annual[0]}”). Give the monthly amount (MRR): a twelfth of it.",
        )
    near = difflib.get_close_matches(column.name, [name for name in names if name], n=1, cutoff=0.7)
    also = "、".join(column.aliases[:3])
    ja = "必須の列がありません" + (f"(見出しは「{also}」などでもかまいません)。" if also else "。")
    en = "This required column is missing" + (f" (also known as {', '.join(column.aliases[:3])})." if also else ".")
    if near:
        ja, en = ja + f"「{near[0]}」のことですか。", en + f" Is it “{near[0]}”?"
    return Text(ja, en)
