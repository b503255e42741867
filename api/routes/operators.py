"""Operators: the list by id, never ranked, and a page for each with what colleagues do on like calls."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.access import Visitor, VisitorDep, note
from api.charts import scale_around
from api.dashboard import month_links, operator_trends
from api.deps import Body, Limit, NewestDep, PagesDep, ReportDep, StoreDep, operator_in
from api.downloads import Encoding, attached, csv_file, marked, workbook_file
from api.errors import NO_OPERATOR, NO_REPORT, NOT_SEEN_YET, Unusable
from api.pages import address, language_of, path_part
from api.policy import hears_unmasked, reach_of
from api.schemas import Operator, OperatorList
from api.spans import KINDS, View, calls_of, last_day, span_text
from models.figures.like_calls import LEAST_CALLS
from models.figures.spans import Span, parse_span
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.reports.dashboard import choosable, default_span, first_month
from pipeline.reports.operator_lists import OperatorLists
from pipeline.reports.operator_pdf import operator_pdf
from pipeline.reports.operator_tables import SHOWN, list_table, operator_tables
from pipeline.reports.operator_views import OperatorRow, OperatorView, operator_view
from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import list_calls
from pipeline.store.clips import best_clips
from pipeline.store.connect import Store
from pipeline.store.kept import kept_facts
from pipeline.store.pages import Pins
from pipeline.store.remarks import LONGEST, Kind, Remark, add_remark, read_remarks
from pipeline.values import TOKYO

pages = APIRouter()
api = APIRouter(tags=["operators"])

OperatorId = Annotated[str, Path(max_length=200, description="担当者ID / operator id")]
SHOWN_CALLS = 10


@pages.get("/operators", response_class=HTMLResponse)
def show_operators(
    request: Request, pages: PagesDep, store: StoreDep, newest: NewestDep, visitor: VisitorDep, view: View
) -> Response:
    """All operators whose calls of the period this person may see, as far as they may."""
    if newest is None:
        return pages.render(request, "start.html", section="operators")
    facts, span, rows = _list(request, store, visitor, view)
    teams = _teams(facts, visitor)
    compared = [row.compared for row in rows if row.compared]
    return pages.render(
        request,
        "operators.html",
        section="operators",
        body=newest,
        rows=rows,
        span=span,
        last=last_day(span),
        view=view,
        choices=choosable(facts, first_month(facts)),
        teams=teams,
        kinds=KINDS,
        span_text=span_text,
        least_calls=LEAST_CALLS,
        whole=scale_around(
            [end for row in rows if (rate := row.talk.moments["any"].rate) for end in (rate.value, rate.high)]
        ),
        apart=scale_around([end for item in compared for end in (item.low, item.high)]),
    )


@pages.get("/operators.csv")
def download_operators(
    request: Request, store: StoreDep, report: ReportDep, visitor: VisitorDep, view: View, encoding: Encoding = "utf-8"
) -> Response:
    """The list as a table."""
    _, _, rows = _list(request, store, visitor, view)
    note(visitor, "export.operators", "operators", view)
    return csv_file(marked(list_table(rows), report["simulated"]), "kouken-operators.csv", encoding)


@pages.get("/operators/{operator_id:path}", response_class=HTMLResponse)
def show_operator(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    operator_id: OperatorId,
    view: View,
) -> Response:
    """One operator against colleagues, with moments to hear and what was written about them."""
    facts = _facts(store)
    shown = _view(store, facts, visitor, operator_id, view)
    return pages.render(
        request,
        "operator.html",
        section="operators",
        body=report,
        shown=shown,
        span=shown.span,
        last=last_day(shown.span),
        view=view,
        choices=choosable(facts, first_month(facts)),
        kinds=KINDS,
        span_text=span_text,
        calls=calls_of(shown.span, {}) | {"operator": operator_id},
        trends=operator_trends(shown, language_of(request)),
        month_links=month_links(shown.months, {}, operator=operator_id),
        apart=scale_around([end for found in shown.differences.values() if found for end in found.interval]),
        least_calls=LEAST_CALLS,
        longest=LONGEST,
        **_heard(store, report, visitor, shown),
        **_estimated(report, operator_id),
    )


@pages.get("/operator-files/{form}/{operator_id:path}")
def download_operator(
    request: Request,
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    form: Literal["csv", "xlsx", "pdf"],
    operator_id: OperatorId,
    view: View,
    encoding: Encoding = "utf-8",
) -> Response:
    """The operator's page as a file: the same numbers."""
    shown = _view(store, _facts(store), visitor, operator_id, view)
    note(visitor, "export.operator", operator_id, {"form": form, "period": shown.span.name})
    name = f"kouken-operator-{shown.span.name}.{form}"
    if form == "pdf":
        simulated = any(report["simulated"].values())
        return attached(operator_pdf(shown, language_of(request), report, simulated=simulated), name, "application/pdf")
    tables = {title: marked(table, report["simulated"]) for title, table in operator_tables(shown).items()}
    return csv_file(tables["月ごと"], name, encoding) if form == "csv" else workbook_file(tables, name, SHOWN)


@pages.post("/operator-remarks/{operator_id:path}")
def write_remark(
    store: StoreDep,
    visitor: VisitorDep,
    operator_id: OperatorId,
    text: Annotated[str, Form(max_length=2 * LONGEST)],
    view: View,
) -> Response:
    """A comment of a manager, or the operator's own remark. Raises `Unusable`."""
    shown = _view(store, _facts(store), visitor, operator_id, view)
    kind: Kind = "remark" if visitor.user.operator_id == operator_id else "comment"
    remark = Remark(shown.span.name, kind, visitor.user.name, datetime.now(UTC), text)
    try:
        with store.writing() as connection:
            add_remark(connection, operator_id, remark)
    except BadInput as error:
        raise Unusable("remark_refused", Text(error.text.ja, error.text.en), _BACK) from None
    return RedirectResponse(address(f"/operators/{path_part(operator_id)}", view) + "#h-remarks", status_code=303)


_BACK = Text("前の画面に戻って書き直してください。", "Go back and write it again.")


def _list(
    request: Request, store: Store, visitor: Visitor, view: Mapping[str, str]
) -> tuple[Body, Span, Sequence[OperatorRow]]:
    """What is told of the period, the period, and its operators within this person's reach."""
    lists: OperatorLists = request.app.state.operator_lists
    with store.reading() as connection:
        facts = _known(kept_facts(connection))
        span = _span(facts, view)
        return facts, span, lists.rows(connection, facts, span, visitor.reach.within, view.get("team"))


def _facts(store: Store) -> Body:
    with store.reading() as connection:
        return _known(kept_facts(connection))


def _known(facts: Body | None) -> Body:
    if facts is None:
        raise NO_REPORT
    return facts


def _span(facts: Body, view: Mapping[str, str]) -> Span:
    return parse_span(view["period"]) if "period" in view else default_span(facts)


def _teams(facts: Body, visitor: Visitor) -> list[str]:
    """Those that may be chosen."""
    within = visitor.reach.within
    return [team for team in facts["teams"] if within is None or team in within.teams]


def _view(store: Store, facts: Body, visitor: Visitor, operator_id: str, view: Mapping[str, str]) -> OperatorView:
    with store.reading() as connection:
        shown = operator_view(connection, facts, operator_id, _span(facts, view), visitor.reach.within)
    if shown is None:
        raise NOT_SEEN_YET if operator_id == visitor.user.operator_id else NO_OPERATOR
    return shown


def _heard(store: Store, report: Body, visitor: Visitor, shown: OperatorView) -> dict[str, Any]:
    """Clips with words for those who may read them, the latest calls, and remarks for those whom they concern."""
    span, pins = shown.span, Pins.of_report(report)
    wanted = CallFilter(
        operator_id=shown.operator_id,
        since=datetime.combine(span.opening, time(), TOKYO),
        until=datetime.combine(span.closing, time(), TOKYO),
        within=visitor.reach.within,
        is_masked=not hears_unmasked(visitor.user),
    )
    reads, concerned = visitor.may("calls.words"), _is_concerned(visitor, shown)
    with store.reading() as connection:
        found = {
            "clips": best_clips(connection, pins, wanted) if reads else None,
            "latest": list_calls(connection, pins, wanted, limit=SHOWN_CALLS),
            "remarks": read_remarks(connection, shown.operator_id) if concerned else None,
        }
    if found["clips"]:
        note(visitor, "operator.read", shown.operator_id, {"clips": len(found["clips"])})
    within = visitor.reach.within
    return found | {"may_hear_team": within is None or shown.team in within.teams}


def _is_concerned(visitor: Visitor, shown: OperatorView) -> bool:
    """Remarks are between operators and those who lead them."""
    reach = reach_of(visitor.user, "operators.remark")
    if reach is None:
        return False
    within = reach.within
    return within is None or any(within.has(shown.operator_id, team) for team in (*shown.teams, None))


def _estimated(report: Body, operator_id: str) -> dict[str, Any]:
    """The two figures of the contribution, where they were estimated and all calls behind them may be seen."""
    contribution = report.get("contribution", {})
    estimates = contribution.get("operators", {})
    ends = [item[name] for item in estimates.values() for name in ("ci_low", "ci_high")]
    shares = [item["share_yen"] for item in estimates.values() if item.get("share_yen")]
    return {
        "contribution": contribution,
        "estimate": estimates.get(operator_id),
        "total": next((item for item in report["operators"] if item["operator_id"] == operator_id), None),
        "renewal_scale": scale_around(ends),
        "share_scale": scale_around([item[name] for item in shares for name in ("ci_low", "ci_high")]),
    }


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
