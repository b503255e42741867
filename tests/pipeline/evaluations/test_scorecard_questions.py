"""Automatic answers come from what a night found, with their evidence; what is not known counts against nobody."""

from dataclasses import replace

import pytest

from pipeline.errors import BadInput
from pipeline.evaluations.scorecard_questions import (
    MEASURES,
    Answer,
    Heard,
    Question,
    answer_all,
    answers_from_json,
    answers_to_json,
    check_answers,
    check_questions,
    points,
    questions_from_json,
    questions_to_json,
    share_of,
)
from pipeline.records import Acoustics, Transcript
from tests.api.world import telling_call

CALL = telling_call()
SOUND = Acoustics(
    120_000,
    60_000,
    40_000,
    0.6,
    ((14_000, 15_500), (49_000, 50_500)),
    ((60_000, 63_500), (90_000, 98_250)),
    800,
    7.5,
    6.0,
)


def heard(sound: Acoustics | None = SOUND) -> Heard:
    return Heard(Transcript(CALL.call_id, None, None, {}, CALL.utterances, acoustics=sound), CALL.tags, CALL.moments)


def automatic(measure: str, bound: float = 1, comparison: str = "at_least") -> Question:
    return Question("q", "?", "automatic", measure=measure, comparison=comparison, bound=bound)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "value", "places"),
    [
        ("proposal", 1, [8]),
        ("any_moment", 3, [2, 4, 8]),
        ("well_received", 2, [2, 8]),
        ("success_phrases", 3, [2, 4, 8]),  # the one that was taken back does not count
        ("complaint", 0, []),
        ("overlaps", 1.0, [1, 8]),  # two in two minutes; at the utterance last begun
        ("longest_silence", 8.2, [10]),
        ("talk_ratio", 60, []),
        ("response_delay", 0.8, []),
        ("speech_rate", 7.5, []),
    ],
)
def test_questions_are_measured_with_their_evidence(measure: str, value: float, places: list[int]) -> None:
    answer = answer_all([automatic(measure)], heard())["q"]
    assert answer.value == pytest.approx(value, abs=0.06)
    assert [one.utterance for one in answer.evidence] == places


def test_questions_every_measure_is_tested() -> None:
    assert len(MEASURES) == 12  # appeal and enablement are counted as proposals are


@pytest.mark.parametrize("measure", ["proposal", "any_moment", "well_received", "success_phrases", "complaint"])
def test_questions_about_what_nobody_is_known_to_have_said_are_unknown(measure: str) -> None:
    unknown = tuple(replace(utterance, speaker="unknown") for utterance in CALL.utterances)
    mono = Heard(Transcript(CALL.call_id, None, None, {}, unknown), (), ())
    asked = [automatic(measure)]
    assert answer_all(asked, mono)["q"] == Answer(None)
    assert points(asked, answer_all(asked, mono)).share is None


def test_questions_about_sound_are_unknown_without_times_and_have_no_weight() -> None:
    asked = (automatic("overlaps", 2, "at_most"), replace(automatic("proposal"), id="p"))
    answers = answer_all(asked, heard(None))
    assert answers["q"] == Answer(None)
    assert (points(asked, answers).share, points(asked, answers).answered) == (1.0, 1)
    assert points(asked, {}).share is None


def test_questions_are_met_on_the_bound_itself() -> None:
    assert share_of(automatic("overlaps", 2, "at_most"), 2) == 1.0
    assert share_of(automatic("overlaps", 2, "at_most"), 2.01) == 0.0
    assert share_of(automatic("proposal", 1), 1) == 1.0
    assert share_of(automatic("proposal", 1), 0) == 0.0


@pytest.mark.parametrize(
    "question",
    [
        Question("q", "", "yes_no"),
        Question("q", "あ" * 201, "yes_no"),
        Question("q", "?", "yes_no", weight=0),
        Question("q", "?", "scale", highest=1),
        Question("q", "?", "scale", highest=11),
        Question("q", "?", "automatic"),
        automatic("no such"),
        automatic("proposal", -1),
    ],
)
def test_questions_that_cannot_be_used_are_refused_by_number(question: Question) -> None:
    with pytest.raises(BadInput) as error:
        check_questions([Question("a", "よいか", "yes_no"), question])
    assert "質問 2 " in error.value.text.ja


def test_questions_at_least_one_and_not_too_many() -> None:
    for number in (0, 41):
        with pytest.raises(BadInput):
            check_questions([Question(f"q{n}", "?", "yes_no") for n in range(number)])


@pytest.mark.parametrize(("name", "value"), [("y", 2), ("s", 0), ("s", 6), ("s", 2.5), ("auto", 1), ("none", 1)])
def test_answers_that_no_question_has_are_refused(name: str, value: float) -> None:
    asked = (Question("y", "?", "yes_no"), Question("s", "?", "scale"), replace(automatic("proposal"), id="auto"))
    check_answers(
        asked,
        {
            "y": Answer(1),
            "s": Answer(5, "よい"),
        },
    )
    with pytest.raises(BadInput):
        check_answers(asked, {name: Answer(value)})


def test_questions_and_answers_come_back_as_they_were_kept() -> None:
    asked = (automatic("proposal"), Question("s", "?", "scale", 2, highest=7))
    answers = answer_all(asked, heard()) | {"s": Answer(3, "早口")}
    assert questions_from_json(questions_to_json(asked)) == asked
    assert answers_from_json(answers_to_json(answers)) == answers
