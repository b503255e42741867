"""Registered names are changed in drafts like entries, approved by a second person, and part of the version."""

import pytest

from phrases.entry import Phrase, PhraseSet, Word
from phrases.messages import PhraseError
from pipeline.errors import NotAllowed
from pipeline.store import dictionary, drafts, publishing, words
from pipeline.store.conflict import Conflict
from pipeline.store.connect import Store

STARTER = PhraseSet((Phrase("p.quote", "proposal", "お見積もり"),), (("商品", ("プラン",)),))
SPORTS = Word("スポーツパック", ("すぽーつぱっく",), ("スポーツバック",))
WOWOW = Word("ＷＯＷプラン", ("わうぷらん",))
CHANGED = Word("スポーツパック", ("すぽつぱっく",))


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as connection:
        dictionary.seed(connection, STARTER)
    return store


def take(store: Store, *given: Word, actor: str = "Sato", draft_id: int | None = None) -> drafts.Draft:
    with store.writing() as connection:
        number = drafts.open_draft(connection, actor) if draft_id is None else draft_id
        return words.save_list(connection, number, actor, given)


def publish(store: Store, draft: drafts.Draft) -> str:
    with store.writing() as connection:
        version = drafts.merged(connection, draft).version
        publishing.submit(connection, draft.draft_id, "sato", version)
        publishing.approve(connection, draft.draft_id, "suzuki")
        return publishing.publish(connection, draft.draft_id, "sato", version).version


def in_force(store: Store) -> tuple[Word, ...]:
    with store.reading() as connection:
        return words.read_words(connection)


def test_a_list_is_a_draft_and_after_a_second_person_a_new_version_that_leaves_the_entries(store: Store) -> None:
    draft = take(store, WOWOW, SPORTS)
    assert {change.name for change in draft.changes} == {"スポーツパック", "ＷＯＷプラン"}
    assert in_force(store) == ()
    version = publish(store, draft)
    assert in_force(store) == (SPORTS, WOWOW)
    with store.reading() as connection:
        phrase_set = dictionary.read_version(connection, version)
    assert phrase_set.phrases == STARTER.phrases and phrase_set.lists == STARTER.lists
    assert phrase_set.version == version != STARTER.version


def test_whoever_wrote_the_names_cannot_approve_them(store: Store) -> None:
    draft = take(store, SPORTS)
    with store.writing() as connection:
        publishing.submit(connection, draft.draft_id, "tanaka", drafts.merged(connection, draft).version)
    with pytest.raises(NotAllowed), store.writing() as connection:
        publishing.approve(connection, draft.draft_id, "ＳＡＴＯ")
    assert in_force(store) == ()


def test_the_file_is_the_whole_list(store: Store) -> None:
    publish(store, take(store, WOWOW, SPORTS))
    draft = take(store, CHANGED)
    assert {change.name: change.now and change.now["readings"] for change in draft.changes} == {
        "スポーツパック": ["すぽつぱっく"],
        "ＷＯＷプラン": None,
    }


def test_a_second_file_replaces_what_the_same_person_put_into_the_draft(store: Store) -> None:
    first = take(store, WOWOW, SPORTS)
    again = take(store, CHANGED, draft_id=first.draft_id)
    assert [change.name for change in again.changes] == ["スポーツパック"]
    assert take(store, draft_id=first.draft_id).changes == ()


def test_e2_a_name_that_somebody_else_has_changed_is_a_conflict(store: Store) -> None:
    with store.writing() as connection:
        shared = drafts.open_draft(connection, "sato", shared=True)
    take(store, SPORTS, draft_id=shared)
    with pytest.raises(Conflict) as caught:
        take(store, CHANGED, actor="suzuki", draft_id=shared)
    assert [(clash.kind, clash.name) for clash in caught.value.clashes] == [("word", "スポーツパック")]
    assert len(take(store, WOWOW, actor="suzuki", draft_id=shared).changes) == 2  # the other's name stays


def test_names_that_contradict_each_other_are_refused_whole(store: Store) -> None:
    first = take(store, SPORTS)
    with pytest.raises(PhraseError, match="スポーツバック"), store.writing() as connection:
        rival = Word("スポーツバッグ", (), ("スポーツバック",))
        words.save_words(connection, first.draft_id, "sato", {rival.surface: rival}, {})
    with store.reading() as connection:
        assert len(drafts.read_draft(connection, first.draft_id).changes) == 1


def test_a_preview_changes_nothing(store: Store) -> None:
    with store.reading() as connection:
        assert words.preview_words(connection, [SPORTS]).added == ("スポーツパック",)
    assert in_force(store) == ()


def test_a_rollback_brings_the_old_list_back(store: Store) -> None:
    first = publish(store, take(store, SPORTS))
    publish(store, take(store))
    assert in_force(store) == ()
    with store.writing() as connection:
        dictionary.rollback(connection, first, "tanaka", "誤って空にした")
    assert in_force(store) == (SPORTS,)
