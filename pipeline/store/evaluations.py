"""Evaluations of calls: draft → shared → appealed → final. Every step is in the audit log, in the same transaction."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.evaluations.scorecard_questions import Answer, Answers, answers_from_json, answers_to_json
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.pages import Within
from pipeline.store.people import person
from pipeline.store.schema import evaluations, scorecard_versions

State = Literal["draft", "shared", "appealed", "final"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation as it stands."""

    evaluation_id: int
    version_id: int
    transcript_id: int
    call_id: str
    operator_id: str | None
    team: str | None
    session_id: int | None
    evaluator: str
    state: State
    answers: dict[str, Answer]
    remark: str
    versions: dict[str, str]
    begun_at: datetime
    shared_at: datetime | None
    acknowledged_at: datetime | None
    appeal: str
    appealed_at: datetime | None
    decision: str
    decided_by: str | None
    final_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Which evaluations a person may see: those within reach; drafts only their own; operators no drafts at all.

    `name` is the person; `evaluates`: whether they evaluate others.
    """

    name: str
    within: Within | None
    evaluates: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which evaluations to list."""

    state: State | None = None
    operator_id: str | None = None
    form_id: int | None = None
    before: int | None = None
    limit: int = field(default=100)


def begin(
    connection: sa.Connection,
    actor: str,
    *,
    version_id: int,
    transcript_id: int,
    call_id: str,
    operator_id: str | None,
    team: str | None,
    answers: Answers,
    versions: dict[str, str],
    session_id: int | None = None,
) -> int:
    """A new draft with the automatic answers in it; its number."""
    who = person(actor)
    row = {
        "version_id": version_id,
        "transcript_id": transcript_id,
        "call_id": call_id,
        "operator_id": operator_id,
        "team": team,
        "session_id": session_id,
        "evaluator": who,
        "state": "draft",
        "answers": answers_to_json(answers),
        "remark": "",
        "versions": versions,
        "begun_at": datetime.now(UTC),
        "appeal": "",
        "decision": "",
    }
    key = connection.execute(sa.insert(evaluations).values(row)).inserted_primary_key
    assert key is not None
    audit.record(
        connection, who, "evaluations.begin", str(key[0]), {"transcript": transcript_id, "version": version_id}
    )
    return int(key[0])


def change(
    connection: sa.Connection, actor: str, evaluation: Evaluation, action: str, expected: State, **values: Any
) -> None:
    """One step, refused where somebody else has taken one meanwhile. Raises `BadInput`."""
    if "answers" in values:
        values["answers"] = answers_to_json(values["answers"])
    one = (evaluations.c.evaluation_id == evaluation.evaluation_id) & (evaluations.c.state == expected)
    if connection.execute(sa.update(evaluations).where(one).values(**values)).rowcount != 1:
        raise BadInput(
            Text(
                "この評価は、いまその操作ができる状態ではありません。画面を開き直してください。",
                "The evaluation is in another state by now. Reload the page.",
            )
        )
    told: dict[str, audit.Detail] = {"state": values.get("state", expected)}
    audit.record(connection, person(actor), f"evaluations.{action}", str(evaluation.evaluation_id), told)


def find_evaluation(connection: sa.Connection, evaluation_id: int, seen: Seen) -> Evaluation | None:
    """One evaluation; None where there is none that this person may see."""
    query = _of(seen).where(evaluations.c.evaluation_id == evaluation_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _evaluation(row)


def list_evaluations(connection: sa.Connection, seen: Seen, wanted: Wanted) -> list[Evaluation]:
    """The newest first, without those of calibrations."""
    query = _of(seen).where(evaluations.c.session_id.is_(None))
    if wanted.state is not None:
        query = query.where(evaluations.c.state == wanted.state)
    if wanted.operator_id:
        query = query.where(evaluations.c.operator_id == wanted.operator_id)
    if wanted.form_id is not None:
        of_form = sa.select(scorecard_versions.c.version_id).where(scorecard_versions.c.form_id == wanted.form_id)
        query = query.where(evaluations.c.version_id.in_(of_form))
    if wanted.before is not None:
        query = query.where(evaluations.c.evaluation_id < wanted.before)
    query = query.order_by(evaluations.c.evaluation_id.desc()).limit(wanted.limit)
    return [_evaluation(row) for row in connection.execute(query)]


def evaluations_of_session(connection: sa.Connection, session_id: int) -> list[Evaluation]:
    """Everybody's in one calibration, by evaluator."""
    query = sa.select(evaluations).where(evaluations.c.session_id == session_id).order_by(evaluations.c.evaluator)
    return [_evaluation(row) for row in connection.execute(query)]


def _of(seen: Seen) -> sa.Select[Any]:
    own_or_shared = evaluations.c.state != "draft"
    if seen.evaluates:
        own_or_shared |= evaluations.c.evaluator == person(seen.name)
    query = sa.select(evaluations).where(own_or_shared)
    if not seen.evaluates:
        query = query.where(evaluations.c.session_id.is_(None))
    if seen.within is not None:
        within = seen.within
        query = query.where(evaluations.c.operator_id.in_(within.operators) | evaluations.c.team.in_(within.teams))
    return query


def _evaluation(row: sa.Row[Any]) -> Evaluation:
    values = dict(row._mapping)
    return Evaluation(**values | {"answers": answers_from_json(values["answers"])})
