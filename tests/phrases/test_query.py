import re
from pathlib import Path

import pytest

import phrases
from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.query import MOST_SPELLINGS, QueryError, parse
from phrases.search import hits_in

CALL = [
    Line("operator", "お電話ありがとうございます。", 0, 2_000),
    Line("customer", "解約したいんです。引っ越しで。", 2_000, 6_000),
    Line("operator", "お見積もりをお送りしましょうか。", 10_000, 14_000),
    Line("customer", "お願いします、お願いします。", 13_000, 16_000),
    Line("operator", "料金が少し高いかもしれませんが、お見積もりをお送りします。", 16_000, 20_000),
]


def found(query: str, japanese: Japanese, lists: dict[str, tuple[str, ...]] | None = None) -> list[int]:
    """Lines in which the first span of each hit begins; the entry's own speaker is the operator."""
    phrase_set = PhraseSet((Phrase("p", "proposal", query),), tuple((lists or {}).items()))
    hits = Matcher(phrase_set, japanese).match(CALL).hits
    return [hit.spans[0].line for hit in hits]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("お見積もり", [2, 4]),
        ("お見積もり OR お電話", [0, 2, 4]),
        ("お見積もり AND 料金", [4]),
        ("お見積もり NOT 料金", [2]),
        ("お見積もり NOT/2 料金", [2, 4]),
        ("お見積もり NOT/8 料金", [2, 4]),  # nine words lie between them
        ("お見積もり NOT/9 料金", [2]),
        ("料金 NEAR/3 高い", [4]),
        ("料金 NEAR/1 お見積もり", []),
        ("お見積もり THEN customer: お願い", [2]),
        ("お見積もり THEN customer: 解約", []),
        ("お電話 THEN/1 お見積もり", []),
        ("お電話 THEN/2 お見積もり", [0]),
        ("お見積もり WITHIN 3s お電話", []),
        ("お電話 WITHIN 12s お見積もり", [0]),
        ("first 5s: お見積もり", []),
        ("first 12s: お見積もり", [2]),
        ("last 4s: お見積もり", [4]),
        ("first 60%: お見積もり", [2]),
        ("after silence 3s: お見積もり", [2]),
        ("お見積もり〜お送り", [2, 4]),
        ("料金*1お見積もり", []),
        ("(料金|お電話)", [0, 4]),
        ("お(見積もり|電話)(を|)", [0, 2, 4]),
        ("(お見積もり OR お電話) NOT 料金", [0, 2]),
        ("@書類", [2, 4]),
        ("（料金｜お電話）", [0, 4]),
    ],
)
def test_every_operator_finds_what_it_promises(query: str, lines: list[int], japanese: Japanese) -> None:
    assert found(query, japanese, {"書類": ("お見積もり", "請求書")}) == lines


@pytest.mark.parametrize(
    ("query", "said", "found"),
    [
        ("@数量〜追加", "では３台ほど追加しますね", "３台ほど追加"),
        ("@数量〜お得", "年に二万円もお得です", "二万円もお得"),
        ("@数量", "十二か月です", "十二か月"),
        ("@数量 NOT/2 無料", "三か月無料です", None),
        ("@数量〜追加", "いくつか追加します", None),
    ],
)
def test_a_quantity_is_any_number_with_what_it_counts(
    query: str, said: str, found: str | None, japanese: Japanese
) -> None:
    entry = PhraseSet((Phrase("p", "proposal", query),))
    lines = [Line("operator", said)]
    matcher = Matcher(entry, japanese)
    hits = matcher.match(lines).hits
    assert [said[hit.spans[0].start : hit.spans[0].end] for hit in hits] == ([found] if found else [])
    archive = Archive()
    archive.add("c", lines, matcher.analyse(lines)[0])
    assert [hit.hit for hit in hits_in(archive, entry, japanese)] == list(hits)


def test_repetition_counts_within_a_turn(japanese: Japanese) -> None:
    entry = Phrase("p", "interest", "お願いします{2,}")
    assert Matcher(PhraseSet((entry,)), japanese).match(CALL).hits
    entry = Phrase("p", "interest", "お願いします{3,}")
    assert not Matcher(PhraseSet((entry,)), japanese).match(CALL).hits


def test_overlap_is_by_the_time_of_the_word(japanese: Japanese) -> None:
    entry = Phrase("p", "interest", "overlapping: お願いします")
    hits = Matcher(PhraseSet((entry,)), japanese).match(CALL).hits
    assert [hit.spans[0].start for hit in hits] == [0]  # the second お願いします comes after the operator has ended


def test_a_call_without_times_satisfies_no_condition_of_time(japanese: Japanese) -> None:
    entry = Phrase("p", "proposal", "first 99%: お見積もり")
    lines = [Line("operator", "お見積もりです")]
    assert not Matcher(PhraseSet((entry,)), japanese).match(lines).hits


@pytest.mark.parametrize(
    ("query", "character"),
    [
        ("(プラン|コース", 1),
        ("プラン)", 4),
        ("* プラン", 1),
        ("プラン〜", 5),
        ("プラン AND ", 9),
        ("プラン @なし", 5),
        ('プラン"いかが', 4),
        ("プラン*99いかが", 4),
        ("プラン{0}", 4),
        ("プラン{5,2}", 4),
        ("", 1),
        ("プラン@数量", 1),
        ("(A*B|C)D", 5),
        ("プラン AND", 5),
        ("OR プラン", 1),
        ("(プラン NOT) いかが", 6),
        ("プラン NEAR/x いかが", 5),
        ("プラン WITHIN 10 いかが", 5),
        ("プラン AND first 30: いかが", 9),
        ("operater: プラン", 1),
    ],
)
def test_an_error_points_at_the_character(query: str, character: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.position + 1 == character
    assert caught.value.message.en


def test_a_quoted_keyword_is_a_word(japanese: Japanese) -> None:
    entry = Phrase("p", "proposal", '"AND"ブランド')
    assert Matcher(PhraseSet((entry,)), japanese).match([Line("operator", "ANDブランドです")]).hits


def test_queries_are_bounded() -> None:
    with pytest.raises(QueryError):
        parse("あ" * 10_000)
    with pytest.raises(QueryError, match="21文字目"):
        parse("(" * 400 + "あ" + ")" * 400)
    with pytest.raises(QueryError, match=str(MOST_SPELLINGS)):
        parse("(あ|い|う|え|お)" * 6)


def test_the_page_names_every_operator_and_its_examples_can_be_read() -> None:
    page = (Path(phrases.__path__[0]) / "QUERY.md").read_text(encoding="utf-8")
    for name in ("AND", "OR", "NOT", "NEAR", "THEN", "WITHIN", "operator:", "customer:", "overlapping:", "silence"):
        assert name in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    examples = [re.findall(r"`(.+?)`", row[-1])[0].replace("\\|", "|") for row in rows]
    assert len(examples) > 10
    for example in examples:
        parse(example, {"商品": ("プラン",), "単語": ("未来ネット",)})
