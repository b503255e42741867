"""The figures of one period from what the store holds, as a workbook, a page, CSV files or JSON."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from models.figures.book import Assumptions, FigureBook, figure_book, last_day
from models.figures.customers import ALL
from models.figures.figure import Figure, Period
from models.figures.kpi_sheet import sheet_rows
from models.figures.labels import DEFINITIONS
from models.figures.tiers import TierThresholds
from pipeline.errors import BadInput
from pipeline.language import Language, Text
from pipeline.outcomes.goals import read_goals
from pipeline.outcomes.health_formula import read_health_formula
from pipeline.outcomes.join import join_calls
from pipeline.reports.figure_tables import figure_tables, shown_as
from pipeline.reports.page import report_page
from pipeline.reports.standing import stored_standing
from pipeline.reports.tables import write_csv
from pipeline.reports.workbook import write_workbook
from pipeline.settings import FiguresSettings
from pipeline.store import tables
from pipeline.store.connect import Connection

Format = Literal["json", "csv", "xlsx", "html"]


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """The book of a period; the KPI sheet (one row per target, empty without one); the scores of operators and teams
    on like calls (`operator_id`, `team`; empty before the first night).
    """

    book: FigureBook
    goals: pd.DataFrame
    standing: dict[str, pd.DataFrame]


def period_report(
    connection: Connection, period: Period, settings: FiguresSettings, as_of: pd.Timestamp | None = None
) -> PeriodReport:
    """Count the tables last loaded. `as_of` defaults to the last day they tell, never today.

    Raises `BadInput` for unusable settings or if no contracts are stored.
    """
    goals = read_goals(settings.goals) if settings.goals else []
    loads = tables.current_loads(connection)
    calls, contracts, outcomes, snapshots = (
        tables.read_table(connection, kind, loads.get(kind))
        for kind in ("calls", "contracts", "outcomes", "customer_snapshots")
    )
    joined = join_calls(calls, contracts, outcomes).calls
    book = figure_book(
        contracts,
        outcomes,
        period,
        as_of or _last_day(calls, contracts, outcomes, snapshots),
        calls=joined,
        snapshots=snapshots,
        assumptions=assumptions_of(settings),
        minimum_group=settings.minimum_group,
    )
    sheet = sheet_rows(goals, book.months, book.as_of.date())
    return PeriodReport(book, sheet, stored_standing(connection, joined, contracts, period))


def _last_day(
    calls: pd.DataFrame, contracts: pd.DataFrame, outcomes: pd.DataFrame, snapshots: pd.DataFrame
) -> pd.Timestamp:
    called_on = calls["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None).dt.normalize()
    day = last_day(called_on, contracts["started_on"], outcomes["on"], snapshots["on"])
    if contracts.empty or day is None:
        raise BadInput(
            Text("契約の表がまだ読み込まれていません。", "No table of contracts has been loaded yet."),
            remedy=Text(
                "kouken load contracts ファイル で読み込んでください。", "Load one: kouken load contracts FILE."
            ),
        )
    return day


def for_operator(report: PeriodReport, operator_id: str) -> PeriodReport:
    """The report that one operator may see: of operators only themselves, beside the whole centre.

    Raises `BadInput` for an operator without calls.
    """
    tables_of = (report.standing.get("operator_id"), report.book.by_group.get("operator_id"))
    if not any(table is not None and operator_id in table.index for table in tables_of):
        raise BadInput(
            Text(f"担当者「{operator_id}」の通話がありません。", f"There are no calls of operator “{operator_id}”.")
        )
    by_group, standing = (_only(named, operator_id) for named in (report.book.by_group, report.standing))
    return PeriodReport(replace(report.book, by_group=by_group), report.goals, standing)


def _only(named: dict[str, pd.DataFrame], operator_id: str) -> dict[str, pd.DataFrame]:
    table = named.get("operator_id")
    return named if table is None else {**named, "operator_id": table[table.index.isin([operator_id, ALL])]}


def assumptions_of(settings: FiguresSettings) -> Assumptions:
    """What `[figures]` says beside the tables. Raises `BadInput`."""
    try:
        tiers = TierThresholds(settings.tier_high_yen, settings.tier_low_yen, settings.tier_tech_yen)
    except ValueError:
        raise BadInput(
            Text(
                "figures.tier_*_yen は high、low、tech の順に小さくしてください。",
                "figures.tier_*_yen must fall from high to tech.",
            )
        ) from None
    health = read_health_formula(settings.health) if settings.health else None
    return Assumptions(settings.margin, settings.yearly_discount, tiers, health)


def write_report(report: PeriodReport, form: Format, out: Path, language: Language) -> list[Path]:
    """The files of a report: one workbook, page or JSON, or a CSV per table in the folder `out`."""
    named = figure_tables(report.book, language, {"goals": report.goals, **_standing_sheets(report)})
    if form != "csv":
        out.parent.mkdir(parents=True, exist_ok=True)
    if form == "json":
        _write_text(json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n", out)
        return [out]
    if form == "html":
        _write_text(report_page(report.book, named, shown_as(named, language), language), out)
        return [out]
    if form == "xlsx":
        write_workbook(named, out, shown_as(named, language))
        return [out]
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{number:02d}_{name}.csv" for number, name in enumerate(named, start=1)]
    for path, frame in zip(paths, named.values(), strict=True):
        write_csv(frame, path)
    return paths


def _write_text(text: str, path: Path) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
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
        "by_group": {name: _records(rows) for name, rows in book.by_group.items()},
    }


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
