"""Registered names are part of the dictionary's version, kept whole or not at all."""

import pytest

from phrases.entry import Phrase, PhraseSet, Word
from pipeline.store import audit, dictionary, words
from pipeline.store.connect import Store

STARTER = PhraseSet((Phrase("p.quote", "proposal", "お見積もり"),), (("商品", ("プラン",)),))
SPORTS = Word("スポーツパック", ("すぽーつぱっく",), ("スポーツバック",))
WOWOW = Word("ＷＯＷプラン", ("わうぷらん",))


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as connection:
        dictionary.seed(connection, STARTER)
    return store


def load(store: Store, *given: Word) -> words.WordsChange:
    with store.writing() as connection:
        return words.load_words(connection, given, "Sato", "words.csv")


def test_a_list_is_a_new_version_of_the_dictionary_and_leaves_its_entries(store: Store) -> None:
    change = load(store, WOWOW, SPORTS)
    assert (change.added, change.unchanged) == (("スポーツパック", "ＷＯＷプラン"), 0)
    with store.reading() as connection:
        assert words.read_words(connection) == (SPORTS, WOWOW)
        phrase_set = dictionary.read_version(connection, change.version)
        newest = dictionary.published(connection)
    assert phrase_set.phrases == STARTER.phrases and phrase_set.lists == STARTER.lists
    assert phrase_set.version == change.version != STARTER.version
    assert (newest.kind, newest.published_by) == ("words", "sato")


def test_the_file_is_the_whole_list(store: Store) -> None:
    load(store, WOWOW, SPORTS)
    change = load(store, Word("スポーツパック", ("すぽつぱっく",)))
    assert (change.changed, change.removed) == (("スポーツパック",), ("ＷＯＷプラン",))


def test_the_same_list_again_publishes_nothing(store: Store) -> None:
    first = load(store, SPORTS)
    assert load(store, SPORTS).version == first.version
    with store.reading() as connection:
        assert len(dictionary.list_publications(connection)) == 2
        entries = audit.list_entries(connection, action="words")
    assert [(entry.actor, entry.details["added"]) for entry in entries] == [("sato", 1)]


def test_a_preview_changes_nothing(store: Store) -> None:
    with store.reading() as connection:
        assert words.preview_words(connection, [SPORTS]).added == ("スポーツパック",)
    with store.reading() as connection:
        assert words.read_words(connection) == ()


def test_a_rollback_brings_the_old_list_back(store: Store) -> None:
    first = load(store, SPORTS)
    load(store)
    with store.writing() as connection:
        dictionary.rollback(connection, first.version, "tanaka", "誤って空にした")
        assert words.read_words(connection) == (SPORTS,)
