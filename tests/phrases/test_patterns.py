"""Raw patterns run on RE2 alone (E3): bounded, refused at the character, nothing on standard error."""

import time

import pytest

from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.lint import lint
from phrases.matcher import Hit, Matcher
from phrases.query import LONGEST, QueryError, parse
from phrases.search import hits_in

SAID = [
    Line("customer", "２か月前に、えーと、3台頼みました。"),
    Line("operator", "五台でしたら、ﾌﾟﾗﾝBがお得です。"),
    Line("operator", "いかがでしょうか"),
]


def hits(query: str, japanese: Japanese, lines: list[Line] = SAID) -> list[Hit]:
    return list(Matcher(PhraseSet((Phrase("p", "proposal", query),)), japanese).match(lines).hits)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("/プラン[a-c]/", "ﾌﾟﾗﾝB"),
        (r"/[一二三四五六]台/", "五台"),
        ("/プラン[ＡＢ]/", "ﾌﾟﾗﾝB"),
        ("/[一二三四五]台/ AND お得", "五台"),
        ("/[一二三四五]台/ NOT/2 お得", "五台"),
        ("/[一二三四五]台/ NOT お得", None),
        ("customer: /[0-9]台/", None),
        ("/お得.{0,3}いか/", None),
    ],
)
def test_a_pattern_finds_folded_speech_and_joins_with_the_operators(
    query: str, said: str | None, japanese: Japanese
) -> None:
    found = [SAID[span.line].text[span.start : span.end] for hit in hits(query, japanese) for span in hit.spans[:1]]
    assert found == ([said] if said else [])


def test_a_pattern_never_crosses_turns(japanese: Japanese) -> None:
    lines = [Line("operator", "プランは"), Line("customer", "あの、ちょっと待って"), Line("operator", "お得です")]
    assert not hits("/プランは[^あ]{0,20}お得/", japanese, lines)


@pytest.mark.parametrize(
    ("query", "character"),
    [
        ("/プラン[あ/", 5),
        ("/(?=プラン)あ/", 2),
        (r"/(あ)\1/", 5),
        ("/あ{1001}/", 3),
        ("/^プラン/", 2),
        ("/プラン$/", 5),
        (r"/あ\b/", 3),
        ("/x*/", 2),
        ("/.*/", 2),
        ("/プラン", 1),
        ("お得 AND /プラン(/", 12),
        ("/" + "あ" * 400 + "/", 302),
    ],
)
def test_an_error_points_at_the_character(query: str, character: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert (caught.value.position + 1, bool(caught.value.message.en)) == (character, True)


def test_nothing_is_written_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(QueryError):
        parse("/([あ/")
    assert capfd.readouterr().err == ""


def test_a_pattern_that_makes_other_engines_hang_takes_no_time(japanese: Japanese) -> None:
    line = Line("operator", "あ" * 5_000 + "。")
    start = time.process_time()
    assert not hits("/(あ+)+い/", japanese, [line])
    assert time.process_time() - start < 5


def test_a_pattern_too_large_for_the_memory_is_refused() -> None:
    with pytest.raises(QueryError, match="RE2"):
        parse("/" + r"((\w{1,9}){9}){9}" * 12 + "/")


def test_ten_kilobytes_are_refused() -> None:
    with pytest.raises(QueryError, match=str(LONGEST)):
        parse("/" + "あ" * 10_000 + "/")


def test_a_pattern_that_matches_everything_is_a_lint_error(japanese: Japanese) -> None:
    entry = Phrase("wide.1", "proposal", "/.+/", examples=("はい", "ええ"), counter_examples=("",))
    assert any("ほとんどの通話" in problem.message.ja for problem in lint(PhraseSet((entry,)), japanese))


def test_a_pattern_of_one_kana_is_a_lint_error(japanese: Japanese) -> None:
    entry = Phrase("short.1", "proposal", "/あ/", examples=("あ", "ああ"), counter_examples=("い",))
    assert any("短すぎ" in problem.message.ja for problem in lint(PhraseSet((entry,)), japanese))


def test_the_archive_finds_what_matching_finds(japanese: Japanese) -> None:
    matcher = Matcher(PhraseSet(()), japanese)
    archive = Archive()
    archive.add("c", SAID, matcher.analyse(SAID)[0])
    for query in (
        "/[一二三四五]台/",
        "/プラン[a-c]/ AND お得",
        "お得 NOT /[一二三四五]台/",
        "(/[一二三四五]台/ OR /いかが/)",
    ):
        phrase_set = PhraseSet((Phrase("p", "proposal", query),))
        assert [found.hit for found in hits_in(archive, phrase_set, japanese)] == hits(query, japanese), query


def test_five_thousand_patterns_are_found_in_one_pass(japanese: Japanese) -> None:
    entries = tuple(Phrase(f"p{n}", "proposal", f"/プラン{n}[a-z]/") for n in range(5_000))
    matcher = Matcher(PhraseSet(entries), japanese)
    found = matcher.match([Line("operator", "プラン4321xにしましょう")]).hits
    assert [hit.phrase_id for hit in found] == ["p4321"]
