"""An evaluation goes from draft to final by the right people only; calibrations stay among evaluators."""

from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.evaluations import scorecards
from pipeline.evaluations.scorecard_questions import Answer, Question
from pipeline.evaluations.scorecard_tables import ANSWERS, EVALUATIONS, evaluation_tables
from pipeline.reviews import reviewing
from pipeline.store import audit, erasure, evaluations
from pipeline.store import scorecards as forms
from pipeline.store.connect import Store
from pipeline.store.evaluations import Evaluation, Seen, Wanted
from pipeline.store.pages import Pins, Within
from pipeline.store.schema import metadata
from pipeline.store.users import Role, User
from tests.api.world import fill, telling_call

CALL = telling_call().call_id
QUESTIONS = (
    Question("q1", "提案が一回以上あったか", "automatic", measure="proposal", bound=1),
    Question("q2", "名乗ったか", "yes_no"),
    Question("q3", "説明のわかりやすさ", "scale", weight=2),
)
GIVEN = {"q2": Answer(1, "早口"), "q3": Answer(4)}
EVERYTHING = Seen("sato", None, True)


def user(name: str, role: Role = "qa_editor", operator_id: str | None = None) -> User:
    return User(name, name, (role,), (), operator_id, active=True, must_change=False)


SATO, SUZUKI = user("sato"), user("suzuki")
SAEKI = user("saeki", "operator", "OP-017")


@pytest.fixture
def pins(store: Store) -> Pins:
    fill(store, [telling_call()])
    with store.writing() as connection:
        forms.save_form(connection, "sato", "基本の応対", QUESTIONS)
        return reviewing.current_pins(connection)


def begin(store: Store, pins: Pins, who: User = SATO, session: int | None = None) -> Evaluation:
    with store.reading() as connection:
        detail = scorecards.find_call(connection, pins, scorecards.Asked(CALL, None, None))
    assert detail is not None
    return read(store, scorecards.begin(store, pins, who, detail, 1, session), Seen(who.name, None, True))


def read(store: Store, number: int, seen: Seen = EVERYTHING) -> Evaluation:
    with store.reading() as connection:
        one = evaluations.find_evaluation(connection, number, seen)
    assert one is not None
    return one


def shared(store: Store, pins: Pins) -> Evaluation:
    one = begin(store, pins)
    scorecards.save(store, "sato", one, GIVEN, "落ち着いた応対です。", share=True)
    return read(store, one.evaluation_id)


def test_a_draft_has_the_automatic_answers_with_their_versions(store: Store, pins: Pins) -> None:
    one = begin(store, pins)
    assert (one.state, one.operator_id, one.team, one.evaluator) == ("draft", "OP-017", "第一課", "sato")
    assert one.answers["q1"].value == 1 and one.answers["q1"].evidence[0].utterance == 8
    assert one.versions == {"speech": "base-1", "dictionary": "d1c7", "rules": "moments-1"}


def test_a_form_keeps_its_versions_and_evaluations_theirs(store: Store, pins: Pins) -> None:
    one = begin(store, pins)
    with store.writing() as connection:
        newer = forms.save_form(connection, "suzuki", "基本の応対", QUESTIONS[1:], form_id=1, is_retired=True)
        assert [version.number for version in forms.form_versions(connection, 1)] == [2, 1]
        assert forms.read_version(connection, one.version_id).questions == QUESTIONS
        assert forms.current_forms(connection) == [newer]
    with store.reading() as connection:
        detail = scorecards.find_call(connection, pins, scorecards.Asked(CALL, None, None))
    assert detail is not None
    with pytest.raises(BadInput):  # retired
        scorecards.begin(store, pins, SATO, detail, newer.version_id)


def test_an_evaluation_goes_from_draft_to_final_and_each_step_is_on_record(store: Store, pins: Pins) -> None:
    one = shared(store, pins)
    assert one.answers["q1"].value == 1 and one.answers["q3"] == Answer(4) and one.state == "shared"
    scorecards.acknowledge(store, SAEKI, one)
    one = read(store, one.evaluation_id)
    assert one.acknowledged_at is not None and one.state == "shared"
    scorecards.decide(store, SATO, one, "")
    assert read(store, one.evaluation_id).state == "final"
    with store.reading() as connection:
        actions = [entry.action for entry in audit.list_entries(connection, action="evaluations")]
    assert actions == ["evaluations.finalise", "evaluations.acknowledge", "evaluations.share", "evaluations.begin"]


def test_an_appeal_has_a_reason_and_is_decided_by_somebody_else(store: Store, pins: Pins) -> None:
    one = shared(store, pins)
    with pytest.raises(BadInput):
        scorecards.appeal(store, SAEKI, one, "  ")
    scorecards.appeal(store, SAEKI, one, "二つ目が数えられていません。")
    one = read(store, one.evaluation_id)
    assert (one.state, one.appeal) == ("appealed", "二つ目が数えられていません。") and one.acknowledged_at
    with pytest.raises(BadInput):
        scorecards.decide(store, SATO, one, "変えません。")
    with pytest.raises(BadInput):
        scorecards.decide(store, SUZUKI, one, "")
    assert not scorecards.may_decide(SATO, one) and scorecards.may_decide(SUZUKI, one)
    scorecards.decide(store, SUZUKI, one, "聞き直しました。", GIVEN | {"q3": Answer(5)})
    one = read(store, one.evaluation_id)
    assert (one.state, one.decided_by, one.answers["q3"].value, one.answers["q1"].value) == ("final", "suzuki", 5, 1)


def test_steps_out_of_turn_and_by_others_are_refused(store: Store, pins: Pins) -> None:
    draft = begin(store, pins)
    other = user("other", "operator", "OP-002")
    early: list[Callable[[], None]] = [
        lambda: scorecards.save(store, "suzuki", draft, GIVEN, "", share=False),
        lambda: scorecards.acknowledge(store, SAEKI, draft),
        lambda: scorecards.decide(store, SUZUKI, draft, "早すぎる"),
    ]
    one = shared(store, pins)
    late: list[Callable[[], None]] = [
        lambda: scorecards.save(store, "sato", one, GIVEN, "", share=False),
        lambda: scorecards.acknowledge(store, other, one),
        lambda: scorecards.appeal(store, other, one, "他人の評価"),
        lambda: scorecards.decide(store, user("x", "manager", "OP-017"), one, "自分の評価"),
    ]
    for step in early + late:
        with pytest.raises(BadInput):
            step()


def test_nobody_evaluates_their_own_call(store: Store, pins: Pins) -> None:
    with pytest.raises(BadInput):
        begin(store, pins, user("lead", "manager", "OP-017"))


def test_everybody_sees_what_they_may(store: Store, pins: Pins) -> None:
    draft, one = begin(store, pins), shared(store, pins)
    own = Seen("saeki", Within(operators=frozenset({"OP-017"})), False)
    foreign = Seen("other", Within(operators=frozenset({"OP-002"})), False)
    manager = Seen("boss", Within(teams=frozenset({"第一課"})), True)
    elsewhere = Seen("boss", Within(teams=frozenset({"第二課"})), True)
    assert listed(store, EVERYTHING) == [one.evaluation_id, draft.evaluation_id]
    for seen, expected in ((own, True), (manager, True), (foreign, False), (elsewhere, False)):
        assert listed(store, seen) == [one.evaluation_id] * expected
        with store.reading() as connection:
            assert evaluations.find_evaluation(connection, draft.evaluation_id, seen) is None
            assert (evaluations.find_evaluation(connection, one.evaluation_id, seen) is not None) is expected


def listed(store: Store, seen: Seen) -> list[int]:
    with store.reading() as connection:
        return [one.evaluation_id for one in evaluations.list_evaluations(connection, seen, Wanted())]


def test_a_calibration_is_compared_when_it_is_closed_and_never_shared(store: Store, pins: Pins) -> None:
    with store.writing() as connection:
        session = forms.open_session(connection, "sato", 1, 1, CALL)
    given: Mapping[str, dict[str, Answer]] = {"sato": GIVEN, "suzuki": {"q2": Answer(0), "q3": Answer(2)}}
    for who in (SATO, SUZUKI):
        one = begin(store, pins, who, session)
        with pytest.raises(BadInput):
            scorecards.save(store, who.name, one, given[who.name], "", share=True)
        scorecards.save(store, who.name, one, given[who.name], "", share=False)
    assert listed(store, EVERYTHING) == []
    with store.reading() as connection:
        found = evaluations.evaluations_of_session(connection, session)
        assert evaluations.find_evaluation(connection, found[1].evaluation_id, EVERYTHING) is None  # another's
        assert not scorecards.session_open_to(forms.read_session(connection, session), found, SATO)
    told = {row.question.id: row for row in scorecards.compare(QUESTIONS, found)}
    assert told["q1"].all_agree and told["q3"].values == {"sato": 4, "suzuki": 2} and not told["q3"].all_agree
    (pair,) = scorecards.pair_agreements(QUESTIONS, found)
    assert (pair.one, pair.other, pair.steps_apart, pair.scales) == ("sato", "suzuki", 2.0, 1)
    assert pair.kappa is not None and (pair.kappa.n, pair.kappa.agreed) == (1, 0)
    with store.writing() as connection:
        forms.close_session(connection, "sato", session)
    with pytest.raises(BadInput):  # the others' answers are known by now
        scorecards.save(store, "sato", found[0], given["suzuki"], "", share=False)


def test_tables_hold_every_evaluation_and_every_answer(store: Store, pins: Pins) -> None:
    one = shared(store, pins)
    with store.reading() as connection:
        tables = evaluation_tables([one], {1: forms.read_version(connection, 1)})
    row = tables[EVALUATIONS].iloc[0]
    assert (row["評価シート"], row["状態"], row["担当者ID"]) == ("基本の応対", "共有済み", "OP-017")
    assert row["得点率"] == pytest.approx((1 + 1 + 2 * 0.75) / 4)
    assert tables[ANSWERS]["値"].tolist() == [1, 1, 4] and tables[ANSWERS]["コメント"].tolist() == ["", "早口", ""]


def test_evaluations_and_calibrations_are_erased_with_the_call(store: Store, pins: Pins) -> None:
    shared(store, pins)
    with store.writing() as connection:
        session = forms.open_session(connection, "sato", 1, 1, CALL)
    begin(store, pins, SUZUKI, session)
    with store.writing() as connection:
        gone = erasure.erase(connection, erasure.scope_of(connection, call_ids=[CALL]))
        assert (gone["evaluations"], gone["calibration_sessions"]) == (2, 1)
        for table in metadata.sorted_tables:
            cells = repr(connection.execute(sa.select(table)).all())
            assert CALL not in cells and "落ち着いた" not in cells, table.name
        assert len(forms.current_forms(connection)) == 1
