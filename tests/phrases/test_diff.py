from dataclasses import replace

from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.diff import Changes, changes, diff_hits
from phrases.entry import Phrase, PhraseSet
from phrases.history import try_on_history
from phrases.japanese import Japanese
from phrases.matcher import Matcher

A, B, C = (Phrase(name, "proposal", text) for name, text in (("a", "上位プラン"), ("b", "@商品"), ("c", "更新")))
OLD = PhraseSet((A, B), (("商品", ("保険",)),))
CALLS = {"one": ["上位プランと更新です。", "保険です。"], "two": ["上位プランはございません。", "会員です。"]}


def archive(japanese: Japanese) -> Archive:
    kept, matcher = Archive(), Matcher(PhraseSet(()), japanese)
    for call_id, texts in CALLS.items():
        lines = [Line("operator", text) for text in texts]
        kept.add(call_id, lines, matcher.analyse(lines)[0])
    return kept


def test_an_edit_names_what_it_adds_removes_and_changes() -> None:
    new = PhraseSet((replace(A, weight=0.5), C), OLD.lists)
    assert changes(OLD, new) == Changes(added=("c",), removed=("b",), changed=("a",))


def test_a_changed_list_changes_the_entries_that_use_it() -> None:
    new = PhraseSet((A, B), (("商品", ("会員",)),))
    assert changes(OLD, new) == Changes((), (), ("b",))


def test_hits_come_and_go_with_the_edit(japanese: Japanese) -> None:
    new = PhraseSet((A, B, C), (("商品", ("会員",)),))
    found = diff_hits(archive(japanese), OLD, new, japanese)
    assert {(hit.call_id, hit.hit.phrase_id) for hit in found.gained} == {("one", "c"), ("two", "b")}
    assert [(hit.call_id, hit.hit.phrase_id) for hit in found.lost] == [("one", "b")]


def test_a_trial_counts_hits_calls_and_what_was_cancelled(japanese: Japanese) -> None:
    first, second, third = try_on_history(archive(japanese), PhraseSet((A, B, C), OLD.lists), japanese)
    assert (first.hits, first.cancelled, first.calls, first.share) == (1, 1, 1, 0.5)
    assert first.warning is None
    assert second.examples[0].call_id == "one"
    assert third.hits == 1


def test_a_trial_warns_of_what_is_everywhere_and_of_what_is_nowhere(japanese: Japanese) -> None:
    wide, nowhere = Phrase("w", "proposal", "です OR プラン"), Phrase("x", "proposal", "水族館")
    tried = try_on_history(archive(japanese), PhraseSet((wide, nowhere)), japanese)
    assert [entry.warning is not None for entry in tried] == [True, True]
    assert "100" in str(tried[0].warning)


def many_calls(japanese: Japanese) -> Archive:
    """Every third of 300 calls takes the plan back."""
    kept, matcher = Archive(), Matcher(PhraseSet(()), japanese)
    for number in range(300):
        said = "上位プランではありません。" if number % 3 == 0 else "上位プランです。"
        lines = [Line("operator", f"{number}番のお客様。{said}")]
        kept.add(str(number), lines, matcher.analyse(lines)[0])
    return kept


def test_a_trial_that_stops_says_so_with_intervals(japanese: Japanese) -> None:
    (tried,) = try_on_history(many_calls(japanese), PhraseSet((A,)), japanese, most_work=100)
    assert tried.sampled is not None
    assert (tried.sampled.seen, tried.sampled.turns) == (128, 300)
    for count, truth in ((tried.sampled.hits, 200), (tried.sampled.calls, 200), (tried.sampled.cancelled, 100)):
        assert count.low <= truth <= count.high
        assert 0 < count.high - count.low < 60
    assert (tried.hits, tried.share) == (tried.sampled.hits.value, tried.sampled.calls.value / 300)


def test_a_trial_that_need_not_stop_counts_exactly(japanese: Japanese) -> None:
    (tried,) = try_on_history(many_calls(japanese), PhraseSet((A,)), japanese, most_work=1000)
    assert (tried.hits, tried.cancelled, tried.calls, tried.sampled) == (200, 100, 200, None)


def test_a_trial_that_stops_without_a_hit_does_not_say_that_there_is_none(japanese: Japanese) -> None:
    nowhere = Phrase("p", "proposal", "上位プランです NOT です")
    (tried,) = try_on_history(many_calls(japanese), PhraseSet((nowhere,)), japanese, most_work=100)
    assert (tried.hits, tried.warning) == (0, None)
    assert tried.sampled is not None
    assert tried.sampled.hits.high > 0


def test_hits_that_only_another_sentence_would_judge_otherwise_are_compared(japanese: Japanese) -> None:
    old, new = (PhraseSet((Phrase("p", "proposal", query),)) for query in ("上位プラン", "上位プラン〜ません"))
    found = diff_hits(many_calls(japanese), old, new, japanese)
    assert (len(found.gained), len(found.lost)) == (100, 200)
