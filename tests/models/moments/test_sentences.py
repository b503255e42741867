import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.moments.sentences import LONG, sentence_spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n　", []),
        ("はい。そうです。", ["はい。", "そうです。"]),
        ("本当ですか?!すごい", ["本当ですか?!", "すごい"]),
        ("「はい。」と言いました。", ["「はい。」", "と言いました。"]),
        ("そうですがまだです", ["そうですがまだです"]),
    ],
)
def test_an_utterance_is_cut_at_its_stops(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_a_long_stretch_without_stops_is_cut_after_polite_endings() -> None:
    text = "えーとプランを変えたいんですけど今の料金がいくらになるか教えてもらえますかあと解約の手続きもお願いします"
    assert cut(text) == [
        "えーとプランを変えたいんですけど今の料金がいくらになるか教えてもらえますか",
        "あと解約の手続きもお願いします",
    ]


def test_a_short_stretch_without_stops_stays_whole() -> None:
    text = "お待たせしましたそれでは始めます"
    assert len(text) <= LONG
    assert cut(text) == [text]


@settings(max_examples=60)
@given(st.text(alphabet="あですますかね。、! \n絵😀", max_size=120))
def test_spans_are_in_order_and_leave_out_only_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
