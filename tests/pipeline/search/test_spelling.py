"""One spelling for what is typed and what was said, and the way back to what was said."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.spelling import grams_needed, grams_of, places_of, spelled, terms_of

JAPANESE = st.text("あアｱ亜ー〜～ァぁガｶﾞプﾌﾟ髙高𠮷吉Aａ 1１、。\u3099\ufe0f", max_size=12)


@pytest.mark.parametrize(
    ("typed", "said", "highlighted"),
    [
        ("おすすめ", "このオススメです", "オススメ"),
        ("プラン", "ﾌﾟﾗﾝを", "ﾌﾟﾗﾝ"),
        ("ＶＩＰ", "vip会員", "vip"),
        ("高", "髙橋様", "髙"),
        ("ヶ", "一ヶ月", "ヶ"),
        ("1", "第１課", "１"),
        ("が", "か\u3099っこう", "か\u3099"),
    ],
)
def test_what_is_typed_finds_what_was_said(typed: str, said: str, highlighted: str) -> None:
    ((start, end),) = places_of(said, terms_of(typed))
    assert said[start:end] == highlighted


@given(JAPANESE, JAPANESE)
def test_highlighted_is_what_matched(query: str, said: str) -> None:
    terms = terms_of(query)
    found = places_of(said, terms)
    assert all(any(term in spelled(said[start:end]).text for term in terms) for start, end in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert bool(found) == any(term in spelled(said).text for term in terms)


@given(JAPANESE.filter(terms_of), JAPANESE)
def test_the_grams_leave_out_no_text_that_holds_the_term(term: str, said: str) -> None:
    needed = set().union(*(grams_needed(part) for part in terms_of(term)))
    text = spelled(said + term).text
    if all(part in text for part in terms_of(term)):
        assert needed <= grams_of(text)


def test_terms_are_few_and_each_once() -> None:
    assert terms_of(" プラン　ぷらん\n更新 ") == ("ぷらん", "更新")
    assert len(terms_of(" ".join(map(str, range(100))))) == 8
    assert terms_of(" \n\t　") == ()


def test_grams_do_not_reach_from_one_line_into_the_next() -> None:
    assert grams_of("あい\nう") == {"あ", "い", "う", "あい"}
