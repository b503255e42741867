"""The KPI sheet (ゴール・目標・施策): what is aimed at, month by month against what came about, and its editor."""

from datetime import date, datetime
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep
from api.deps import PagesDep, StoreDep
from api.errors import Missing
from api.pages import Pages
from models.figures.kpi_sheet import MEASURES, Goal, latest_status, next_review, track
from pipeline.errors import BadInput
from pipeline.figures.goal_forms import RATES, as_typed, read_goal
from pipeline.figures.kpi import Sheet, current_sheet, monthly, save_sheet
from pipeline.language import Bilingual, Text
from pipeline.reports.build import TOKYO
from pipeline.settings import FiguresSettings
from pipeline.store import tables
from pipeline.store.connect import Connection

pages = APIRouter()
api = APIRouter()

SPARE = 2  # empty lines for further targets
Position = Annotated[str, Path(pattern=r"^(new|\d{1,4})$")]
Field = Annotated[str, Form(max_length=500)]
Fields = Annotated[list[Annotated[str, Form(max_length=1000)]], Form(max_length=50)]
Version = Annotated[int, Form(ge=0, lt=2**63)]
NO_GOAL = Missing(
    "goal_not_found",
    Text("このゴールはありません。", "There is no such goal."),
    Text("KPI シートから選んでください。", "Choose one on the KPI sheet."),
)


@pages.get("/kpi", response_class=HTMLResponse)
def show_sheet(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """Every goal with its targets, the months so far, and what is due next."""
    with store.reading() as connection:
        sheet = current_sheet(connection, _settings(request))
        months = _months(request, connection) if sheet.goals else None
    today = datetime.now(TOKYO).date()
    told = [_told(goal, months, today) for goal in sheet.goals]
    return pages.render(request, "kpi.html", section="tables", part="kpi", sheet=sheet, goals=told, rates=RATES)


@pages.get("/kpi/{position}", response_class=HTMLResponse)
def show_goal(request: Request, pages: PagesDep, store: StoreDep, position: Position) -> Response:
    """The form of one goal, or of a new one."""
    with store.reading() as connection:
        sheet = current_sheet(connection, _settings(request))
    return _form(request, pages, position, sheet.version, as_typed(_goal(sheet, position)))


@pages.post("/kpi/{position}")
def save_goal(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    visitor: VisitorDep,
    position: Position,
    version: Version,
    name: Field = "",
    owner: Field = "",
    review_on: Field = "",
    measure: Fields = [],  # noqa: B006 - FastAPI copies it
    baseline: Fields = [],  # noqa: B006
    value: Fields = [],  # noqa: B006
    better: Fields = [],  # noqa: B006
    since: Fields = [],  # noqa: B006
    by: Fields = [],  # noqa: B006
    actions: Fields = [],  # noqa: B006
) -> Response:
    """The next version of the sheet; the form again with everything that is wrong."""
    columns = {"measure": measure, "baseline": baseline, "value": value, "better": better}
    columns |= {"since": since, "by": by, "actions": actions}
    most = max(map(len, columns.values()))
    targets = [{key: cells[at] if at < len(cells) else "" for key, cells in columns.items()} for at in range(most)]
    typed = {"name": name, "owner": owner, "review_on": review_on, "targets": targets}
    try:
        goal = read_goal(typed)
        with store.writing() as connection:
            sheet = current_sheet(connection, _settings(request))
            goals = list(sheet.goals)
            if position == "new":
                goals.append(goal)
            else:
                _goal(sheet, position)
                goals[int(position)] = goal
            save_sheet(connection, visitor.user.name, goals, seen=version)
    except BadInput as error:
        return _form(request, pages, position, version, typed, problem=error.text, status=422)
    return RedirectResponse("/kpi", status_code=303)


@pages.post("/kpi/{position}/remove")
def remove_goal(
    request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep, position: Position, version: Version
) -> Response:
    """The sheet without that goal."""
    with store.reading() as connection:
        sheet = current_sheet(connection, _settings(request))
    gone = _goal(sheet, position)
    try:
        with store.writing() as connection:
            kept = [goal for goal in sheet.goals if goal is not gone]
            save_sheet(connection, visitor.user.name, kept, seen=version)
    except BadInput as error:
        return _form(request, pages, position, version, as_typed(gone), problem=error.text, status=422)
    return RedirectResponse("/kpi", status_code=303)


def _goal(sheet: Sheet, position: str) -> Goal | None:
    if position == "new":
        return None
    if int(position) >= len(sheet.goals):
        raise NO_GOAL
    return sheet.goals[int(position)]


def _form(
    request: Request,
    pages: Pages,
    position: str,
    version: int,
    typed: dict[str, Any],
    *,
    problem: Bilingual | None = None,
    status: int = 200,
) -> Response:
    values = {"position": position, "version": version, "typed": typed, "problem": problem, "spare": SPARE}
    return pages.render(
        request, "goal.html", status=status, section="tables", part="kpi", measures=MEASURES, rates=RATES, **values
    )


def _told(goal: Goal, months: pd.DataFrame | None, today: date) -> dict[str, Any]:
    targets = []
    for target in goal.targets:
        rows = track(target, months) if months is not None else None
        told = (
            [] if rows is None else [(str(row.Index), row.needed, row.actual, row.status) for row in rows.itertuples()]
        )
        known = [row for row in told if row[3] != "no_data"]
        status = "no_data" if rows is None else latest_status(rows)
        targets.append({"target": target, "months": told, "latest": known[-1] if known else None, "status": status})
    return {"goal": goal, "targets": targets, "next_review": next_review(goal, today)}


def _months(request: Request, connection: Connection) -> pd.DataFrame | None:
    """Counted once for each state of the tables."""
    loads = tuple(sorted(tables.current_loads(connection).items()))
    kept: tuple[Any, pd.DataFrame | None] | None = getattr(request.app.state, "months", None)
    if kept is None or kept[0] != loads:
        kept = (loads, monthly(connection))
        request.app.state.months = kept
    return kept[1]


def _settings(request: Request) -> FiguresSettings:
    settings: FiguresSettings = request.app.state.settings.figures
    return settings
