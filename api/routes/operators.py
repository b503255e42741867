"""Operators: the list by id, never ranked, and a page for each."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.access import VisitorDep, note
from api.charts import SCORES, scale_around
from api.deps import Limit, NewestDep, PagesDep, ReportDep, StoreDep, operator_in
from api.downloads import Encoding, csv_file
from api.schemas import Operator, OperatorList
from pipeline.reports.files import operator_table
from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import list_calls
from pipeline.store.pages import Pins

pages = APIRouter()
api = APIRouter(tags=["operators"])

OperatorId = Annotated[str, Path(max_length=200, description="担当者ID / operator id")]
SHOWN_CALLS = 20


@pages.get("/operators", response_class=HTMLResponse)
def show_operators(request: Request, pages: PagesDep, newest: NewestDep) -> Response:
    """All operators of the newest report that this person may see."""
    if newest is None:
        return pages.render(request, "start.html", section="operators")
    return pages.render(
        request,
        "operators.html",
        section="operators",
        body=newest,
        scores=SCORES,
    )


@pages.get("/operators.csv")
def download_operators(
    report: ReportDep, store: StoreDep, visitor: VisitorDep, encoding: Encoding = "utf-8"
) -> Response:
    """The list as a table."""
    note(store, visitor, "export.operators", "operators")
    return csv_file(operator_table(report["operators"]), "kouken-operators.csv", encoding)


@pages.get("/operators/{operator_id:path}", response_class=HTMLResponse)
def show_operator(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    operator_id: OperatorId,
) -> Response:
    """One operator against the centre, with their latest calls."""
    operator = operator_in(report, operator_id)
    wanted = CallFilter(operator_id=operator_id, within=visitor.reach.within)
    with store.reading() as connection:
        calls = list_calls(connection, Pins.of_report(report), wanted, limit=SHOWN_CALLS)
    estimates = report.get("contribution", {}).get("operators", {})
    return pages.render(
        request,
        "operator.html",
        section="operators",
        body=report,
        operator=operator,
        calls=calls,
        scores=SCORES,
        estimate=estimates.get(operator_id),
        renewal_scale=scale_around(item[name] for item in estimates.values() for name in ("ci_low", "ci_high")),
    )


@api.get(
    "/operators", operation_id="listOperators", summary="オペレーターの一覧 / operators", response_model=OperatorList
)
def read_operators(
    report: ReportDep,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """By operator id; `cursor` is the last id of the page before."""
    later = [operator for operator in report["operators"] if cursor is None or operator["operator_id"] > cursor]
    page = later[:limit]
    more = page[-1]["operator_id"] if len(later) > limit else None
    return JSONResponse({"items": page, "next_cursor": more})


@api.get(
    "/operators/{operator_id:path}",
    operation_id="getOperator",
    summary="オペレーター / one operator",
    response_model=Operator,
)
def read_operator(report: ReportDep, operator_id: OperatorId) -> Response:
    """Their part of the newest report."""
    return JSONResponse(dict(operator_in(report, operator_id)))
