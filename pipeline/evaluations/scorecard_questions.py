"""Scorecards: their questions, what the machine can answer by itself and with which evidence, and the points.

An automatic question compares a measure of the call with a bound; people answer yes or no, or on a scale. What cannot
be known (a call without times has no overlaps, one whose speakers could not be told apart no moments) has no answer and
no weight: it never counts as a failure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.records import OPERATOR_LABELS, Acoustics, Moment, Speaker, Tag, Transcript

Kind = Literal["automatic", "yes_no", "scale"]
Comparison = Literal["at_least", "at_most"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
LONGEST, MOST, HIGHEST = 200, 40, 10  # characters of a question, questions of a form, steps of a scale
MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `bound` with `measure` and `comparison` of an automatic one; `highest` of a scale from 1."""

    id: str
    text: str
    kind: Kind
    weight: float = 1.0
    measure: str = ""
    comparison: Comparison = "at_least"
    bound: float = 0.0
    highest: int = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the call an automatic answer comes from; `what` is a label, a phrase or the kind of event."""

    what: str
    start_ms: int | None
    utterance: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`value`: the measure, 1 or 0 for yes and no, or the step of the scale; None is not answered or not known."""

    value: float | None = None
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()


Answers = Mapping[str, Answer]
Measured = tuple[float | None, tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class Points:
    """`share` of the weight that was answered, 0 to 1; None while nothing is."""

    share: float | None
    answered: int
    questions: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What automatic questions look at."""

    transcript: Transcript
    tags: Sequence[Tag]
    moments: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be counted or measured in a call."""

    name: Text
    unit: Text
    of: Callable[[Heard], Measured] = field(repr=False)


def answer_all(questions: Sequence[Question], heard: Heard) -> dict[str, Answer]:
    """The automatic questions answered, with their evidence."""
    told = {question.id: MEASURES[question.measure].of(heard) for question in questions if question.kind == "automatic"}
    return {name: Answer(value, "", evidence) for name, (value, evidence) in told.items()}


def share_of(question: Question, value: float | None) -> float | None:
    """How much of its weight an answer earns.

    >>> share_of(Question("q1", "", "scale", highest=5), 4)
    0.75
    >>> share_of(Question("q1", "", "automatic", measure="overlaps", comparison="at_most", bound=2), 2.5)
    0.0
    """
    if value is None:
        return None
    match question.kind:
        case "scale":
            return (value - 1) / (question.highest - 1)
        case "yes_no":
            return value
        case "automatic":
            held = value >= question.bound if question.comparison == "at_least" else value <= question.bound
            return float(held)


def points(questions: Sequence[Question], answers: Answers) -> Points:
    """The weighted mean over what is answered.

    >>> asked = (Question("a", "", "yes_no", 2), Question("b", "", "yes_no"), Question("c", "", "yes_no"))
    >>> points(asked, {"a": Answer(1), "b": Answer(0)})
    Points(share=0.6666666666666666, answered=2, questions=3)
    """
    earned = [(one.weight, share_of(one, answers[one.id].value)) for one in questions if one.id in answers]
    known = [(weight, share) for weight, share in earned if share is not None]
    total = sum(weight for weight, _ in known)
    share = sum(weight * share for weight, share in known) / total if total else None
    return Points(share, len(known), len(questions))


def check_questions(questions: Sequence[Question]) -> None:
    """Raises `BadInput` with every question that cannot be used."""
    if not 1 <= len(questions) <= MOST:
        raise BadInput(Text(f"質問は 1〜{MOST} 個にしてください。", f"A scorecard has 1 to {MOST} questions."))
    wrong = [number for number, question in enumerate(questions, 1) if not _is_usable(question)]
    if wrong:
        listed = ", ".join(str(number) for number in wrong)
        raise BadInput(
            Text(
                f"質問 {listed} を直してください。文は {LONGEST} 文字まで、重みは 0 より大きく 100 まで、"
                f"段階は 2〜{HIGHEST}、自動の質問には測るものと値が要ります。",
                f"Mend question {listed}: up to {LONGEST} characters, a weight above 0 and up to 100, 2 to {HIGHEST}"
                " steps, and a measure with its bound for automatic ones.",
            )
        )


def check_answers(questions: Sequence[Question], answers: Answers) -> None:
    """Raises `BadInput` for what no question asks, and for a value that its question does not have."""
    by_id = {question.id: question for question in questions if question.kind != "automatic"}
    for name, answer in answers.items():
        question = by_id.get(name)
        allowed = [] if question is None else [0, 1] if question.kind == "yes_no" else range(1, question.highest + 1)
        if question is None or (answer.value is not None and answer.value not in allowed):
            raise BadInput(Text("質問にない答えです。", "That is no answer to the question."))


def questions_to_json(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """As kept in the store."""
    return [asdict(question) for question in questions]


def questions_from_json(kept: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """And read again."""
    return tuple(Question(**values) for values in kept)


def answers_to_json(answers: Answers) -> dict[str, Any]:
    """As kept in the store."""
    return {name: asdict(answer) for name, answer in answers.items()}


def answers_from_json(kept: Mapping[str, Any]) -> dict[str, Answer]:
    """And read again."""
    return {
        name: Answer(values["value"], values["comment"], tuple(Evidence(**one) for one in values["evidence"]))
        for name, values in kept.items()
    }


def _is_usable(question: Question) -> bool:
    weighted = 0 < len(question.text) <= LONGEST and 0 < question.weight <= 100
    match question.kind:
        case "automatic":
            return weighted and question.measure in MEASURES and 0 <= question.bound < 1e6
        case "scale":
            return weighted and 2 <= question.highest <= HIGHEST
        case _:
            return weighted


def _moments(*labels: str, speaker: Speaker = "operator") -> Callable[[Heard], Measured]:
    def count(heard: Heard) -> Measured:
        if not _speaks(heard, speaker):
            return None, ()
        found = [moment for moment in heard.moments if moment.label in labels]
        return float(len(found)), tuple(_at(heard, moment.label, moment.utterances[0]) for moment in found)

    return count


def _speaks(heard: Heard, speaker: Speaker) -> bool:
    """Whether anything is known of them: what nobody is known to have said cannot be counted."""
    return any(utterance.speaker == speaker for utterance in heard.transcript.utterances)


def _accepted(heard: Heard) -> Measured:
    if not _speaks(heard, "operator"):
        return None, ()
    found = [moment for moment in heard.moments if moment.reaction in ("accepted", "welcomed")]
    return float(len(found)), tuple(_at(heard, moment.label, moment.utterances[0]) for moment in found)


def _phrases(heard: Heard) -> Measured:
    if not _speaks(heard, "operator"):
        return None, ()
    found = [
        tag for tag in heard.tags if tag.source == "phrase" and tag.label in OPERATOR_LABELS and not tag.cancelled_by
    ]
    return float(len(found)), tuple(_at(heard, tag.phrase_id or tag.label, tag.utterance) for tag in found)


def _overlaps(heard: Heard) -> Measured:
    sound = heard.transcript.acoustics
    if sound is None or not sound.duration_ms:
        return None, ()
    rate = len(sound.overlaps) * MS_PER_MINUTE / sound.duration_ms
    return round(rate, 2), tuple(_near(heard, "overlap", start) for start, _ in sound.overlaps)


def _longest_silence(heard: Heard) -> Measured:
    sound = heard.transcript.acoustics
    if sound is None:
        return None, ()
    longest = max(sound.silences, key=lambda span: span[1] - span[0], default=None)
    if longest is None:
        return 0.0, ()
    return round((longest[1] - longest[0]) / 1000, 1), (_near(heard, "silence", longest[0]),)


def _of_sound(read: Callable[[Acoustics], float | None]) -> Callable[[Heard], Measured]:
    def measure(heard: Heard) -> Measured:
        sound = heard.transcript.acoustics
        value = None if sound is None else read(sound)
        return (None if value is None else round(value, 2)), ()

    return measure


def _near(heard: Heard, what: str, start_ms: int) -> Evidence:
    """An event between the words: with the utterance that was last begun, so that a link leads there."""
    said = heard.transcript.utterances
    begun = [index for index, item in enumerate(said) if item.start_ms is not None and item.start_ms <= start_ms]
    return Evidence(what, start_ms, begun[-1] if begun else None)


def _at(heard: Heard, what: str, utterance: int) -> Evidence:
    return Evidence(what, heard.transcript.utterances[utterance].start_ms, utterance)


_TIMES = Text("回", "times")
_SECONDS = Text("秒", "s")
MEASURES: Mapping[str, Measure] = {
    "appeal": Measure(Text("魅力の伝達", "Appeals"), _TIMES, _moments("appeal")),
    "enablement": Measure(Text("成功の手助け", "Enablements"), _TIMES, _moments("enablement")),
    "proposal": Measure(Text("営業提案", "Proposals"), _TIMES, _moments("proposal")),
    "any_moment": Measure(Text("三つの場面のどれか", "Any of the three moments"), _TIMES, _moments(*OPERATOR_LABELS)),
    "well_received": Measure(Text("受諾か歓迎された場面", "Moments accepted or welcomed"), _TIMES, _accepted),
    "success_phrases": Measure(Text("辞書の成功フレーズ", "Success phrases"), _TIMES, _phrases),
    "complaint": Measure(Text("お客様の不満", "Complaints"), _TIMES, _moments("complaint", speaker="customer")),
    "overlaps": Measure(Text("重なり(1分あたり)", "Overlaps per minute"), _TIMES, _overlaps),
    "longest_silence": Measure(Text("いちばん長い沈黙", "Longest silence"), _SECONDS, _longest_silence),
    "talk_ratio": Measure(
        Text("担当者が話した割合", "Operator's share of talk"),
        Text("%", "%"),
        _of_sound(lambda sound: None if sound.talk_ratio is None else sound.talk_ratio * 100),
    ),
    "response_delay": Measure(
        Text("応答までの間(中央値)", "Median response delay"),
        _SECONDS,
        _of_sound(lambda sound: None if sound.response_delay_ms is None else sound.response_delay_ms / 1000),
    ),
    "speech_rate": Measure(
        Text("担当者の話す速さ", "Operator's speech rate"),
        Text("モーラ/秒", "morae/s"),
        _of_sound(lambda sound: sound.operator_morae_per_s),
    ),
}
