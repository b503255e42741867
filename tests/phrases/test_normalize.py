import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phrases.normalize import fold

ODD = st.text(
    alphabet=st.one_of(
        st.sampled_from("ﾌﾟﾗﾝｶﾞABCＡＢＣ㈱㍻髙𠮷～〜ー契約がか\u3099\u309a\ufe00\U000e0100\u200b😀 \n\x00"),
        st.characters(),
    )
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ﾌﾟﾗﾝ", "プラン"),
        ("ＡＢＣ１２", "abc12"),
        ("か\u3099", "が"),
        ("髙𠮷", "高吉"),
        ("えぇ〜", "えぇー"),
        ("㈱", "(株)"),
    ],
)
def test_one_spelling_for_widths_kanji_and_marks(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_span_leads_back_to_every_original_character() -> None:
    folded = fold("新ﾌﾟﾗﾝです")
    start = folded.text.index("プラン")
    assert folded.span(start, start + 3) == (1, 5)


def test_unreadable_characters_become_blanks() -> None:
    assert fold("a\ud800b\x00c").text == "a b c"


@given(ODD)
def test_every_folded_character_comes_from_its_original_stretch(text: str) -> None:
    folded = fold(text)
    for index, character in enumerate(folded.text):
        start, end = folded.span(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert character in fold(text[start:end]).text


@given(ODD)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == unicodedata.normalize("NFC", once) or fold(once).text == once
