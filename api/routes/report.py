"""The dashboard of the centre, and the report of a night as it was made."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.access import VisitorDep, note
from api.charts import SCORES, scale_around
from api.dashboard import month_links, trends_of, upsell_effect, without_contribution
from api.deps import Body, NewestDep, NightId, PagesDep, ReportDep, SettingsDep, StoreDep
from api.downloads import Encoding, csv_file, marked, workbook_file
from api.errors import NO_REPORT
from api.pages import Pages, address, language_of, path_part
from api.policy import Permission
from api.schemas import PeriodDashboard, Report
from api.spans import KINDS, View, calls_of, group_of, last_day, span_text
from models.figures.spans import parse_span
from pipeline.outcomes.report import COUNT_TEXTS
from pipeline.reports.dashboard import (
    Choice,
    Dashboard,
    choosable,
    dashboard,
    dashboard_json,
    default_span,
    first_month,
)
from pipeline.reports.dashboard_tables import SHOWN, dashboard_tables
from pipeline.reports.explained import dropped_texts
from pipeline.settings import Settings
from pipeline.store.connect import Connection, Store
from pipeline.store.kept import kept_facts
from pipeline.store.pages import report_of_night

EFFECTS = ("renewal", "yen_total_per_year")

pages = APIRouter()
api = APIRouter(tags=["report"])


@pages.get("/")
def show_start(request: Request, visitor: VisitorDep) -> Response:
    """Where this person's work begins: the report of the centre, one's own page, or whatever may be opened."""
    user = visitor.user
    own = f"/operators/{path_part(user.operator_id)}" if user.operator_id and user.roles == ("operator",) else None
    places: tuple[tuple[Permission, str], ...] = (
        ("report.read", "/report"),
        ("operators.read", own or "/operators"),
        ("nights.read", "/nights"),
        ("signed_in", "/help"),
    )
    path = next(path for permission, path in places if visitor.may(permission))
    return RedirectResponse(address(path, request.query_params), status_code=303)


@pages.get("/report", response_class=HTMLResponse)
def show_newest(
    request: Request, pages: PagesDep, store: StoreDep, newest: NewestDep, settings: SettingsDep, view: View
) -> Response:
    """The dashboard of a period, or how to make the first report."""
    if newest is None:
        return pages.render(request, "start.html", section="report")
    with store.reading() as connection:
        facts = kept_facts(connection)
        if facts is None:
            return _page(request, pages, newest, newest=True, waiting=True)
        board = _board(connection, facts, view, settings)
    return _dashboard(request, pages, newest, facts, board, view, settings)


@pages.get("/report.csv")
def download_months(
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    settings: SettingsDep,
    view: View,
    encoding: Encoding = "utf-8",
) -> Response:
    """The months of the dashboard as a table."""
    tables = dashboard_tables(_told(store, view, settings))
    note(visitor, "export.report", "report", view)
    return csv_file(marked(tables["月ごと"], report["simulated"]), "kouken-report.csv", encoding)


@pages.get("/report.xlsx")
def download_workbook(
    store: StoreDep, report: ReportDep, visitor: VisitorDep, settings: SettingsDep, view: View
) -> Response:
    """The period, its months and its groups, as sheets."""
    tables = dashboard_tables(_told(store, view, settings))
    note(visitor, "export.report", "report", view)
    tables = {title: marked(table, report["simulated"]) for title, table in tables.items()}
    return workbook_file(tables, "kouken-report.xlsx", SHOWN)


@pages.get("/nights/{run_id}/report", response_class=HTMLResponse)
def show_of_night(request: Request, pages: PagesDep, store: StoreDep, report: ReportDep, run_id: NightId) -> Response:
    """The report of a night, with the same numbers as when it was made."""
    return _page(request, pages, _of_night(store, run_id), newest=run_id == report["run_id"], waiting=False)


@api.get(
    "/dashboard",
    operation_id="getDashboard",
    summary="期間の数字 / figures of a period",
    response_model=PeriodDashboard,
)
def read_dashboard(store: StoreDep, settings: SettingsDep, view: View) -> dict[str, Any]:
    """The numbers of the dashboard's page, for the same period, team and group."""
    return dashboard_json(_told(store, view, settings))


@api.get("/report", operation_id="getReport", summary="最新のレポート / the newest report", response_model=Report)
def read_newest(report: ReportDep) -> Response:
    """Exactly as it was stored."""
    return JSONResponse(dict(report))


@api.get(
    "/nights/{run_id}/report",
    operation_id="getNightReport",
    summary="その夜のレポート / the report of a night",
    response_model=Report,
)
def read_of_night(store: StoreDep, run_id: NightId) -> Response:
    """Exactly as it was stored."""
    return JSONResponse(dict(_of_night(store, run_id)))


def _of_night(store: StoreDep, run_id: int) -> Body:
    with store.reading() as connection:
        body = report_of_night(connection, run_id)
    if body is None:
        raise NO_REPORT
    return body


def _told(store: Store, view: Mapping[str, str], settings: Settings) -> Dashboard:
    with store.reading() as connection:
        facts = kept_facts(connection)
        if facts is None:
            raise NO_REPORT
        return _board(connection, facts, view, settings)


def _board(connection: Connection, facts: Body, view: Mapping[str, str], settings: Settings) -> Dashboard:
    span = parse_span(view["period"]) if "period" in view else default_span(facts)
    choice = Choice(span, view.get("team"), group_of(view))
    return dashboard(connection, facts, choice, settings.figures.minimum_group)


def _dashboard(
    request: Request,
    pages: Pages,
    body: Body,
    facts: Body,
    board: Dashboard,
    view: Mapping[str, str],
    settings: Settings,
) -> Response:
    span, contribution = board.choice.span, body.get("contribution")
    return pages.render(
        request,
        "dashboard.html",
        section="report",
        body=body,
        board=board,
        span=span,
        last=last_day(span),
        view=view,
        as_of=facts["as_of"],
        choices=choosable(facts, first_month(facts)),
        teams=facts["teams"],
        groups=facts["groups"],
        kinds=KINDS,
        span_text=span_text,
        calls=calls_of(span, view),
        trends=trends_of(board, language_of(request)),
        month_links=month_links(board.months, view),
        without=without_contribution(contribution, span, view),
        upsell_effect=upsell_effect(contribution, view),
        minimum_group=settings.figures.minimum_group,
        contribution=contribution,
        scales=_scales(contribution) if contribution else {},
        count_texts=COUNT_TEXTS,
        dropped_texts=dropped_texts(),
    )


def _page(request: Request, pages: Pages, body: Body, *, newest: bool, waiting: bool) -> Response:
    contribution = body.get("contribution")
    return pages.render(
        request,
        "report.html",
        section="report",
        body=body,
        newest=newest,
        waiting=waiting,
        scores=SCORES,
        contribution=contribution,
        scales=_scales(contribution) if contribution else {},
        count_texts=COUNT_TEXTS,
        dropped_texts=dropped_texts(),
    )


def _scales(contribution: Mapping[str, Any]) -> dict[str, Any]:
    """One scale for each kind of effect, so that the moments can be compared with each other."""
    effects: dict[str, list[float | None]] = {}
    for moment in contribution.get("moments", {}).values():
        for kind in EFFECTS:
            effect = moment.get(kind) or {}
            effects.setdefault(kind, []).extend(effect.get(name) for name in ("estimate", "ci_low", "ci_high"))
    return {kind: scale_around(values) for kind, values in effects.items()}
