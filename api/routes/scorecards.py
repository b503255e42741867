"""Evaluations of calls: the list as far as one may see it, each evaluation, and the steps from draft to final."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field
from starlette.datastructures import FormData

from api.access import Visitor, VisitorDep, note
from api.deps import NewestDep, PagesDep, ReportDep, StoreDep
from api.downloads import Encoding, csv_file, workbook_file
from api.errors import NO_CALL, Missing, Unusable
from pipeline.errors import BadInput
from pipeline.evaluations import scorecards
from pipeline.evaluations.scorecard_questions import MEASURES, Answer, points, share_of
from pipeline.evaluations.scorecard_tables import EVALUATIONS, SHOWN, evaluation_tables
from pipeline.language import Text
from pipeline.store import evaluations
from pipeline.store import scorecards as forms
from pipeline.store.connect import Connection, Store
from pipeline.store.evaluations import STATES, Evaluation, Seen, State, Wanted
from pipeline.store.pages import Pins

pages = APIRouter()
api = APIRouter(tags=["scorecards"])

T = TypeVar("T")
PAGE, DOWNLOADED = 100, 10_000
Id = Annotated[int, Path(ge=1, lt=2**63)]
Said = Annotated[str, Form(max_length=scorecards.LONGEST)]
NO_EVALUATION = Missing(
    "evaluation_not_found",
    Text("この番号の評価はありません。", "There is no evaluation of that number."),
    Text("評価シートの一覧から選んでください。", "Choose from the list of evaluations."),
)


def _asked(
    state: Annotated[State | Literal[""], Query()] = "",
    operator: Annotated[str, Query(max_length=200)] = "",
    form: Annotated[Annotated[int, Field(ge=1, lt=2**63)] | Literal[""], Query()] = "",
) -> dict[str, Any]:
    """The filters of the address; an empty field of the form is no filter."""
    return {"state": state or None, "operator": operator, "form": form or None}


Asked = Annotated[dict[str, Any], Depends(_asked)]


async def _given(request: Request) -> dict[str, Answer]:
    """The answers of the evaluation's form: `value-ID` and `comment-ID` for each question by hand."""
    return read_answers(await request.form())


Given = Annotated[dict[str, Answer], Depends(_given)]


@pages.get("/scorecards", response_class=HTMLResponse)
def show_list(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    visitor: VisitorDep,
    asked: Asked,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """The newest evaluations within reach."""
    with store.reading() as connection:
        found = evaluations.list_evaluations(connection, seen_by(visitor), _wanted(asked, before, PAGE + 1))
        known = _forms(connection, found)
        current = forms.current_forms(connection)
    shown = found[:PAGE]
    return pages.render(
        request,
        "scorecards/list.html",
        section="scorecards",
        part="evaluations",
        found=shown,
        forms=known,
        current=current,
        states=STATES,
        asked=asked,
        more=shown[-1].evaluation_id if len(found) > PAGE else None,
        points={one.evaluation_id: points(known[one.version_id].questions, one.answers) for one in shown},
    )


@pages.get("/scorecards.csv")
def download_csv(store: StoreDep, visitor: VisitorDep, asked: Asked, encoding: Encoding = "utf-8") -> Response:
    """The list as a table."""
    return csv_file(_tables(store, visitor, asked)[EVALUATIONS], "kouken-scorecards.csv", encoding)


@pages.get("/scorecards.xlsx")
def download_workbook(store: StoreDep, visitor: VisitorDep, asked: Asked) -> Response:
    """The list and every answer as a workbook."""
    return workbook_file(_tables(store, visitor, asked), "kouken-scorecards.xlsx", SHOWN)  # type: ignore[arg-type]


@pages.get("/scorecards/new", response_class=HTMLResponse)
def choose_form(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    newest: NewestDep,
    visitor: VisitorDep,
    call: Annotated[str, Query(max_length=500)] = "",
    recording: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Which scorecard for which call."""
    if newest is None:
        return pages.render(request, "start.html", section="scorecards")
    with store.reading() as connection:
        asked = scorecards.Asked(call, recording, visitor.reach.within)
        detail = scorecards.find_call(connection, Pins.of_report(newest), asked) if call else None
        current = [form for form in forms.current_forms(connection) if not form.is_retired]
    return pages.render(
        request,
        "scorecards/new.html",
        section="scorecards",
        part="evaluations",
        call=call,
        detail=detail,
        forms=current,
    )


@pages.post("/scorecards/evaluations")
def begin(
    store: StoreDep,
    report: ReportDep,
    visitor: VisitorDep,
    call: Annotated[str, Form(max_length=500)],
    version: Annotated[int, Form(ge=1, lt=2**63)],
    recording: Annotated[int | None, Form(ge=1, lt=2**63)] = None,
) -> Response:
    """A draft with what the machine can answer."""
    pins = Pins.of_report(report)
    with store.reading() as connection:
        detail = scorecards.find_call(connection, pins, scorecards.Asked(call, recording, visitor.reach.within))
    if detail is None:
        raise NO_CALL
    number = usable(lambda: scorecards.begin(store, pins, visitor.user, detail, version))
    return RedirectResponse(f"/scorecards/evaluations/{number}", status_code=303)


@pages.get("/scorecards/evaluations/{evaluation_id}", response_class=HTMLResponse)
def show_evaluation(
    request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep, evaluation_id: Id
) -> Response:
    """The questions with their answers and evidence, and the step that this person can take next."""
    with store.reading() as connection:
        one = found_evaluation(connection, visitor, evaluation_id)
        form = forms.read_version(connection, one.version_id)
    note(visitor, "evaluations.read", str(evaluation_id))
    user = visitor.user
    editing = one.state == "draft" and one.evaluator == user.name
    about_me = user.operator_id is not None and user.operator_id == one.operator_id
    return pages.render(
        request,
        "scorecards/evaluation.html",
        section="scorecards",
        part="calibrations" if one.session_id else "evaluations",
        one=one,
        form=form,
        points=points(form.questions, one.answers),
        shares={q.id: share_of(q, one.answers[q.id].value) for q in form.questions if q.id in one.answers},
        measures=MEASURES,
        editing=editing,
        revising=one.state == "appealed" and visitor.may("scorecards.evaluate") and scorecards.may_decide(user, one),
        deciding=visitor.may("scorecards.evaluate") and scorecards.may_decide(user, one),
        responding=about_me and one.state == "shared" and visitor.may("scorecards.respond"),
        longest=scorecards.LONGEST,
    )


@pages.post("/scorecards/evaluations/{evaluation_id}")
def save(
    store: StoreDep,
    visitor: VisitorDep,
    evaluation_id: Id,
    given: Given,
    remark: Said = "",
    step: Annotated[str, Form(max_length=10)] = "save",
) -> Response:
    """Keep the draft; with `step=share` the operator sees it."""
    one = _one(store, visitor, evaluation_id)
    usable(lambda: scorecards.save(store, visitor.user.name, one, given, remark, share=step == "share"))
    return _back(evaluation_id)


@pages.post("/scorecards/evaluations/{evaluation_id}/acknowledgement")
def acknowledge(store: StoreDep, visitor: VisitorDep, evaluation_id: Id) -> Response:
    """The operator has read it."""
    one = _one(store, visitor, evaluation_id)
    usable(lambda: scorecards.acknowledge(store, visitor.user, one))
    return _back(evaluation_id)


@pages.post("/scorecards/evaluations/{evaluation_id}/appeal")
def appeal(store: StoreDep, visitor: VisitorDep, evaluation_id: Id, reason: Said = "") -> Response:
    """The operator disagrees."""
    one = _one(store, visitor, evaluation_id)
    usable(lambda: scorecards.appeal(store, visitor.user, one, reason))
    return _back(evaluation_id)


@pages.post("/scorecards/evaluations/{evaluation_id}/decision")
def decide(store: StoreDep, visitor: VisitorDep, evaluation_id: Id, given: Given, decision: Said = "") -> Response:
    """Make it final; after an appeal with answers put right."""
    one = _one(store, visitor, evaluation_id)
    usable(lambda: scorecards.decide(store, visitor.user, one, decision, given or None))
    return _back(evaluation_id)


def seen_by(visitor: Visitor) -> Seen:
    """What this person may see of evaluations."""
    return Seen(visitor.user.name, visitor.reach.within, visitor.may("scorecards.evaluate"))


def found_evaluation(connection: Connection, visitor: Visitor, evaluation_id: int) -> Evaluation:
    """Raises `Missing`. Of a calibration nobody sees another's answers here."""
    one = evaluations.find_evaluation(connection, evaluation_id, seen_by(visitor))
    if one is None:
        raise NO_EVALUATION
    return one


def read_answers(form: FormData) -> dict[str, Answer]:
    """Raises `Unusable` for a value that is no number."""
    told = {}
    for key, given in form.multi_items():
        name = key.removeprefix("value-")
        if name == key or not isinstance(given, str):
            continue
        comment = form.get(f"comment-{name}", "")
        try:
            value = float(given) if given else None
        except ValueError:
            raise _unusable(BadInput(Text("質問にない答えです。", "That is no answer to the question."))) from None
        told[name] = Answer(value, comment if isinstance(comment, str) else "")
    return told


def usable(step: Callable[[], T]) -> T:
    """What a use case gives; what it refuses as a page that says why."""
    try:
        return step()
    except BadInput as error:
        raise _unusable(error) from None


def _one(store: Store, visitor: Visitor, evaluation_id: int) -> Evaluation:
    with store.reading() as connection:
        return found_evaluation(connection, visitor, evaluation_id)


def _wanted(asked: dict[str, Any], before: int | None, limit: int) -> Wanted:
    return Wanted(asked["state"], asked["operator"] or None, asked["form"], before, limit)


def _forms(connection: Connection, found: list[Evaluation]) -> dict[int, forms.FormVersion]:
    return {number: forms.read_version(connection, number) for number in {one.version_id for one in found}}


def _tables(store: Store, visitor: Visitor, asked: dict[str, Any]) -> dict[str, Any]:
    with store.reading() as connection:
        found = evaluations.list_evaluations(connection, seen_by(visitor), _wanted(asked, None, DOWNLOADED))
        known = _forms(connection, found)
    note(visitor, "export.scorecards", "scorecards", {key: str(value) for key, value in asked.items() if value})
    return dict(evaluation_tables(found, known))


def _back(evaluation_id: int) -> Response:
    return RedirectResponse(f"/scorecards/evaluations/{evaluation_id}", status_code=303)


def _unusable(error: BadInput) -> Unusable:
    return Unusable(
        "bad_evaluation",
        Text(error.text.ja, error.text.en),
        Text("前の画面に戻って直してください。", "Go back and mend it."),
    )
