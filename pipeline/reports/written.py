"""A period's report as files: workbook, page, PDF, JSON, or a folder of tables (CSV, Parquet) or charts (SVG, PNG)."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from models.figures.customers import ALL
from models.figures.figure import Figure
from models.figures.labels import DEFINITIONS
from models.scoring import CATEGORIES, REACTIONS
from pipeline.language import Language, in_language
from pipeline.reports.conversations import Conversations
from pipeline.reports.figure_tables import figure_tables, header, shown_as
from pipeline.reports.figures import PeriodReport
from pipeline.reports.page import report_page
from pipeline.reports.pdf import typeset
from pipeline.reports.pdf_documents import centre_document, coverage_rows, operator_document
from pipeline.reports.pictures import report_pictures
from pipeline.reports.tables import CsvEncoding, write_csv, write_parquet
from pipeline.reports.words import NOTES, YES
from pipeline.reports.workbook import write_workbook

Format = Literal["json", "csv", "xlsx", "html", "pdf", "parquet", "svg", "png"]


@dataclass(frozen=True, slots=True)
class Written:
    """The files, and the characters that their encoding or font does not have (drawn as 〓)."""

    paths: list[Path]
    lost: list[str]


def write_report(
    report: PeriodReport,
    form: Format,
    out: Path,
    language: Language,
    *,
    operator_id: str | None = None,
    encoding: CsvEncoding = "utf-8-sig",
) -> Written:
    """One workbook, page, PDF or JSON, or in the folder `out` a file per table (CSV, Parquet) or per chart (SVG, PNG).

    `operator_id`: whose report this is, where `for_operator` made it. Every file is written by a temporary name.
    """
    if form in ("svg", "png"):
        return _write_pictures(*report_pictures(report, form, language, operator_id), out)
    named = report_tables(report, language)
    if form in ("csv", "parquet"):
        return _write_folder(named, form, out, encoding)
    out.parent.mkdir(parents=True, exist_ok=True)
    if form == "json":
        _write_bytes((json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n").encode(), out)
    elif form == "html":
        _write_bytes(report_page(report, named, shown_as(named, language), language, operator_id).encode(), out)
    elif form == "pdf":
        content, lost = report_pdf(report, language, operator_id)
        _write_bytes(content, out)
        return Written([out], lost)
    else:
        write_workbook(named, out, shown_as(named, language))
    return Written([out], [])


def report_pdf(report: PeriodReport, language: Language, operator_id: str | None = None) -> tuple[bytes, list[str]]:
    """The PDF, and the characters that its font does not have."""
    if operator_id is None:
        return typeset(*centre_document(report, language))
    return typeset(*operator_document(report, operator_id, language))


def report_tables(report: PeriodReport, language: Language) -> dict[str, pd.DataFrame]:
    """Every table by the name that people read, under their headers; of simulated data every row says so."""
    further = {"goals": report.goals, **_standing_sheets(report)}
    if report.conversations:
        further |= {"conversations": conversation_rows(report.conversations)}
        further |= {"coverage": _coverage_sheet(report.conversations, language)}
    named = figure_tables(report.book, language, further)
    if not report.simulated:
        return named
    mark = {header("simulated", language): in_language(YES, language)}
    return {name: table.assign(**mark) for name, table in named.items()}


def _write_folder(named: dict[str, pd.DataFrame], form: Format, out: Path, encoding: CsvEncoding) -> Written:
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{number:02d}_{name}.{form}" for number, name in enumerate(named, start=1)]
    lost: set[str] = set()
    for path, frame in zip(paths, named.values(), strict=True):
        if form == "csv":
            lost |= set(write_csv(frame, path, encoding))
        else:
            write_parquet(frame, path)
    return Written(paths, sorted(lost))


def _write_pictures(pictures: dict[str, bytes], lost: list[str], out: Path) -> Written:
    out.mkdir(parents=True, exist_ok=True)
    for name, content in pictures.items():
        _write_bytes(content, out / name)
    return Written([out / name for name in pictures], lost)


def _coverage_sheet(said: Conversations, language: Language) -> pd.DataFrame:
    """What the numbers rest on, then how to read those of the conversations."""
    rows = [(in_language(text, language), value) for text, value in coverage_rows(said, language)]
    rows += [(in_language(NOTES[name], language), "") for name in ("per_minute", "like_calls", "use")]
    return pd.DataFrame(rows, columns=["counted", "count"])


def conversation_rows(said: Conversations) -> pd.DataFrame:
    """One row for the centre and one per operator: calls, minutes, moments with their rates, reactions, score."""
    coverage = said.coverage
    whole = {"operator_name": None, "team": None, "known": coverage["calls_known"], **said.centre}
    told = [_conversation_row(ALL, whole), *(_conversation_row(name, row) for name, row in said.operators.items())]
    return pd.DataFrame(told)


def _conversation_row(name: str, told: dict[str, Any]) -> dict[str, Any]:
    moments = told["moments"]
    low, high = told["score_interval"] or (None, None)
    reactions = {name: sum(moments[code]["reactions"].get(name, 0) for code in CATEGORIES) for name in REACTIONS}
    return {
        "group": name,
        "operator_name": told["operator_name"],
        "team": told["team"],
        "calls_known": told["known"],
        "calls_analysed": told["calls"],
        "operator_minutes": told["operator_minutes"],
        **{f"n_{code}": moments[code]["n"] for code in CATEGORIES},
        **{f"per_ten_{code}": moments[code]["rate"] for code in CATEGORIES},
        **{f"reaction_{reaction}": number for reaction, number in reactions.items()},
        "success_phrases": told["success_phrases"],
        "score": told["score"],
        "score_low": low,
        "score_high": high,
    }


def _write_bytes(content: bytes, path: Path) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(content)
    temporary.replace(path)


def _standing_sheets(report: PeriodReport) -> dict[str, pd.DataFrame]:
    return {f"score_{by}": table.rename_axis("group").reset_index() for by, table in report.standing.items()}


def report_json(report: PeriodReport) -> dict[str, Any]:
    """Plain values: figures with their definitions, then every table as records."""
    book = report.book
    shown = {"block": book.block, "value": book.value, "voice": book.voice}
    return {
        "period": {
            "name": book.period.name,
            "opening": str(book.period.opening.date()),
            "closing": str(book.period.closing.date()),
            "as_of": str(book.as_of.date()),
            "complete": book.complete,
        },
        "simulated": report.simulated,
        **{part: {name: _figure_json(name, figure) for name, figure in told.items()} for part, told in shown.items()},
        "bridge": book.bridge,
        "expansion_months": {str(month): count for month, count in book.expansion_months.items()},
        "months": _records(book.months.set_axis(pd.DatetimeIndex(book.months.index).strftime("%Y-%m"))),
        "cohorts": _records(book.cohorts),
        "cohorts_yen": _records(book.cohorts_yen),
        "lost": _records(book.lost),
        "tiers": _records(book.tiers),
        "health": _records(book.health.set_index("customer_id") if len(book.health) else book.health),
        "goals": list(_records(report.goals).values()),
        "standing": {name: _records(rows) for name, rows in report.standing.items()},
        "conversations": _conversations_json(report.conversations),
        "by_group": {name: _records(rows) for name, rows in book.by_group.items()},
    }


def _conversations_json(said: Conversations | None) -> dict[str, Any] | None:
    if said is None:
        return None
    parts = ("coverage", "centre", "operators", "night", "contribution")
    return {part: getattr(said, part) for part in parts}


def _figure_json(name: str, figure: Figure) -> dict[str, Any]:
    definition = DEFINITIONS[name]
    return {
        **figure.to_json(),
        "label": {"ja": definition.name.ja, "en": definition.name.en},
        "definition": {"ja": definition.text.ja, "en": definition.text.en},
    }


def _records(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Row name → values, with NaN and NA as null."""
    rows = frame.rename(columns=str).to_dict("index")
    return {str(name): {str(column): _plain(value) for column, value in row.items()} for name, row in rows.items()}


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
