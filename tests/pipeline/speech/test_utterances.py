"""Utterances are cut at pauses and ends of sentences; every word's offsets find it in the text."""

from pipeline.records import Utterance
from pipeline.speech.utterances import Spoken, is_backchannel, to_utterances
from pipeline.speech.vad import SAMPLE_RATE, Piece


def said(start_s: float, stop_s: float, *texts: str) -> list[Spoken]:
    """Texts of one piece, its time shared evenly."""
    piece = Piece(0, round(start_s * SAMPLE_RATE), round(stop_s * SAMPLE_RATE))
    step = piece.length // len(texts)
    return [
        Spoken(piece, text, piece.start + i * step, piece.start + (i + 1) * step, 0.5) for i, text in enumerate(texts)
    ]


def assert_words_cover(utterance: Utterance) -> None:
    for word in utterance.words:
        assert 0 <= word.start < word.end <= len(utterance.text)
        assert word.start_ms <= word.end_ms


def test_long_pause_ends_an_utterance_with_a_full_stop() -> None:
    first, second = to_utterances(said(0, 1, "お電話", "です") + said(2, 3, "はい"), "operator")
    assert (first.text, first.start_ms, first.end_ms) == ("お電話です。", 0, 1000)
    assert (second.text, second.start_ms) == ("はい。", 2000)
    assert first.speaker == "operator"
    assert first.confidence == 0.5
    assert_words_cover(first)


def test_short_pause_becomes_a_comma() -> None:
    (utterance,) = to_utterances(said(0, 1, "今月の請求ですが") + said(1.4, 2, "高いです"), "customer")
    assert utterance.text == "今月の請求ですが、高いです。"
    assert [utterance.text[word.start : word.end] for word in utterance.words] == ["今月の請求ですが", "高いです"]


def test_end_of_sentence_ends_an_utterance_even_without_a_pause() -> None:
    texts = [u.text for u in to_utterances(said(0, 3, "無理", "です", "か", "?", "そう", "です", "。"), "customer")]
    assert texts == ["無理ですか？", "そうです。"]


def test_mark_of_a_pause_does_not_begin_the_next_utterance() -> None:
    texts = [u.text for u in to_utterances(said(0, 3, "14日", "です", "。", "、", "核", "です", "。"), "operator")]
    assert texts == ["14日です。", "核です。"]


def test_monologue_without_long_pauses_is_cut_at_a_short_one() -> None:
    parts = [part for i in range(6) for part in said(i * 5, i * 5 + 4.6, f"話{i}")]
    utterances = to_utterances(parts, "operator")
    assert len(utterances) == 2
    assert all((u.end_ms or 0) - (u.start_ms or 0) <= 20_000 for u in utterances)


def test_spaces_stay_only_between_latin_words() -> None:
    (utterance,) = to_utterances(said(0, 2, " はい", " Google", " Maps", " です"), "customer")
    assert utterance.text == "はいGoogle Mapsです。"
    assert_words_cover(utterance)


def test_marks_alone_are_no_utterance() -> None:
    assert to_utterances(said(0, 1, "、", "。"), "customer") == []


def test_backchannel_is_kept_and_marked() -> None:
    (utterance,) = to_utterances(said(0, 1, "はい", "、", "ええ"), "customer")
    assert utterance.flags == ("backchannel",)
    assert utterance.is_trusted
    assert not is_backchannel("はい、お願いします。", 900)
    assert not is_backchannel("はい。", 5000)
