"""E8: what is highlighted is what was matched, whatever width, kanji, surrogates and combining marks surround it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.normalize import fold

JAPANESE = Japanese()
WORD = "上位プラン"
MATCHER = Matcher(PhraseSet((Phrase("p", "proposal", WORD, levels=("surface",)),)), JAPANESE)
SPELLINGS = ("上位プラン", "上位ﾌﾟﾗﾝ", "上位フ\u309aラン", "上位\ufe00プラン", "上位プラン")
AROUND = st.text(alphabet=st.sampled_from("。、はい髙𠮷ﾊﾞﾝｸ㈱か\u3099Ａａ1１ 〜ー😀\u200b"), max_size=12)


@settings(deadline=None)
@given(AROUND, st.sampled_from(SPELLINGS), AROUND)
def test_highlighted_text_is_matched_text(before: str, spelling: str, after: str) -> None:
    text = f"{before}。{spelling}。{after}"
    for hit in MATCHER.match([Line("operator", text)]).hits:
        (span,) = hit.spans
        assert fold(text[span.start : span.end]).text == WORD


@settings(deadline=None)
@given(AROUND, st.sampled_from(SPELLINGS))
def test_a_spelling_is_found_wherever_it_stands(before: str, spelling: str) -> None:
    text = f"{before}。{spelling}です"
    found = [text[span.start : span.end] for hit in MATCHER.match([Line("operator", text)]).hits for span in hit.spans]
    assert any(fold(piece).text == WORD for piece in found)


FULL = Matcher(
    PhraseSet((Phrase("p", "proposal", "お見積もりをお送りします"), Phrase("q", "proposal", "高崎様"))), JAPANESE
)
SAID = (
    "お見積もりをお送りします",
    "お見積りを、えー、お送りいたします",
    "ｵ見積もりを送ります",
    "髙\ufe00﨑様",
    "髙﨑様",
)


@settings(deadline=None, max_examples=60)
@given(AROUND, st.sampled_from(SAID), AROUND)
def test_every_level_highlights_whole_characters_that_mean_the_phrase(before: str, said: str, after: str) -> None:
    """The highlighted text alone is found again by the same entry, and no combining mark is cut from its letter."""
    text = f"{before}。{said}。{after}"
    for hit in FULL.match([Line("operator", text)]).hits:
        (span,) = hit.spans
        shown = text[span.start : span.end]
        again = FULL.match([Line("operator", shown)]).hits
        assert hit.phrase_id in {other.phrase_id for other in again}, shown
        assert not text[span.end : span.end + 1].startswith(("\u3099", "\u309a", "\uff9e", "\uff9f", "\ufe00"))
