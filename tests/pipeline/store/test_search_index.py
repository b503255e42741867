"""The index holds every transcript's characters and pairs, and nothing of what was erased."""

from collections.abc import Collection, Mapping

import pytest
import sqlalchemy as sa

from pipeline.search.searching import index_new
from pipeline.search.spelling import grams_of, terms_of
from pipeline.store import erasure, search_index
from pipeline.store.connect import Store
from pipeline.store.schema import search_grams, search_texts, transcripts, utterances
from tests.api.world import fill, telling_call


def found(store: Store, query: str) -> list[int]:
    with store.reading() as connection:
        return [int(key) for key in search_index.holding(connection, terms_of(query))]


def index_all(store: Store, at_once: int = 1000) -> None:
    with store.writing() as connection:
        while some := search_index.unindexed(connection, at_once):
            for step in (search_index.leave, search_index.begin):
                for portion in step(connection, some):
                    search_index.change(connection, portion)
            search_index.finish(connection, some)


def grams_in(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(sa.select(search_grams.c.gram)).scalars())


def texts_of(store: Store) -> dict[int, str]:
    with store.reading() as connection:
        keys = list(connection.execute(sa.select(transcripts.c.transcript_id)).scalars())
        return search_index.spelt_texts(connection, keys)


@pytest.mark.parametrize("at_once", [1, 3, 1000])
@pytest.mark.parametrize("query", ["佐", "解約", "見逃し配信", "そんな", "凛", "解佐", "さいこう", "最高 ビール"])
def test_index_leaves_out_no_transcript_that_holds_the_words(
    store: Store, monkeypatch: pytest.MonkeyPatch, query: str, at_once: int
) -> None:
    monkeypatch.setattr(search_index, "BLOCK", 32)  # so that few transcripts fill several blocks, some by bits
    monkeypatch.setattr(search_index, "MOST_LISTED", 2)
    fill(store)
    index_all(store, at_once)
    terms = terms_of(query)
    holding = [key for key, text in sorted(texts_of(store).items()) if all(term in text for term in terms)]
    if all(len(term) <= 2 for term in terms):
        assert found(store, query) == holding
    assert set(found(store, query)) >= set(holding)


def test_index_of_an_erased_call_is_as_if_it_had_never_been(store: Store) -> None:
    fill(store)
    index_all(store)
    with store.writing() as connection:
        told = [telling_call().call_id, "no-row-in-the-table"]  # both hold the same words
        erasure.erase(connection, erasure.scope_of(connection, call_ids=told))
    left = " ".join(texts_of(store).values())
    assert "ビール片手" not in left
    grams = grams_in(store)
    assert not {"び", "びー", "片手"} & grams
    assert grams == set().union(*(grams_of(text) for text in texts_of(store).values()))


def test_index_is_made_anew_where_the_spelling_changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    index_all(store)
    assert found(store, "ビール")
    with store.writing() as connection:
        connection.execute(sa.update(utterances).values(text="ぜんぶ変わりました"))
        connection.execute(sa.update(search_texts).values(spelling="spelling-0"))
    index_all(store)
    assert not found(store, "ビール") and len(found(store, "変わ")) == len(texts_of(store))


def test_index_that_was_cut_off_halfway_is_finished_the_next_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "AT_ONCE", 50)
    fill(store)
    with store.writing() as connection:
        portions = search_index.begin(connection, search_index.unindexed(connection, 1000))
        search_index.change(connection, portions[0])
    with store.reading() as connection:
        assert len(portions) > 2 and search_index.count_unindexed(connection) == len(texts_of(store))
    index_all(store)
    with store.reading() as connection:
        assert search_index.count_unindexed(connection) == 0
    assert grams_in(store) == set().union(*(grams_of(text) for text in texts_of(store).values()))


@pytest.mark.parametrize("is_known", [False, True])
def test_index_keeps_no_trace_of_a_call_that_is_erased_while_it_is_made(
    store: Store, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Cut off at every place: while the calls leave the index of an older spelling, and while they come into it."""
    monkeypatch.setattr(search_index, "AT_ONCE", 50)
    fill(store)
    if is_known:
        outdate(store)
    told = [telling_call().call_id, "no-row-in-the-table"]  # both hold the same words
    with store.reading() as connection:
        some = search_index.unindexed(connection, 1000)
    step = search_index.leave if is_known else search_index.begin
    with store.writing() as connection:
        first, *rest = step(connection, some)
        search_index.change(connection, first)
    with store.writing() as connection:
        erasure.erase(connection, erasure.scope_of(connection, call_ids=told))
    with store.writing() as connection:
        for portion in rest:
            search_index.change(connection, portion)
        for portion in search_index.begin(connection, some) if is_known else ():
            search_index.change(connection, portion)
        search_index.finish(connection, some)
    grams = grams_in(store)
    assert "びー" not in grams
    assert grams == set().union(*(grams_of(text) for text in texts_of(store).values()))


def test_index_is_changed_a_portion_at_a_time_and_others_write_in_between(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade, too, when everything known has to leave first: no transaction is as long as all of it."""
    monkeypatch.setattr(search_index, "AT_ONCE", 50)
    fill(store)
    outdate(store)
    known = grams_in(store)
    written = [0]  # rows of grams, by transaction
    sa.event.listen(store.engine, "commit", lambda _: written.append(0))
    plain = search_index._write

    def counting(connection: sa.Connection, block: int, after: Mapping[str, bytes], there: Collection[str]) -> None:
        written[-1] += len(after)
        plain(connection, block, after, there)

    monkeypatch.setattr(search_index, "_write", counting)
    assert index_new(store, lambda: False) == len(texts_of(store))
    assert max(written) == 50 and sum(written) == 2 * len(known) > 400
    assert grams_in(store) == known


def outdate(store: Store) -> None:
    """An index as an earlier version of the program left it."""
    index_all(store)
    with store.writing() as connection:
        connection.execute(sa.update(search_texts).values(spelling="spelling-0"))


def test_index_that_two_nights_make_at_once_is_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One begins what the other is at, and is told that it is finished before it has put in a word."""
    monkeypatch.setattr(search_index, "AT_ONCE", 50)
    fill(store)
    with store.writing() as connection:
        some = search_index.unindexed(connection, 1000)
        first, *rest = search_index.begin(connection, some)
        search_index.change(connection, first)
        for portion in search_index.leave(connection, some):
            search_index.change(connection, portion)
        again = search_index.begin(connection, some)
        for portion in rest:
            search_index.change(connection, portion)
        search_index.finish(connection, some)
        for portion in again:
            search_index.change(connection, portion)
        search_index.finish(connection, some)
    assert grams_in(store) == set().union(*(grams_of(text) for text in texts_of(store).values()))
