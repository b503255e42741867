"""The charts of a report as pictures of their own: SVG, and PNG drawn by Typst in the shipped font."""

import json
import tempfile
from pathlib import Path
from typing import Any, Literal

from pipeline.language import Language, Text, in_language
from pipeline.reports.drawings import report_charts
from pipeline.reports.figures import PeriodReport
from pipeline.reports.pdf import FONTS, drawable
from pipeline.reports.pdf_documents import period_name
from pipeline.reports.plot import framed, size_of
from pipeline.values import Formats

PictureForm = Literal["svg", "png"]
DOTS_PER_INCH = 216  # three dots to a unit of the drawing: sharp across a slide and on A4
_SHEETS = """#let pictures = json("pictures.json")
#for it in pictures {
  page(width: it.width * 1pt, height: it.height * 1pt, margin: 0pt, fill: white, image(it.file, width: 100%))
}
"""


def report_pictures(
    report: PeriodReport, form: PictureForm, language: Language, operator_id: str | None = None
) -> tuple[dict[str, bytes], list[str]]:
    """File name → content of every chart, as `2026-10_mrr.png`; and the characters that the font of a PNG lacks, which
    are drawn as 〓. An SVG keeps them all: it is drawn with the fonts of whoever opens it.
    """
    source = source_line(report, language, operator_id)
    drawn = {
        f"{report.book.period.name}_{chart.name}": framed(
            chart.svg, chart.title, f"{chart.value} {chart.told}".strip(), source
        )
        for chart in report_charts(report, language, operator_id)
    }
    if form == "svg":
        return {f"{name}.svg": svg.encode() for name, svg in drawn.items()}, []
    lost: set[str] = set()
    pixels = rendered([drawable(svg, lost) for svg in drawn.values()])
    return {f"{name}.png": png for name, png in zip(drawn, pixels, strict=True)}, sorted(lost)


def source_line(report: PeriodReport, language: Language, operator_id: str | None) -> str:
    """What a picture that is passed on must still say of itself: period, whose, last day of the records, and whether
    the period is over and the customers are real.
    """
    book, day = report.book, Formats(language).day(report.book.as_of.date())
    told = [Text(f"記録は {day} まで", f"records until {day}")]
    if operator_id:
        told.insert(0, Text(f"担当者 {operator_id}", f"operator {operator_id}"))
    if not book.complete:
        told.append(Text("期間の途中", "the period is not over"))
    if report.simulated:
        told.append(Text("模擬データ", "simulated data"))
    return " · ".join([period_name(book.period.name, language), *(in_language(text, language) for text in told)])


def rendered(drawings: list[str]) -> list[bytes]:
    """A PNG for each SVG; no system fonts, no network."""
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sheets = []
        for number, svg in enumerate(drawings):
            width, height = size_of(svg)
            sheets.append({"file": f"{number}.svg", "width": width, "height": height})
            (folder / f"{number}.svg").write_text(svg, encoding="utf-8")
        (folder / "pictures.json").write_text(json.dumps(sheets), encoding="utf-8")
        (folder / "pictures.typ").write_text(_SHEETS, encoding="utf-8")
        made: Any = typst.compile(  # one page is bytes, more are a list
            folder / "pictures.typ",
            root=folder,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="png",
            ppi=DOTS_PER_INCH,
        )
    return made if isinstance(made, list) else [made]
