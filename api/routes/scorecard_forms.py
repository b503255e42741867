"""Scorecard forms in versions, and calibrations: several people evaluate one call and compare."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from api.access import Visitor, VisitorDep, note
from api.deps import Body, PagesDep, ReportDep, StoreDep
from api.errors import NO_CALL, Missing
from api.routes.scorecards import Id, usable
from pipeline.errors import BadInput
from pipeline.evaluations import scorecards
from pipeline.evaluations.scorecard_questions import HIGHEST, MEASURES, MOST, Question
from pipeline.language import Text
from pipeline.store import evaluations
from pipeline.store import scorecards as forms
from pipeline.store.calls import CallDetail
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins
from pipeline.store.scorecards import Session

pages = APIRouter()
api = APIRouter()

BLANK_ROWS = 4  # offered below the questions that there are
NO_FORM = Missing(
    "scorecard_not_found",
    Text("この評価シートはありません。", "There is no such scorecard."),
    Text("評価シートの一覧から選んでください。", "Choose from the list of scorecards."),
)
NO_CALIBRATION = Missing(
    "calibration_not_found",
    Text("この校正はありません。", "There is no such calibration."),
    Text("校正の一覧から選んでください。", "Choose from the list of calibrations."),
)


async def _questions(request: Request) -> tuple[Question, ...]:
    return read_questions(await request.form())


Questions = Annotated[tuple[Question, ...], Depends(_questions)]
Title = Annotated[str, Form(max_length=300)]


@pages.get("/scorecards/forms", response_class=HTMLResponse)
def show_forms(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """Every scorecard in its newest version."""
    with store.reading() as connection:
        found = forms.current_forms(connection)
    return pages.render(
        request,
        "scorecards/forms.html",
        section="scorecards",
        part="forms",
        forms=found,
        measures=MEASURES,
        blank=BLANK_ROWS,
        highest=HIGHEST,
    )


@pages.post("/scorecards/forms")
def add_form(store: StoreDep, visitor: VisitorDep, questions: Questions, title: Title = "") -> Response:
    """A new scorecard."""

    def step() -> int:
        with store.writing() as connection:
            return forms.save_form(connection, visitor.user.name, title, questions).form_id

    return RedirectResponse(f"/scorecards/forms/{usable(step)}", status_code=303)


@pages.get("/scorecards/forms/{form_id}", response_class=HTMLResponse)
def show_form(request: Request, pages: PagesDep, store: StoreDep, form_id: Id) -> Response:
    """The newest version to change, and those before."""
    try:
        with store.reading() as connection:
            versions = forms.form_versions(connection, form_id)
    except BadInput:
        raise NO_FORM from None
    return pages.render(
        request,
        "scorecards/form.html",
        section="scorecards",
        part="forms",
        versions=versions,
        measures=MEASURES,
        blank=min(BLANK_ROWS, MOST - len(versions[0].questions)),
        highest=HIGHEST,
    )


@pages.post("/scorecards/forms/{form_id}")
def change_form(
    store: StoreDep,
    visitor: VisitorDep,
    form_id: Id,
    questions: Questions,
    title: Title = "",
    retired: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """The next version; evaluations that were made stay with theirs."""

    def step() -> None:
        with store.writing() as connection:
            forms.save_form(
                connection, visitor.user.name, title, questions, form_id=form_id, is_retired=retired == "yes"
            )

    usable(step)
    return RedirectResponse(f"/scorecards/forms/{form_id}", status_code=303)


@pages.get("/scorecards/calibrations", response_class=HTMLResponse)
def show_calibrations(
    request: Request, pages: PagesDep, store: StoreDep, report: ReportDep, visitor: VisitorDep
) -> Response:
    """The newest calibrations of calls within reach."""
    with store.reading() as connection:
        every = forms.list_sessions(connection)
        found = [one for one in every if _call_of(connection, report, visitor, one) is not None]
        known = {one.version_id: forms.read_version(connection, one.version_id) for one in found}
        joined = {one.session_id: evaluations.evaluations_of_session(connection, one.session_id) for one in found}
        current = [form for form in forms.current_forms(connection) if not form.is_retired]
    return pages.render(
        request,
        "scorecards/calibrations.html",
        section="scorecards",
        part="calibrations",
        found=found,
        known=known,
        joined=joined,
        forms=current,
    )


@pages.post("/scorecards/calibrations")
def open_calibration(
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    call: Annotated[str, Form(max_length=500)],
    version: Annotated[int, Form(ge=1, lt=2**63)],
) -> Response:
    """Put one call to several evaluators."""
    pins = Pins.of_report(report)
    with store.reading() as connection:
        detail = scorecards.find_call(connection, pins, scorecards.Asked(call.strip(), None, visitor.reach.within))
    if detail is None:
        raise NO_CALL

    def step() -> int:
        with store.writing() as connection:
            form = forms.read_version(connection, version)
            transcript_id, call_id = detail.call.transcript_id, detail.call.call_id
            return forms.open_session(connection, visitor.user.name, form.version_id, transcript_id, call_id)

    return RedirectResponse(f"/scorecards/calibrations/{usable(step)}", status_code=303)


@pages.get("/scorecards/calibrations/{session_id}", response_class=HTMLResponse)
def show_calibration(
    request: Request, pages: PagesDep, store: StoreDep, report: ReportDep, visitor: VisitorDep, session_id: Id
) -> Response:
    """Who takes part; once it is closed, everybody's answers side by side and how far they agree."""
    with store.reading() as connection:
        session, detail = _found(connection, report, visitor, session_id)
        form = forms.read_version(connection, session.version_id)
        found = evaluations.evaluations_of_session(connection, session_id)
    note(visitor, "calibrations.read", str(session_id))
    is_closed = session.closed_at is not None
    mine = next((one for one in found if one.evaluator == visitor.user.name), None)
    return pages.render(
        request,
        "scorecards/calibration.html",
        section="scorecards",
        part="calibrations",
        one=session,
        form=form,
        call=detail.call,
        found=found,
        mine=mine,
        may_join=scorecards.session_open_to(session, found, visitor.user),
        compared=scorecards.compare(form.questions, found) if is_closed else [],
        pairs=scorecards.pair_agreements(form.questions, found) if is_closed else [],
    )


@pages.post("/scorecards/calibrations/{session_id}/evaluations")
def join(store: StoreDep, report: ReportDep, visitor: VisitorDep, session_id: Id) -> Response:
    """Begin one's own evaluation."""
    with store.reading() as connection:
        session, detail = _found(connection, report, visitor, session_id)
        found = evaluations.evaluations_of_session(connection, session_id)
    if not scorecards.session_open_to(session, found, visitor.user):
        return RedirectResponse(f"/scorecards/calibrations/{session_id}", status_code=303)
    pins = Pins.of_report(report)
    number = usable(lambda: scorecards.begin(store, pins, visitor.user, detail, session.version_id, session.session_id))
    return RedirectResponse(f"/scorecards/evaluations/{number}", status_code=303)


@pages.post("/scorecards/calibrations/{session_id}/closing")
def close(store: StoreDep, report: ReportDep, visitor: VisitorDep, session_id: Id) -> Response:
    """Show the answers to everybody."""

    def step() -> None:
        with store.writing() as connection:
            _found(connection, report, visitor, session_id)
            forms.close_session(connection, visitor.user.name, session_id)

    usable(step)
    return RedirectResponse(f"/scorecards/calibrations/{session_id}", status_code=303)


def read_questions(form: FormData) -> tuple[Question, ...]:
    """The rows of the editor; those without a text are dropped, and a question keeps its id from version to version."""
    columns = {
        name: [value for value in form.getlist(name) if isinstance(value, str)]
        for name in ("id", "text", "kind", "weight", "measure", "comparison", "bound", "highest")
    }
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=False)]
    named = {row["id"] for row in rows if row["id"]}
    free = (f"q{number}" for number in range(1, 10 * MOST) if f"q{number}" not in named)
    return tuple(_question(row, row["id"] or next(free)) for row in rows if row["text"].strip())


def _question(row: dict[str, str], name: str) -> Question:
    """A number that cannot be read is one that `check_questions` refuses."""
    return Question(
        id=name,
        text=" ".join(row["text"].split()),
        kind=row["kind"] if row["kind"] in ("automatic", "scale") else "yes_no",  # type: ignore[arg-type]
        weight=_number(row["weight"]),
        measure=row["measure"],
        comparison="at_most" if row["comparison"] == "at_most" else "at_least",
        bound=_number(row["bound"]),
        highest=int(_number(row["highest"])),
    )


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return -1.0
    return value if -1.0 <= value < 1e6 else -1.0


def _found(connection: Connection, report: Body, visitor: Visitor, session_id: int) -> tuple[Session, CallDetail]:
    try:
        session = forms.read_session(connection, session_id)
    except BadInput:
        raise NO_CALIBRATION from None
    detail = _call_of(connection, report, visitor, session)
    if detail is None:
        raise NO_CALIBRATION
    return session, detail


def _call_of(connection: Connection, report: Body, visitor: Visitor, session: Session) -> CallDetail | None:
    """None beyond the person's reach, and for a recording that the report no longer shows."""
    asked = scorecards.Asked(session.call_id, None, visitor.reach.within)
    return scorecards.find_call(connection, Pins.of_report(report), asked)
