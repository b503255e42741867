"""A word list puts right what is usually misheard, and nothing else; times stay with their characters."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phrases.entry import Word
from pipeline.formats.interchange import transcript_from_json, transcript_to_json
from pipeline.records import Acoustics, Transcript, Utterance
from pipeline.records import Word as Timed
from pipeline.settings import PrivacySettings
from pipeline.speech.masking import masked_transcript
from pipeline.speech.reader import Reader

WORDS = (Word("マモルカ", ("マモルカ",), ("守るか", "まもる課")), Word("Pro プラン", (), ("プロのプラン",)))


READER = Reader(WORDS)


@pytest.fixture
def reader() -> Reader:
    return READER


def by_character(text: str) -> Utterance:
    words = tuple(Timed(i * 100, i * 100 + 100, i, i + 1) for i in range(len(text)))
    return Utterance("customer", text, start_ms=0, end_ms=len(text) * 100, words=words)


def test_misheard_name_is_put_right_and_what_was_heard_is_kept(reader: Reader) -> None:
    (corrected,), found = reader.correct([by_character("まもる課のプロのプランです。")])
    assert corrected.text == "マモルカのPro プランです。"
    assert [(corrected.text[c.start : c.end], c.heard) for c in found] == [
        ("マモルカ", "まもる課"),
        ("Pro プラン", "プロのプラン"),
    ]


def test_times_stay_with_the_characters(reader: Reader) -> None:
    (corrected,), _ = reader.correct([by_character("プロのプランです")])
    assert [(corrected.text[w.start : w.end], w.start_ms, w.end_ms) for w in corrected.words] == [
        ("Pro プラン", 0, 600),
        ("で", 600, 700),
        ("す", 700, 800),
    ]


def test_word_that_reaches_into_a_name_is_one_with_it(reader: Reader) -> None:
    said = Utterance("customer", "あの守るかです", words=(Timed(0, 900, 0, 3), Timed(900, 2000, 3, 7)))
    (corrected,), _ = reader.correct([said])
    assert corrected.text == "あのマモルカです"
    assert corrected.words == (Timed(0, 2000, 0, 8),)


@pytest.mark.parametrize("text", ["約束は守るからね。", "見守るかたちで進めます。", "はい。", ""])
def test_what_only_looks_like_it_stays(reader: Reader, text: str) -> None:
    utterance = by_character(text)
    assert reader.correct([utterance]) == ([utterance], ())


def test_without_a_list_nothing_is_touched() -> None:
    utterance = by_character("まもる課の件です。")
    assert Reader().correct([utterance]) == ([utterance], ())


@given(st.lists(st.sampled_from(["守るか", "まもる課", "です。", "プロのプラン", "、", "お願い", "x"]), max_size=8))
def test_every_time_lies_in_the_text_in_order_and_the_heard_text_comes_back(parts: list[str]) -> None:
    text = "".join(parts)
    (corrected,), found = READER.correct([by_character(text)])
    edges = [edge for word in corrected.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert not edges or (edges[0], edges[-1]) == (0, len(corrected.text))
    back = corrected.text
    for correction in reversed(found):
        back = back[: correction.start] + correction.heard + back[correction.end :]
    assert back == text


def test_what_was_heard_goes_with_the_name_that_is_masked() -> None:
    reader = Reader([Word("渡邉", (), ("渡なべ",))])
    utterances, found = reader.correct([Utterance("customer", "渡なべと申します。")])
    heard = Transcript("c", None, None, {}, tuple(utterances), corrections=found)
    shown = masked_transcript(heard, PrivacySettings(), reader.find_names)
    assert "渡" not in repr(shown)
    assert shown.corrections == ()
    assert masked_transcript(heard, PrivacySettings(mask=False), None).corrections == found


def test_figures_and_corrections_survive_the_file() -> None:
    utterances, found = Reader(WORDS).correct([by_character("守るかです。")])
    figures = Acoustics(1000, 10, 20, 0.3, ((1, 2),), ((3, 4), (5, 6)), None, 7.0, None, -20.0, None)
    before = Transcript("c", None, None, {}, tuple(utterances), corrections=found, acoustics=figures)
    assert transcript_from_json(json.loads(json.dumps(transcript_to_json(before)))) == before
