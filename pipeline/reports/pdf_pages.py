"""The document of a printed report: sections of blocks, every value already written out as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from models.figures.figure import Figure
from models.figures.labels import DEFINITIONS
from pipeline.language import Language, Text, in_language
from pipeline.reports.drawings import Chart
from pipeline.reports.figure_tables import header
from pipeline.reports.words import NOTES
from pipeline.values import NOTHING, Formats

Block = dict[str, Any]


@dataclass
class Pages:
    """Gathers the document and the charts that it names."""

    language: Language
    formats: Formats = field(init=False)
    sections: list[dict[str, Any]] = field(default_factory=list)
    charts: dict[str, str] = field(default_factory=dict)  # file name → SVG

    def __post_init__(self) -> None:
        self.formats = Formats(self.language)

    def say(self, text: Text) -> str:
        """In the language of the report."""
        return in_language(text, self.language)

    def section(self, title: Text, blocks: Sequence[Block], *, page: bool = False) -> None:
        """One more section; nothing where it has no block."""
        told = [block for block in blocks if block]
        if told:
            self.sections.append({"title": self.say(title), "page": page, "blocks": told})

    def drawn(self, svg: str) -> str:
        """The name under which a chart is kept."""
        name = f"chart-{len(self.charts)}.svg"
        self.charts[name] = svg
        return name

    def charted(self, *charts: Chart) -> Block:
        """Charts side by side under their captions, which are their alternative texts too."""
        told = [{"file": self.drawn(chart.svg), "caption": chart.title, "alt": chart.title} for chart in charts]
        return {"kind": "charts", "columns": 1 if charts[0].wide else 2, "charts": told}


def tile(figure: Figure, name: str, pages: Pages) -> Block:
    """One figure in large type with its interval or n; the reason in its place where there is none."""
    written = DEFINITIONS[name].name
    why = in_language(figure.refusal, pages.language) if figure.refusal else pages.say(NOTES["nothing"])
    value, unit = (None, "") if figure.value is None else _in_large_type(figure.value, figure.unit, pages)
    under = f"n = {figure.n:,}"
    if figure.low is not None and figure.high is not None:
        ends = ["".join(_in_large_type(end, figure.unit, pages)) for end in (figure.low, figure.high)]
        under = pages.say(Text(f"95%区間 {ends[0]}〜{ends[1]}", f"95 % interval {ends[0]} to {ends[1]}"))
    return {"name": in_language(written, pages.language), "value": value, "unit": unit, "under": under, "why": why}


def _in_large_type(value: float, unit: str, pages: Pages) -> tuple[str, str]:
    """The number as it fits, and its unit in small type beside it; large sums in 万円."""
    if unit == "yen":
        return pages.formats.yen(value), ""
    if unit == "months":
        return pages.formats.number(value, 1), pages.say(Text("か月", " months"))
    return pages.formats.figure({"value": value, "unit": unit}), ""


def quiet(text: Text, pages: Pages) -> Block:
    """A remark in small type."""
    return {"kind": "quiet", "words": pages.say(text)}


def heading(text: Text, pages: Pages) -> Block:
    """A title within a section."""
    return {"kind": "title", "words": pages.say(text)}


def frame_table(frame: pd.DataFrame, index: str, pages: Pages) -> Block:
    """A frame as a table: its index first, numbers as their columns say."""
    headers = [header(index, pages.language), *[header(name, pages.language) for name in frame.columns]]
    rows = [
        [str(name), *[cell(value, str(column), pages) for column, value in zip(frame.columns, row, strict=True)]]
        for name, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    ]
    return table_block(
        [str(name) for name in headers], rows, numbers=[False] + [True] * len(frame.columns), widths=[0] * len(headers)
    )


def cell(value: Any, column: str, pages: Pages) -> str:
    """A value as its column is read; a dash where there is none."""
    if value is None or value is pd.NA or value != value:
        return NOTHING if column else ""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, str) or not isinstance(value, int | float):
        return str(value)
    if column.endswith("_yen"):
        return f"{round(value):,}"
    if column.endswith("_rate") or column in {"nrr", "grr"}:
        return pages.formats.percent(float(value))
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"


def table_block(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[bool],
    widths: Sequence[float],
    heat: Sequence[Sequence[float | None]] | None = None,
) -> Block:
    """A table as it will stand: `numbers` are set right, `widths` are shares of the room (0: as wide as needed), and
    `heat` tints cells by a share.
    """
    return {
        "kind": "table",
        "headers": list(headers),
        "rows": [list(row) for row in rows],
        "numbers": list(numbers),
        "widths": list(widths),
        "heat": heat,
        "size": 8,
    }
