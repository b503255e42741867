"""Everything that one period's report shows, counted from what the store holds."""

from dataclasses import dataclass, replace

import pandas as pd

from models.figures.book import Assumptions, FigureBook, figure_book, last_day
from models.figures.customers import ALL
from models.figures.figure import Period
from models.figures.kpi_sheet import sheet_rows
from models.figures.tiers import TierThresholds
from pipeline.errors import BadInput
from pipeline.figures.kpi import current_sheet
from pipeline.language import Text
from pipeline.outcomes.health_formula import read_health_formula
from pipeline.outcomes.join import join_calls
from pipeline.reports.build import simulated_rows
from pipeline.reports.conversations import Conversations, stored_conversations
from pipeline.reports.standing import standing
from pipeline.settings import FiguresSettings
from pipeline.store import tables
from pipeline.store.connect import Connection


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """The book of a period; the KPI sheet (one row per target, empty without one); the scores of operators and teams
    on like calls (`operator_id`, `team`), and what was said in the calls of the period, both from the last night.
    `simulated`: whether any of the tables calls a row of its own simulated. `team`: whose operators alone are shown,
    where `for_team` made it.
    """

    book: FigureBook
    goals: pd.DataFrame
    standing: dict[str, pd.DataFrame]
    conversations: Conversations | None
    simulated: bool
    team: str = ""


def period_report(
    connection: Connection, period: Period, settings: FiguresSettings, as_of: pd.Timestamp | None = None
) -> PeriodReport:
    """Count the tables last loaded. `as_of` defaults to the last day they tell, never today.

    Raises `BadInput` for unusable settings, if no contracts are stored, or if their records end before the period: with
    no event on record every customer would seem to have stayed.
    """
    goals = current_sheet(connection, settings).goals
    loads = tables.current_loads(connection)
    calls, contracts, outcomes, snapshots = (
        tables.read_table(connection, kind, loads.get(kind))
        for kind in ("calls", "contracts", "outcomes", "customer_snapshots")
    )
    day = as_of or _last_day(calls, contracts, outcomes, snapshots)
    if day < period.opening:
        raise _nothing_on_record(period, day)
    joined = join_calls(calls, contracts, outcomes).calls
    book = figure_book(
        contracts,
        outcomes,
        period,
        day,
        calls=joined,
        snapshots=snapshots,
        assumptions=assumptions_of(settings),
        minimum_group=settings.minimum_group,
    )
    sheet = sheet_rows(goals, book.months, book.as_of.date())
    said = stored_conversations(connection, joined, period)
    compared = standing(said.calls, contracts) if said else {}
    return PeriodReport(book, sheet, compared, said, any(map(simulated_rows, (calls, contracts, outcomes))))


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


def _nothing_on_record(period: Period, day: pd.Timestamp) -> BadInput:
    return BadInput(
        Text(
            f"記録は {day.date()} までしかないため、{period.name} の数字は数えられません。",
            f"The records end on {day.date()}: there is nothing to count in {period.name}.",
        ),
        remedy=Text(
            "新しい契約・成果・通話の表を読み込むか(kouken load)、その日より前の期間を選んでください。",
            "Load newer tables (kouken load), or choose an earlier period.",
        ),
    )


def for_operator(report: PeriodReport, operator_id: str) -> PeriodReport:
    """The report that one operator may see: of operators only themselves, beside the whole centre.

    Raises `BadInput` for an operator without calls.
    """
    said = report.conversations
    tables_of = (report.standing.get("operator_id"), report.book.by_group.get("operator_id"))
    known = any(table is not None and operator_id in table.index for table in tables_of)
    if not known and not (said and operator_id in said.operators):
        raise BadInput(
            Text(
                f"この期間の数字に入る、担当者「{operator_id}」の通話がありません。",
                f"No call of operator “{operator_id}” enters the figures of this period.",
            )
        )
    by_group, compared = (_only(named, operator_id) for named in (report.book.by_group, report.standing))
    if said:
        own = {name: told for name, told in said.operators.items() if name == operator_id}
        said = replace(said, operators=own, calls=said.calls[said.calls["operator_id"] == operator_id])
    book = replace(report.book, by_group=by_group)
    return replace(report, book=book, standing=compared, conversations=said)


def for_team(report: PeriodReport, team: str) -> PeriodReport:
    """The report that one team's lead may see: of operators and teams only their own, beside the whole centre.

    Raises `BadInput` for a team without calls in the period.
    """
    said = report.conversations
    own = {name: told for name, told in said.operators.items() if told["team"] == team} if said else {}
    if not said or not own:
        raise BadInput(Text(f"チーム「{team}」の通話がありません。", f"There are no calls of team “{team}”."))
    kept = {"operator_id": [*own, ALL], "team": [team, ALL]}
    by_group, compared = (
        {by: table[table.index.isin(kept[by])] if by in kept else table for by, table in named.items()}
        for named in (report.book.by_group, report.standing)
    )
    said = replace(said, operators=own, calls=said.calls[said.calls["team"] == team])
    return replace(
        report, book=replace(report.book, by_group=by_group), standing=compared, conversations=said, team=team
    )


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
