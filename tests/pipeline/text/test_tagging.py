import logging

import pytest

from phrases.matcher import Matcher
from phrases.packing import PackedCall
from pipeline.records import Speaker, Transcript, Utterance
from pipeline.text.tagging import forms_of, tag_transcript


def call(*said: tuple[Speaker, str], flags: tuple[str, ...] = ()) -> Transcript:
    return Transcript("c1", None, None, {}, tuple(Utterance(who, text, flags=flags) for who, text in said))


def test_a_tag_says_what_was_found_where_and_how(matcher: Matcher) -> None:
    (tag,) = tag_transcript(call(("operator", "では、お見積もりをお送りいたしましょうか")), matcher)
    assert (tag.utterance, tag.start, tag.end, tag.label) == (0, 3, 19, "proposal")
    assert (tag.source, tag.phrase_id, tag.match_level, tag.confidence) == ("phrase", "p.quote", "normalized", 0.95)


def test_a_phrase_over_two_utterances_is_tagged_on_both(matcher: Matcher) -> None:
    tags = tag_transcript(call(("operator", "お見積もりを"), ("operator", "えー、お送りしましょうか")), matcher)
    assert [(tag.utterance, tag.phrase_id) for tag in tags] == [(0, "p.quote"), (1, "p.quote")]


@pytest.mark.parametrize("speaker", ["customer", "unknown"])
def test_operators_phrases_count_in_operators_mouths_only(speaker: Speaker, matcher: Matcher) -> None:
    assert tag_transcript(call((speaker, "お見積もりをお送りしましょう")), matcher) == ()


def test_text_that_a_guard_suspects_is_not_tagged(matcher: Matcher) -> None:
    assert tag_transcript(call(("operator", "最高です"), flags=("suspect_loop",)), matcher) == ()


def test_a_cancelled_hit_stays_as_evidence_with_its_reason(matcher: Matcher) -> None:
    (tag,) = tag_transcript(call(("customer", "使ってみたいとは思いません")), matcher)
    assert (tag.label, tag.cancelled_by) == ("interest", "negation")


def test_an_utterance_that_cannot_be_analysed_is_logged_without_its_words(
    matcher: Matcher, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        tags = tag_transcript(call(("operator", "あ" * 17_000), ("operator", "最高です")), matcher)
    assert [tag.utterance for tag in tags] == [1]
    assert "c1" in caplog.text
    assert "ああ" not in caplog.text


def test_kept_forms_give_the_same_tags_as_the_words_themselves(matcher: Matcher) -> None:
    transcript = call(("operator", "お見積もりを"), ("operator", "えー、お送りしましょうか"), ("customer", "はい"))
    packed = PackedCall.from_bytes(forms_of(transcript, matcher).to_bytes())
    assert tag_transcript(transcript, matcher, packed) == tag_transcript(transcript, matcher) != ()


def test_forms_leave_out_what_is_not_trusted(matcher: Matcher) -> None:
    packed = forms_of(call(("operator", "最高です"), flags=("suspect_loop",)), matcher)
    assert [line.text for line, _ in packed.unpacked()] == [""]
