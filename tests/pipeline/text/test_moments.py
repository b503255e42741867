import pytest

from phrases.matcher import Matcher
from pipeline.records import Moment, Speaker, Tag, Transcript, Utterance
from pipeline.text.moments import decide_moments
from pipeline.text.tagging import tag_transcript

QUOTE = "お見積もりをお送りしましょうか。"


def call(*said: str) -> Transcript:
    """Lines are the operator's unless they begin with 客:."""

    def utterance(text: str) -> Utterance:
        speaker: Speaker = "customer" if text.startswith("客:") else "operator"
        return Utterance(speaker, text.removeprefix("客:"))

    return Transcript("c1", None, None, {}, tuple(utterance(text) for text in said))


def moments(matcher: Matcher, *said: str) -> tuple[Moment, ...]:
    transcript = call(*said)
    return decide_moments(transcript, tag_transcript(transcript, matcher))


def tag(utterance: int, confidence: float, label: str = "appeal", cancelled_by: str | None = None) -> Tag:
    return Tag(utterance, 0, 1, label, "classifier", None, None, confidence, cancelled_by)


def test_a_moment_names_its_reasons(matcher: Matcher) -> None:
    (moment,) = moments(matcher, QUOTE)
    assert (moment.label, moment.utterances, moment.reasons) == ("proposal", (0,), ("phrase:p.quote",))


def test_weak_evidence_decides_only_together(matcher: Matcher) -> None:
    assert moments(matcher, "最高ですよ。") == ()
    (moment,) = moments(matcher, "最高ですよと喜ばれています。")
    assert moment.confidence == pytest.approx(1 - 0.6 * 0.6)


def test_a_classifier_joins_as_a_further_witness(matcher: Matcher) -> None:
    transcript = call("最高ですよ。")
    tags = (*tag_transcript(transcript, matcher), tag(0, 0.5))
    (moment,) = decide_moments(transcript, tags)
    assert moment.reasons == ("classifier", "phrase:a.scene")
    assert moment.confidence == pytest.approx(0.7)


def test_cancelled_evidence_decides_nothing() -> None:
    assert decide_moments(call("はい"), [tag(0, 1.0, cancelled_by="negation")]) == ()


def test_neighbouring_utterances_of_one_turn_are_one_moment() -> None:
    transcript = call("一", "二", "客:はい", "三")
    found = decide_moments(transcript, [tag(0, 1.0), tag(1, 1.0), tag(3, 1.0)])
    assert [moment.utterances for moment in found] == [(0, 1), (3,)]


@pytest.mark.parametrize(
    ("answer", "reaction"),
    [
        ("はい、お願いします。", "accepted"),
        ("はい。", "accepted"),
        ("使ってみたいです。", "welcomed"),
        ("へえ、いいですね。", "welcomed"),
        ("ちょっと家族に相談してみます。", "deferred"),
        ("うちは結構です。", "declined"),
        ("ところで請求書が届いていないんです。", "none"),
    ],
)
def test_the_customers_reaction_follows_the_moment(answer: str, reaction: str, matcher: Matcher) -> None:
    moment = moments(matcher, QUOTE, "客:" + answer)[0]
    assert moment.reaction == reaction


def test_plain_consent_accepts_only_what_was_asked(matcher: Matcher) -> None:
    told = moments(matcher, "最高ですよと喜ばれています。", "客:はい。")[0]
    assert told.reaction == "none"


def test_what_follows_the_next_moment_belongs_to_that_one(matcher: Matcher) -> None:
    said = ("最高ですよと喜ばれています。", "客:そうですか。", QUOTE, "客:うちは結構です。")
    reactions = [moment.reaction for moment in moments(matcher, *said) if moment.reaction]
    assert reactions == ["none", "declined"]


def test_a_customers_signal_has_no_reaction(matcher: Matcher) -> None:
    assert moments(matcher, "客:うちは結構です。")[0].reaction is None
