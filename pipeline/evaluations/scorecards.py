"""Evaluating calls by scorecards: who may take which step, from draft to final, and calibrations among evaluators.

draft (its evaluator alone) → shared (the operator sees it, acknowledges it) → final; or appealed by the operator with a
reason, and then decided, also with a reason, by somebody who did not evaluate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from models.evaluation.agreement import Kappa, kappa
from pipeline.errors import BadInput
from pipeline.evaluations.scorecard_questions import Answer, Answers, Heard, Question, answer_all, check_answers
from pipeline.language import Text
from pipeline.reviews.reviewing import versions_of
from pipeline.store import evaluations, scorecards
from pipeline.store.calls import CallDetail, read_call, recordings_of_call
from pipeline.store.connect import Connection, Store
from pipeline.store.evaluations import Evaluation
from pipeline.store.pages import Pins, Within
from pipeline.store.scorecards import Session
from pipeline.store.users import User

LONGEST = 2_000  # characters of a remark, a reason, a comment


@dataclass(frozen=True, slots=True)
class Asked:
    """Which recording of which call to evaluate, as far as the person sees calls."""

    call_id: str
    recording_id: int | None
    within: Within | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One question of a calibration: each evaluator's value, and whether all who answered said the same."""

    question: Question
    values: Mapping[str, float | None]
    all_agree: bool | None


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two evaluators: Cohen's κ over the questions of yes and no, mean distance in steps over those of scales."""

    one: str
    other: str
    kappa: Kappa | None
    steps_apart: float | None
    scales: int


def find_call(connection: Connection, pins: Pins, asked: Asked) -> CallDetail | None:
    """The call that is meant; None beyond the person's reach, too."""
    found = recordings_of_call(connection, pins, asked.call_id, asked.within)
    chosen = [call for call in found if asked.recording_id in (None, call.recording_id)]
    return read_call(connection, pins, chosen[-1]) if chosen else None


def begin(
    store: Store, pins: Pins, user: User, detail: CallDetail, version_id: int, session_id: int | None = None
) -> int:
    """A draft with the automatic questions answered. Raises `BadInput` for one's own call and for a retired form."""
    call = detail.call
    if user.operator_id is not None and user.operator_id == call.operator_id:
        raise BadInput(Text("自分の通話は評価できません。", "Nobody evaluates their own call."))
    with store.writing() as connection:
        form = scorecards.read_version(connection, version_id)
        if form.is_retired:
            raise BadInput(Text("この評価シートは廃止されています。", "This scorecard is retired."))
        return evaluations.begin(
            connection,
            user.name,
            version_id=version_id,
            transcript_id=call.transcript_id,
            call_id=call.call_id,
            operator_id=call.operator_id,
            team=call.team,
            answers=answer_all(form.questions, Heard(detail.transcript, detail.tags, detail.moments)),
            versions=versions_of(pins),
            session_id=session_id,
        )


def save(store: Store, actor: str, evaluation: Evaluation, given: Answers, remark: str, *, share: bool) -> None:
    """Keep the evaluator's answers of a draft; with `share` the operator sees it from now on."""
    _only(actor == evaluation.evaluator)
    _only(not (share and evaluation.session_id is not None))
    with store.writing() as connection:
        _only(not _is_closed(connection, evaluation))
        questions = scorecards.read_version(connection, evaluation.version_id).questions
        values = {"answers": _merged(questions, evaluation.answers, given), "remark": _said(remark, needed=False)}
        if share:
            now = datetime.now(UTC)
            evaluations.change(connection, actor, evaluation, "share", "draft", state="shared", shared_at=now, **values)
        else:
            evaluations.change(connection, actor, evaluation, "save", "draft", **values)


def acknowledge(store: Store, user: User, evaluation: Evaluation) -> None:
    """The operator has read it."""
    _only(_is_about(user, evaluation) and evaluation.acknowledged_at is None)
    with store.writing() as connection:
        now = datetime.now(UTC)
        evaluations.change(connection, user.name, evaluation, "acknowledge", "shared", acknowledged_at=now)


def appeal(store: Store, user: User, evaluation: Evaluation, reason: str) -> None:
    """The operator disagrees, and says why."""
    _only(_is_about(user, evaluation))
    with store.writing() as connection:
        values = {"appeal": _said(reason), "appealed_at": datetime.now(UTC)}
        values |= {"acknowledged_at": evaluation.acknowledged_at or values["appealed_at"]}
        evaluations.change(connection, user.name, evaluation, "appeal", "shared", state="appealed", **values)


def decide(store: Store, user: User, evaluation: Evaluation, decision: str, given: Answers | None = None) -> None:
    """Make it final: what was appealed by somebody else than its evaluator, with a reason and answers put right."""
    appealed = evaluation.state == "appealed"
    _only(not _is_about(user, evaluation))
    if appealed and user.name == evaluation.evaluator:
        raise BadInput(
            Text(
                "申し立ての判断は、評価した人とは別の人が行います。",
                "An appeal is decided by somebody else than the evaluator.",
            )
        )
    with store.writing() as connection:
        questions = scorecards.read_version(connection, evaluation.version_id).questions
        values = {"decision": _said(decision, needed=appealed), "decided_by": user.name, "final_at": datetime.now(UTC)}
        if appealed and given is not None:
            values["answers"] = _merged(questions, evaluation.answers, given)
        expected = "appealed" if appealed else "shared"
        evaluations.change(connection, user.name, evaluation, "finalise", expected, state="final", **values)  # type: ignore[arg-type]


def may_decide(user: User, evaluation: Evaluation) -> bool:
    """Whether this person could make it final now, if they evaluate at all."""
    if evaluation.state == "appealed":
        return user.name != evaluation.evaluator and not _is_about(user, evaluation)
    return evaluation.state == "shared" and not _is_about(user, evaluation)


def compare(questions: Sequence[Question], found: Sequence[Evaluation]) -> list[Compared]:
    """The answers of a calibration side by side."""
    told = []
    for question in questions:
        values = {
            one.evaluator: one.answers[question.id].value if question.id in one.answers else None for one in found
        }
        known = {value for value in values.values() if value is not None}
        told.append(Compared(question, values, len(known) == 1 if known else None))
    return told


def pair_agreements(questions: Sequence[Question], found: Sequence[Evaluation]) -> list[PairAgreement]:
    """Every two evaluators on what both answered by hand."""
    return [_pair(questions, one, other) for one, other in combinations(found, 2)]


def session_open_to(session: Session, found: Sequence[Evaluation], user: User) -> bool:
    """Whether this person can still join a calibration."""
    return session.closed_at is None and all(one.evaluator != user.name for one in found)


def _pair(questions: Sequence[Question], one: Evaluation, other: Evaluation) -> PairAgreement:
    both: dict[str, list[tuple[float, float]]] = {"yes_no": [], "scale": []}
    for question in questions:
        first, second = (each.answers.get(question.id, Answer()).value for each in (one, other))
        if question.kind in both and first is not None and second is not None:
            both[question.kind].append((first, second))
    yes_no = [(first == 1, second == 1) for first, second in both["yes_no"]]
    apart = [abs(first - second) for first, second in both["scale"]]
    return PairAgreement(
        one.evaluator,
        other.evaluator,
        kappa(yes_no) if yes_no else None,
        sum(apart) / len(apart) if apart else None,
        len(apart),
    )


def _merged(questions: Sequence[Question], kept: Answers, given: Answers) -> dict[str, Answer]:
    """What the machine answered stays; the evaluator's own replace those before."""
    check_answers(questions, given)
    automatic = {question.id for question in questions if question.kind == "automatic"}
    own = {name: Answer(answer.value, _said(answer.comment, needed=False)) for name, answer in given.items()}
    return {name: answer for name, answer in kept.items() if name in automatic} | own


def _said(text: str, *, needed: bool = True) -> str:
    said = text.strip()
    if len(said) > LONGEST or (needed and not said):
        raise BadInput(
            Text(f"理由を {LONGEST:,} 文字までで書いてください。", f"Give a reason of up to {LONGEST:,} characters.")
        )
    return said


def _is_closed(connection: Connection, evaluation: Evaluation) -> bool:
    """Whether it belongs to a calibration whose answers everybody has seen."""
    if evaluation.session_id is None:
        return False
    return scorecards.read_session(connection, evaluation.session_id).closed_at is not None


def _is_about(user: User, evaluation: Evaluation) -> bool:
    return user.operator_id is not None and user.operator_id == evaluation.operator_id


def _only(allowed: bool) -> None:
    if not allowed:
        raise BadInput(Text("この評価に、その操作はできません。", "You may not do this with the evaluation."))
