"""The report of the centre: the newest, or that of a night."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.access import VisitorDep
from api.charts import SCORES, scale_around
from api.deps import Body, NewestDep, NightId, PagesDep, ReportDep, StoreDep
from api.errors import NO_REPORT
from api.pages import Pages, address, path_part
from api.policy import Permission
from api.schemas import Report
from pipeline.outcomes.report import COUNT_TEXTS
from pipeline.reports.explained import dropped_texts
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
def show_newest(request: Request, pages: PagesDep, newest: NewestDep) -> Response:
    """The newest report, or how to make the first."""
    if newest is None:
        return pages.render(request, "start.html", section="report")
    return _page(request, pages, newest, newest=True)


@pages.get("/nights/{run_id}/report", response_class=HTMLResponse)
def show_of_night(request: Request, pages: PagesDep, store: StoreDep, report: ReportDep, run_id: NightId) -> Response:
    """The report of a night, with the same numbers as when it was made."""
    return _page(request, pages, _of_night(store, run_id), newest=run_id == report["run_id"])


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


def _page(request: Request, pages: Pages, body: Body, *, newest: bool) -> Response:
    contribution = body.get("contribution")
    return pages.render(
        request,
        "report.html",
        section="report",
        body=body,
        newest=newest,
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
