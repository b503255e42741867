"""Scorecards for programs: the forms, and evaluations as far as whoever asks may see them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.access import VisitorDep, note
from api.deps import LARGEST_ID, Limit, StoreDep
from api.routes.scorecards import Asked, Id, found_evaluation, seen_by
from api.work_shapes import EvaluationList, EvaluationShape, ScorecardList
from pipeline.evaluations.scorecard_questions import answers_to_json, points, questions_to_json
from pipeline.store import evaluations, scorecards
from pipeline.store.connect import Connection
from pipeline.store.evaluations import Evaluation, Wanted
from pipeline.store.scorecards import FormVersion

pages = APIRouter()
api = APIRouter(tags=["scorecards"])

Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="next_cursor of the page before")]


@api.get(
    "/scorecards", operation_id="listScorecards", summary="評価シートの一覧 / scorecards", response_model=ScorecardList
)
def read_forms(store: StoreDep, limit: Limit = 100, cursor: Before = None) -> dict[str, Any]:
    """Each in its newest version, by number; those that are no longer used say so."""
    with store.reading() as connection:
        every = sorted(scorecards.current_forms(connection), key=lambda form: form.form_id)
    found = [form for form in every if form.form_id > (cursor or 0)]
    more = str(found[limit - 1].form_id) if len(found) > limit else None
    return {"items": [_form(form) for form in found[:limit]], "next_cursor": more}


@api.get(
    "/evaluations", operation_id="listEvaluations", summary="評価の一覧 / evaluations", response_model=EvaluationList
)
def read_evaluations(
    store: StoreDep, visitor: VisitorDep, asked: Asked, limit: Limit = 100, cursor: Before = None
) -> dict[str, Any]:
    """Newest first: one's own drafts, and of others what was shared."""
    wanted = Wanted(asked["state"], asked["operator"] or None, asked["form"], cursor, limit + 1)
    with store.reading() as connection:
        found = evaluations.list_evaluations(connection, seen_by(visitor), wanted)
        items = [_evaluation(connection, one) for one in found[:limit]]
    note(visitor, "export.scorecards", "scorecards", {"evaluations": len(items)})
    return {"items": items, "next_cursor": str(items[-1]["evaluation_id"]) if len(found) > limit else None}


@api.get(
    "/evaluations/{evaluation_id}", operation_id="getEvaluation", summary="一つの評価 / one evaluation",
    response_model=EvaluationShape,
)  # fmt: skip
def read_evaluation(store: StoreDep, visitor: VisitorDep, evaluation_id: Id) -> dict[str, Any]:
    """With every answer."""
    with store.reading() as connection:
        told = _evaluation(connection, found_evaluation(connection, visitor, evaluation_id))
    note(visitor, "evaluations.read", str(evaluation_id))
    return told


def _form(form: FormVersion) -> dict[str, Any]:
    return {name: getattr(form, name) for name in FormVersion.__slots__} | {
        "questions": questions_to_json(form.questions)
    }


def _evaluation(connection: Connection, one: Evaluation) -> dict[str, Any]:
    form = scorecards.read_version(connection, one.version_id)
    earned = points(form.questions, one.answers)
    told = {name: getattr(one, name) for name in Evaluation.__slots__}
    told |= {"form_id": form.form_id, "title": form.title, "answers": answers_to_json(one.answers)}
    return told | {"share": earned.share, "answered": earned.answered, "questions": earned.questions}
