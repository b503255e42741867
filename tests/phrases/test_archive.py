import pytest

from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.forms import forms_of
from phrases.japanese import Japanese
from phrases.matcher import Matcher
from phrases.packing import PackedCall, forms_version, pack_call, pack_line, unpack_line
from phrases.search import hits_in

CALLS = {
    "a": [
        Line("operator", "よろしければお見積もりを", 0, 1000),
        Line("customer", "はい", 1000, 1200),
        Line("operator", "ﾌﾟﾗﾝごとにお送りいたしましょうか。", 1200, 3000),
        Line("customer", "お願いします。", 3000, 4000),
    ],
    "b": [Line("customer", "解約したいんです。"), Line("operator", "お見積もりの件ですね。")],
    "c": [Line("operator", "仕事がエリにビールかたてに、どうぞ。"), Line("customer", "あ" * 17_000)],
}
QUERIES = [
    "お見積もり",
    "お見積もり〜お送りしましょう",
    "仕事帰りにビール片手に",
    "customer: 解約",
    "お送りしましょう THEN customer: お願い",
    "first 50%: お見積もり",
    "(お見積もり|解約) NOT 件",
]


def archive(japanese: Japanese) -> Archive:
    matcher = Matcher(PhraseSet(()), japanese)
    kept = Archive()
    for call_id, lines in CALLS.items():
        kept.add(call_id, lines, matcher.analyse(lines)[0])
    return kept


@pytest.mark.parametrize("query", QUERIES)
def test_the_archive_finds_what_matching_every_call_finds(query: str, japanese: Japanese) -> None:
    phrase_set = PhraseSet((Phrase("p", "proposal", query), Phrase("q", "churn_risk", query)))
    expected = {
        (call_id, hit) for call_id, lines in CALLS.items() for hit in Matcher(phrase_set, japanese).match(lines).hits
    }
    found = [(hit.call_id, hit.hit) for hit in hits_in(archive(japanese), phrase_set, japanese)]
    assert set(found) == expected
    assert len(found) == len(expected) > 0


@pytest.mark.parametrize("query", ["解", "解約", "見積"])
def test_queries_of_one_and_two_characters_work(query: str, japanese: Japanese) -> None:
    phrase_set = PhraseSet((Phrase("p", "proposal", query), Phrase("q", "churn_risk", query)))
    assert {hit.call_id for hit in hits_in(archive(japanese), phrase_set, japanese)}


def test_a_packed_line_comes_back_as_it_was(japanese: Japanese) -> None:
    line = Line("operator", "ﾌﾟﾗﾝです", 5, 9, ((0, 5), (4, 7)))
    forms = forms_of(line.text, japanese)
    assert unpack_line(pack_line(line, forms)) == (line, forms)
    assert unpack_line(pack_line(line, None)) == (line, None)


@pytest.mark.parametrize("call_id", CALLS)
def test_a_call_comes_back_from_its_bytes_and_is_searched_alike(call_id: str, japanese: Japanese) -> None:
    lines = CALLS[call_id]
    forms = Matcher(PhraseSet(()), japanese).analyse(lines)[0]
    call = PackedCall.from_bytes(pack_call(lines, forms).to_bytes())
    assert call.unpacked() == list(zip(lines, forms, strict=True))
    kept, made = Archive(), Archive()
    kept.add_packed(call_id, call)
    made.add(call_id, lines, forms)
    phrase_set = PhraseSet(tuple(Phrase(f"p{n}", "proposal", query) for n, query in enumerate(QUERIES)))
    assert list(hits_in(kept, phrase_set, japanese)) == list(hits_in(made, phrase_set, japanese))


def test_a_call_without_lines_is_packed_too(japanese: Japanese) -> None:
    call = PackedCall.from_bytes(pack_call([], []).to_bytes())
    assert (call.turns, call.unpacked()) == ((), [])


def test_the_version_of_forms_names_the_analyser_and_its_dictionary() -> None:
    assert len(forms_version().split("+")) == 3
