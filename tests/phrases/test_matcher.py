import pytest

from phrases.dialogue import Line
from phrases.entry import Category, Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Hit, Matcher
from phrases.messages import PhraseError


def hits(query: str, *said: str, japanese: Japanese, category: Category = "proposal") -> list[Hit]:
    """Hits of one entry; lines are the operator's unless they begin with 客:."""
    lines = [Line("customer" if text.startswith("客:") else "operator", text.removeprefix("客:")) for text in said]
    phrase_set = PhraseSet((Phrase("p", category, query),))
    return list(Matcher(phrase_set, japanese).match(lines).hits)


@pytest.mark.parametrize(
    ("query", "said", "level"),
    [
        ("上位プラン", "上位プランです", "surface"),
        ("設定しましょう", "設定してみましょうか", "normalized"),
        ("お申し込み", "申込の件です", "normalized"),
        ("お申し込み", "お申込みいただけます", "normalized"),
        ("お問い合わせ", "お問合せくださいませ", "normalized"),
        ("仕事帰りにビール片手に", "仕事がエリにビールかたてに", "reading"),
    ],
)
def test_a_hit_says_which_level_found_it(query: str, said: str, level: str, japanese: Japanese) -> None:
    assert [hit.level for hit in hits(query, said, japanese=japanese)] == [level]


@pytest.mark.parametrize("said", ["ネットで申し込んだ方", "もう申し込まれましたか"])
def test_a_noun_behind_o_is_no_other_use_of_its_verb(said: str, japanese: Japanese) -> None:
    assert not hits("お申し込み", said, japanese=japanese)


def test_the_phrase_of_the_real_recogniser_is_found(japanese: Japanese) -> None:
    said = "仕事がエリにビールかたてに、ソファーでネソベってみると最高ですよ"
    found = hits("仕事帰りにビール片手に〜最高です", said, japanese=japanese, category="appeal")
    assert [said[span.start : span.end] for span in found[0].spans] == [said.removesuffix("よ")]


def test_fillers_inside_do_not_break_a_phrase(japanese: Japanese) -> None:
    assert hits("追加ライセンスのお見積もり", "追加の、えーと、ライセンスの、あの、お見積もりを", japanese=japanese)


def test_a_phrase_over_two_utterances_has_a_span_on_each(japanese: Japanese) -> None:
    (hit,) = hits("お見積もりをお送りしましょう", "では、お見積もりを", "えー、お送りしましょうか", japanese=japanese)
    assert [(span.line, span.start, span.end) for span in hit.spans] == [(0, 3, 9), (1, 3, 11)]


def test_a_listeners_hai_does_not_end_the_turn(japanese: Japanese) -> None:
    assert hits("お見積もりをお送りしましょう", "お見積もりを", "客:はい", "お送りしましょうか", japanese=japanese)


def test_a_phrase_does_not_cross_speakers_or_sentences(japanese: Japanese) -> None:
    assert not hits(
        "お見積もりをお送り", "お見積もりを", "客:すみません、その前に確認です", "お送り", japanese=japanese
    )
    assert not hits("更新〜いかが", "更新は終わりました。調子はいかが", japanese=japanese)


def test_only_the_entrys_own_speaker_counts(japanese: Japanese) -> None:
    assert not hits("上位プラン", "客:上位プランです", japanese=japanese)
    lines = [Line("unknown", "上位プランです")]
    assert not Matcher(PhraseSet((Phrase("p", "proposal", "上位プラン"),)), japanese).match(lines).hits


def test_kana_begins_and_ends_with_words(japanese: Japanese) -> None:
    assert not hits("いい", "いいえ", japanese=japanese)
    assert hits("解約", "解約金です", japanese=japanese)


def test_a_level_that_an_entry_does_not_name_is_not_tried(japanese: Japanese) -> None:
    entry = Phrase("p", "proposal", "設定しましょう", levels=("surface",))
    assert not Matcher(PhraseSet((entry,)), japanese).match([Line("operator", "設定してみましょう")]).hits


def test_only_published_entries_match(japanese: Japanese) -> None:
    entry = Phrase("p", "proposal", "上位プラン", status="draft")
    assert not Matcher(PhraseSet((entry,)), japanese).match([Line("operator", "上位プラン")]).hits


def test_an_utterance_that_cannot_be_analysed_is_named_and_the_others_are_searched(japanese: Japanese) -> None:
    matcher = Matcher(PhraseSet((Phrase("p", "proposal", "上位プラン"),)), japanese)
    matches = matcher.match([Line("operator", "あ" * 17_000), Line("operator", "上位プランです")])
    assert (matches.failed, [hit.spans[0].line for hit in matches.hits]) == ((0,), [1])


def test_broken_queries_are_refused_together(japanese: Japanese) -> None:
    entries = (Phrase("a", "proposal", "(プラン"), Phrase("b", "proposal", "プラン〜"))
    with pytest.raises(PhraseError) as caught:
        Matcher(PhraseSet(entries), japanese)
    assert [problem.place for problem in caught.value.problems] == ["a", "b"]


def test_overlapping_entries_are_all_evidence_and_one_entry_never_overlaps_itself(japanese: Japanese) -> None:
    entries = (Phrase("a", "proposal", "上位プラン"), Phrase("b", "proposal", "(上位|プラン|上位プラン)"))
    found = Matcher(PhraseSet(entries), japanese).match([Line("operator", "上位プラン")]).hits
    assert [hit.phrase_id for hit in found] == ["a", "b"]
