"""Search finds every sentence that was asked for, once, in order, and none that is not within reach."""

from dataclasses import replace

import pytest

from pipeline.search import searching
from pipeline.search.searching import Found, Place, Wanted, index_new, search
from pipeline.search.spelling import spelled
from pipeline.store import calls, transcripts
from pipeline.store.call_filter import CallFilter
from pipeline.store.connect import Store
from pipeline.store.pages import Pins, Within
from pipeline.store.reports import latest_report
from tests.api.world import OFFER, Said, fill, plain_calls, say, telling_call

EVERY = CallFilter()


def filled(store: Store, said: list[Said] | None = None) -> Pins:
    fill(store, said)
    index_new(store, lambda: False)
    with store.reading() as connection:
        body = latest_report(connection)
    assert body is not None
    return Pins.of_report(body)


def every_page(store: Store, pins: Pins, wanted: Wanted, limit: int = 30) -> list[Found]:
    found: list[Found] = []
    after: Place | None = None
    for _ in range(200):
        page = search(store, pins, wanted, after=after, limit=limit)
        assert len(page.found) <= limit
        found += page.found
        if page.after is None:
            return found
        after = page.after
    raise AssertionError("the pages have no end")


def places(found: list[Found]) -> list[tuple[str, int]]:
    return [(one.call.call_id, one.sentence.position) for one in found]


def test_search_finds_what_reading_every_call_finds(store: Store) -> None:
    said = [telling_call(), *plain_calls(5, "OP-1", "", 5)]
    pins = filled(store, said)
    for query in ("解", "解約", "解約したい", "カイ", "お見積もり お送り", "ない言葉", "スポーツぱっく"):
        wanted = Wanted(EVERY, query)
        holding = {
            (call.call_id, index)
            for call in said
            for index, utterance in enumerate(call.utterances)
            if all(term in spelled(utterance.text).text for term in wanted.terms)
        }
        found = every_page(store, pins, wanted)
        assert set(places(found)) == holding and len(found) == len(holding), query
        for one in found:
            assert all(one.sentence.text[start:end] for start, end in one.spans) and one.spans, query


@pytest.mark.parametrize("steps", [(1, 1), (2, 3), (1000, 5000)])
@pytest.mark.parametrize("few", [0, 2000])
def test_search_pages_follow_each_other_without_gap_or_repeat(
    store: Store, monkeypatch: pytest.MonkeyPatch, steps: tuple[int, int], few: int
) -> None:
    monkeypatch.setattr(searching, "LISTED", steps)
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(searching, "READ_AT_ONCE", 2)
    unlisted = [Said(name, telling_call().utterances) for name in ("a", "b")]
    pins = filled(store, [*unlisted, telling_call(), *plain_calls(3, "OP-1", "", 5)])
    found = places(every_page(store, pins, Wanted(EVERY, "お"), 1000))
    once = [("OP-1-002", 0), ("OP-1-002", 2)]
    assert found[:2] == once and len(found) == len(set(found))
    last = [call_id for call_id, _ in found]
    assert last.index("20261003-0017") < last.index("b") < last.index("a")
    for limit in (1, 2, 3, 100):
        assert found == places(every_page(store, pins, Wanted(EVERY, "お"), limit)), limit


FOUND_BY: tuple[tuple[CallFilter, set[int]], ...] = (
    (CallFilter(label="proposal"), {8}),
    (CallFilter(label="proposal", reaction="declined"), set()),
    (CallFilter(reaction="welcomed"), {2}),
    (CallFilter(phrase_id="proposal-031"), {8}),
    (CallFilter(phrase_id="proposal-002"), set()),  # cancelled
    (CallFilter(phrase_id="appeal-021", least=0.8), set()),
    (CallFilter(phrase_id="appeal-021", least=0.7), {4}),
    (CallFilter(least=0.8), {2, 3, 8}),
    (CallFilter(label="appeal", phrase_id="proposal-031"), set()),
    (CallFilter(label="appeal", customer_id="C-00421", outcome="renewed", team="第一課"), {4}),
    (CallFilter(label="appeal", customer_id="C-1"), set()),
)


def test_search_by_what_was_found(store: Store) -> None:
    pins = filled(store, [telling_call()])
    for asked, expected in FOUND_BY:
        found = every_page(store, pins, Wanted(asked))
        assert {one.sentence.position for one in found} == expected, asked
        assert all(one.spans == () for one in found), asked


def test_search_by_text_and_moment_and_speaker_together(store: Store) -> None:
    pins = filled(store, [telling_call()])
    assert [one.sentence.text for one in every_page(store, pins, Wanted(CallFilter(label="proposal"), "お"))] == [OFFER]
    assert not every_page(store, pins, Wanted(EVERY, "見積", speaker="customer"))
    assert every_page(store, pins, Wanted(EVERY, "見積", speaker="operator"))


def test_search_stays_within_reach(store: Store) -> None:
    pins = filled(store, [telling_call(), *plain_calls(2, "OP-1", "", 5), Said("unlisted", telling_call().utterances)])
    own = CallFilter(within=Within(operators=frozenset({"OP-1"})))
    assert {one.call.operator_id for one in every_page(store, pins, Wanted(own, "お"))} == {"OP-1"}
    assert not every_page(store, pins, Wanted(own, "ソファー"))


def test_search_for_masked_words_only_leaves_out_what_was_never_masked(store: Store) -> None:
    pins = filled(store, [telling_call(), replace(telling_call(), call_id="open", is_masked=False, row={})])
    found = every_page(store, pins, Wanted(CallFilter(is_masked=True), "ソファー"))
    assert [one.call.call_id for one in found] == ["20261003-0017"]


def test_search_reads_the_transcripts_of_the_report_and_no_others(store: Store) -> None:
    pins = filled(store, [telling_call()])
    with store.writing() as connection:
        recording_id = calls.recordings_of_call(connection, pins, telling_call().call_id)[0].recording_id
        _, transcript = transcripts.read_of(connection, recording_id, pins.speech)
        again = replace(transcript, utterances=(say("operator", 0, 900, "聞き直したことば"),))
        transcripts.save_transcript(connection, recording_id, "another", again)
    assert index_new(store, lambda: False) == 1
    assert not every_page(store, pins, Wanted(EVERY, "聞き直した"))
    assert every_page(store, replace(pins, speech="another"), Wanted(EVERY, "ソファー")) == []
    assert len(every_page(store, pins, Wanted(EVERY, "ソファー"))) == 1


def test_search_for_nothing_finds_nothing(store: Store) -> None:
    pins = filled(store, [telling_call()])
    assert search(store, pins, Wanted(CallFilter(operator_id="OP-017"), " 　 ")).found == ()


def test_indexing_that_is_stopped_goes_on_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "INDEXED_AT_ONCE", 2)
    fill(store, plain_calls(5, "OP-1", "", 5))
    answers = iter([False, True])
    assert index_new(store, lambda: next(answers)) == 2
    told: list[int] = []
    assert index_new(store, lambda: False, told.append) == 3 == len(told)
    assert index_new(store, lambda: False) == 0
