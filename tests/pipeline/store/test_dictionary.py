"""A dictionary that QA teams can trust: nobody overwrites, nobody approves himself, no version ever changes."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from phrases.entry import Phrase, PhraseSet
from pipeline.errors import BadInput, KoukenError, NotAllowed
from pipeline.store import audit, dictionary, drafts, offers, publishing
from pipeline.store.conflict import Conflict
from pipeline.store.connect import Store
from pipeline.store.dictionary import Fields, Key

QUOTE = Phrase("p.quote", "proposal", "お見積もりをお送りしましょう", examples=("見積もり",))
SCENE = Phrase("a.scene", "appeal", "最高です", weight=0.5, levels=("surface",))
STARTER = PhraseSet((QUOTE, SCENE), (("商品", ("プラン", "パック")),))
P_QUOTE: Key = ("phrase", "p.quote")
A_SCENE: Key = ("phrase", "a.scene")


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as connection:
        dictionary.seed(connection, STARTER)
    return store


def fields(phrase: Phrase) -> Fields:
    return dictionary.items_of(PhraseSet((phrase,)))["phrase", phrase.id]


def in_force(store: Store) -> PhraseSet:
    with store.reading() as connection:
        return dictionary.read_version(connection, dictionary.published(connection).version)


def edited(store: Store, actor: str, *phrases: Phrase, draft_id: int | None = None) -> int:
    """A draft with these entries, saved by somebody who has seen what is in force."""
    with store.writing() as connection:
        seen = dictionary.read_items(connection, dictionary.published(connection).version)
        draft_id = draft_id or drafts.open_draft(connection, actor)
        drafts.save(connection, draft_id, actor, {("phrase", item.id): fields(item) for item in phrases}, seen)
    return draft_id


def checked(store: Store, draft_id: int) -> str:
    with store.reading() as connection:
        return drafts.merged(connection, drafts.read_draft(connection, draft_id)).version


def submit(store: Store, draft_id: int, actor: str) -> None:
    version = checked(store, draft_id)
    with store.writing() as connection:
        publishing.submit(connection, draft_id, actor, version)


def approve(store: Store, draft_id: int, actor: str) -> None:
    with store.writing() as connection:
        publishing.approve(connection, draft_id, actor)


def publish(store: Store, draft_id: int, actor: str) -> dictionary.Publication:
    version = checked(store, draft_id)
    with store.writing() as connection:
        return publishing.publish(connection, draft_id, actor, version)


def through(store: Store, draft_id: int) -> dictionary.Publication:
    submit(store, draft_id, "sato")
    approve(store, draft_id, "suzuki")
    return publish(store, draft_id, "sato")


def state(store: Store, draft_id: int) -> str:
    with store.reading() as connection:
        return drafts.read_draft(connection, draft_id).state


def refusals(store: Store) -> list[tuple[str, str]]:
    with store.reading() as connection:
        entries = audit.list_entries(connection, action="phrases")
    return [(entry.actor, entry.action) for entry in entries if entry.action.endswith("_refused")]


def test_an_empty_dictionary_is_not_published(store: Store) -> None:
    with pytest.raises(BadInput), store.writing() as connection:
        dictionary.publish_items(connection, {}, "draft", "sato", {})


def test_the_starter_dictionary_is_published_once_and_named_by_its_content(store: Store) -> None:
    with store.writing() as connection:
        dictionary.seed(connection, PhraseSet((QUOTE,)))
    assert in_force(store) == STARTER
    with store.reading() as connection:
        (publication,) = dictionary.list_publications(connection)
    assert (publication.version, publication.kind) == (STARTER.version, "starter")


def test_a_draft_goes_to_publication_by_two_people(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, phrase="お見積もり"), Phrase("p.new", "proposal", "ご提案"))
    assert in_force(store) == STARTER
    assert through(store, draft_id).version == in_force(store).version
    assert in_force(store).by_id["p.quote"].phrase == "お見積もり"
    assert in_force(store).by_id["p.new"].status == "published"
    assert in_force(store).by_id["a.scene"] == SCENE and in_force(store).lists == STARTER.lists
    assert state(store, draft_id) == "published"


@pytest.mark.parametrize("another_spelling", ["sato", "Sato", "SATO ", "ｓａｔｏ"])
def test_e4_no_author_approves_the_own_change_under_any_spelling(another_spelling: str, store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    submit(store, draft_id, "tanaka")
    with pytest.raises(NotAllowed):
        approve(store, draft_id, another_spelling)
    assert state(store, draft_id) == "in_review"
    assert refusals(store) == [("sato", "phrases.approve_refused")]


def test_e4_who_submitted_or_edited_a_part_cannot_approve(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    edited(store, "kato", replace(SCENE, weight=0.9), draft_id=draft_id)
    submit(store, draft_id, "tanaka")
    for name in ("sato", "kato", "tanaka"):
        with pytest.raises(NotAllowed):
            approve(store, draft_id, name)
    approve(store, draft_id, "suzuki")
    assert len(refusals(store)) == 3


def test_e4_nothing_is_published_that_nobody_approved(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    with pytest.raises(NotAllowed):
        publish(store, draft_id, "sato")
    submit(store, draft_id, "sato")
    with pytest.raises(NotAllowed):
        publish(store, draft_id, "suzuki")
    assert in_force(store) == STARTER
    assert refusals(store) == [("suzuki", "phrases.publish_refused"), ("sato", "phrases.publish_refused")]


def test_e4_what_was_approved_is_what_is_published(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    submit(store, draft_id, "sato")
    approve(store, draft_id, "suzuki")
    with pytest.raises(BadInput, match="承認済み"):
        edited(store, "sato", replace(QUOTE, weight=0.1), draft_id=draft_id)
    with store.writing() as connection:
        publishing.reject(connection, draft_id, "sato", "もう一か所直します")
    edited(store, "sato", replace(QUOTE, weight=0.1), draft_id=draft_id)
    with pytest.raises(NotAllowed):
        publish(store, draft_id, "sato")


@pytest.mark.parametrize("name", ["", "  ", "kouken", "ＫＯＵＫＥＮ", "sa\u200bto", "x" * 65])
def test_e4_nobody_hides_behind_a_name_that_is_none(name: str, store: Store) -> None:
    with pytest.raises(BadInput), store.writing() as connection:
        drafts.open_draft(connection, name)


def test_e2_the_second_of_two_editors_gets_a_conflict_with_both_texts_and_nothing_is_lost(store: Store) -> None:
    with store.reading() as connection:
        seen = dictionary.read_items(connection, STARTER.version)
    with store.writing() as connection:
        draft_id = drafts.open_draft(connection, "sato", shared=True)
        first = {P_QUOTE: fields(replace(QUOTE, phrase="お見積もり"))}
        drafts.save(connection, draft_id, "sato", first, seen)
    mine = {P_QUOTE: fields(replace(QUOTE, phrase="御見積書")), A_SCENE: fields(replace(SCENE, weight=1.0))}
    with pytest.raises(Conflict) as caught, store.writing() as connection:
        drafts.save(connection, draft_id, "suzuki", mine, seen)
    (clash,) = caught.value.clashes
    assert clash.base == seen[P_QUOTE]
    assert clash.theirs is not None and clash.theirs["phrase"] == "お見積もり"
    assert clash.mine == mine[P_QUOTE]
    assert "-phrase: お見積もり" in caught.value.render("ja") and "+phrase: 御見積書" in caught.value.render("ja")
    with store.reading() as connection:
        (change,) = drafts.read_draft(connection, draft_id).changes
    assert (change.now, change.editors) == (first[P_QUOTE], ("sato",))


def test_e2_of_editors_who_save_in_the_same_moment_one_wins_and_the_others_are_told(store: Store) -> None:
    with store.writing() as connection:
        draft_id = drafts.open_draft(connection, "sato", shared=True)
        seen = dictionary.read_items(connection, STARTER.version)
    told: list[str] = []

    def save(name: str) -> None:
        text = {P_QUOTE: fields(replace(QUOTE, note=name))}
        try:
            with store.writing() as connection:
                drafts.save(connection, draft_id, name, text, seen)
        except Conflict as conflict:
            told.append(conflict.clashes[0].mine["note"] if conflict.clashes[0].mine else "")

    names = ["sato", "suzuki", "tanaka", "kato"]
    threads = [threading.Thread(target=save, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as connection:
        (change,) = drafts.read_draft(connection, draft_id).changes
    assert change.now is not None
    assert sorted([change.now["note"], *told]) == sorted(names)


def test_e2_editors_of_different_entries_do_not_disturb_each_other(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    edited(store, "suzuki", replace(SCENE, weight=0.9), draft_id=draft_id)
    with store.reading() as connection:
        assert len(drafts.read_draft(connection, draft_id).changes) == 2


def test_e2_the_same_change_twice_is_no_conflict(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    edited(store, "suzuki", replace(QUOTE, weight=0.9), draft_id=draft_id)
    assert state(store, draft_id) == "draft"


def test_e2_two_drafts_of_one_entry_meet_at_publication_and_the_second_is_not_lost(store: Store) -> None:
    one = edited(store, "sato", replace(QUOTE, phrase="お見積もり"))
    other = edited(store, "tanaka", replace(QUOTE, phrase="御見積書"), replace(SCENE, weight=0.9))
    through(store, one)
    with pytest.raises(Conflict) as caught:
        submit(store, other, "tanaka")
    (clash,) = caught.value.clashes
    assert (clash.name, clash.theirs and clash.theirs["phrase"]) == ("p.quote", "お見積もり")
    edited(store, "tanaka", replace(QUOTE, phrase="お見積もり OR 御見積書"), draft_id=other)  # having seen it
    through(store, other)
    assert in_force(store).by_id["p.quote"].phrase == "お見積もり OR 御見積書"
    assert in_force(store).by_id["a.scene"].weight == 0.9


def test_drafts_of_different_entries_are_published_one_after_the_other(store: Store) -> None:
    one, other = edited(store, "sato", replace(QUOTE, weight=0.9)), edited(store, "tanaka", replace(SCENE, weight=0.9))
    through(store, one)
    through(store, other)
    assert {phrase.weight for phrase in in_force(store).phrases} == {0.9}


def test_what_was_checked_is_what_is_published(store: Store) -> None:
    one, other = edited(store, "sato", replace(QUOTE, weight=0.9)), edited(store, "tanaka", replace(SCENE, weight=0.9))
    submit(store, one, "sato")
    approve(store, one, "suzuki")
    version = checked(store, one)
    through(store, other)
    with pytest.raises(BadInput), store.writing() as connection:
        publishing.publish(connection, one, "sato", version)


def test_a_change_taken_back_leaves_an_empty_draft_that_cannot_be_submitted(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    with store.writing() as connection:
        seen = {P_QUOTE: fields(replace(QUOTE, weight=0.9))}
        assert drafts.save(connection, draft_id, "sato", {P_QUOTE: fields(QUOTE)}, seen).changes == ()
    with pytest.raises(BadInput):
        submit(store, draft_id, "sato")


def test_e5_a_rollback_is_a_new_publication_of_old_words_and_old_versions_stay(store: Store) -> None:
    second = through(store, edited(store, "sato", replace(QUOTE, weight=0.9)))
    with store.writing() as connection:
        publication = dictionary.rollback(connection, STARTER.version, "ＴＡＮＡＫＡ", "当たりすぎる")
    assert (publication.kind, publication.number, publication.version) == ("rollback", 3, STARTER.version)
    assert publication.published_by == "tanaka"
    assert in_force(store) == STARTER
    with store.reading() as connection:
        assert dictionary.read_version(connection, second.version).by_id["p.quote"].weight == 0.9
        history = dictionary.list_publications(connection)
    assert [item.kind for item in history] == ["rollback", "draft", "starter"]


def test_e5_a_removed_entry_can_still_be_read_where_it_was_used(store: Store) -> None:
    with store.writing() as connection:
        draft_id = drafts.open_draft(connection, "sato")
        drafts.save(connection, draft_id, "sato", {P_QUOTE: None}, {P_QUOTE: fields(QUOTE)})
    through(store, draft_id)
    assert set(in_force(store).by_id) == {"a.scene"}
    with store.reading() as connection:
        assert dictionary.read_version(connection, STARTER.version).by_id["p.quote"] == QUOTE


def test_a_rollback_to_nowhere_to_the_same_or_without_a_reason_is_refused(store: Store) -> None:
    second = through(store, edited(store, "sato", replace(QUOTE, weight=0.9)))
    for version, remark in (("0" * 16, "x"), (second.version, "x"), (STARTER.version, " ")):
        with pytest.raises(BadInput), store.writing() as connection:
            dictionary.rollback(connection, version, "tanaka", remark)


def test_history_of_one_entry_names_the_publications_that_changed_it(store: Store) -> None:
    through(store, edited(store, "sato", replace(QUOTE, weight=0.9)))
    through(store, edited(store, "sato", replace(SCENE, weight=0.9)))
    with store.reading() as connection:
        assert [item.number for item in dictionary.list_publications(connection, name="p.quote")] == [2, 1]
        assert [item.number for item in dictionary.list_publications(connection, name="a.scene")] == [3, 1]
        assert [item.number for item in dictionary.list_publications(connection, limit=2)] == [3, 2]


def test_a_text_that_was_tampered_with_is_found_out(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(
            sa.text("UPDATE dictionary_texts SET fields = :fields WHERE text_hash = :key"),
            {"fields": '{"id": "p.quote"}', "key": dictionary.hash_of(fields(QUOTE))},
        )
    with pytest.raises(KoukenError, match="内容と違います"):
        in_force(store)


def test_a_later_starter_offers_what_is_new_and_never_overwrites_an_edit(store: Store) -> None:
    through(store, edited(store, "sato", replace(QUOTE, phrase="お見積もり")))
    new, removed = Phrase("p.new", "proposal", "ご提案"), Phrase("p.gone", "proposal", "ご案内")
    through(store, edited(store, "sato", removed))
    with store.writing() as connection:
        draft_id = drafts.open_draft(connection, "sato")
        drafts.save(connection, draft_id, "sato", {("phrase", "p.gone"): None}, {("phrase", "p.gone"): fields(removed)})
    through(store, draft_id)
    later = PhraseSet((replace(QUOTE, weight=0.3), replace(SCENE, weight=0.3), new, removed), STARTER.lists)
    with store.writing() as connection:
        assert offers.starter_offer(connection, later).keys() == {A_SCENE, ("phrase", "p.new")}
        draft_id = drafts.open_draft(connection, "sato")
        offers.take_starter(connection, draft_id, "sato", later)
    through(store, draft_id)
    assert in_force(store).by_id["p.quote"].phrase == "お見積もり"
    assert in_force(store).by_id["a.scene"].weight == 0.3
    with store.reading() as connection:
        assert offers.starter_offer(connection, later) == {}
        again = PhraseSet((*later.phrases[:1],), STARTER.lists)
        assert offers.starter_offer(connection, again) == {}


def test_a_draft_of_somebody_else_is_not_discarded(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    with pytest.raises(NotAllowed), store.writing() as connection:
        drafts.discard(connection, draft_id, "tanaka")
    with store.writing() as connection:
        drafts.discard(connection, draft_id, "sato")
        assert drafts.own_draft(connection, "sato") is None
    with pytest.raises(BadInput):
        submit(store, draft_id, "sato")


def test_every_step_is_on_record(store: Store) -> None:
    draft_id = edited(store, "sato", replace(QUOTE, weight=0.9))
    version = through(store, draft_id).version
    with store.reading() as connection:
        entries = audit.list_entries(connection)
        assert audit.verify(connection).is_whole
    steps = [(entry.actor, entry.action, entry.object) for entry in reversed(entries)]
    assert steps == [
        ("kouken", "phrases.seed", STARTER.version),
        ("sato", "phrases.save", str(draft_id)),
        ("sato", "phrases.submit", str(draft_id)),
        ("suzuki", "phrases.approve", str(draft_id)),
        ("sato", "phrases.publish", version),
    ]
    assert entries[0].details["approved_by"] == "suzuki"
