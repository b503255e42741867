"""The dictionary in the store: pinned by a night, checked before it moves on, taken in from files without surprises."""

from dataclasses import replace
from pathlib import Path

import pytest

from phrases.entry import Phrase, PhraseSet
from phrases.files import load_starter
from phrases.loaded import Loaded
from pipeline.dictionaries import dictionary
from pipeline.dictionaries.dictionary import Import
from pipeline.errors import BadInput
from pipeline.settings import Settings
from pipeline.store import dictionary as stored
from pipeline.store import drafts, publishing
from pipeline.store.conflict import Conflict
from pipeline.store.connect import Store
from pipeline.text.dictionary import BadDictionary

QUOTE = Phrase(
    "p.quote",
    "proposal",
    "お見積もりをお送りしましょう",
    examples=("お見積もりをお送りしましょうか。", "お見積もりをお送りしましょう。"),
    counter_examples=("お電話ありがとうございます。",),
)
TRIAL = replace(
    QUOTE,
    id="p.trial",
    phrase="無料でお試し",
    examples=("無料でお試しいただけます。", "無料でお試しになりませんか。"),
)


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as connection:
        stored.seed(connection, PhraseSet((QUOTE,), (("商品", ("プラン",)),)))
    return store


def take_in(store: Store, *phrases: Phrase, actor: str = "sato", **more: object) -> dictionary.Imported:
    given = Import(Loaded(PhraseSet(phrases, (("商品", ("プラン",)),))), **more)  # type: ignore[arg-type]
    return dictionary.take_in(store, given, actor, "test")


def publish(store: Store, imported: dictionary.Imported) -> stored.Publication:
    assert imported.draft is not None
    draft_id = imported.draft.draft_id
    dictionary.submit(store, draft_id, "sato", "test")
    with store.writing() as connection:
        publishing.approve(connection, draft_id, "suzuki")
    return dictionary.publish(store, draft_id, "sato", "test")


def results(imported: dictionary.Imported) -> dict[str, str]:
    return {row.name: row.result for row in imported.rows}


def in_force(store: Store) -> PhraseSet:
    return dictionary.published_dictionary(store)


@pytest.mark.sqlite
def test_a_new_store_begins_with_the_starter_dictionary(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert not dictionary.has_store(settings)
    with dictionary.dictionary_store(settings) as store:
        assert in_force(store) == load_starter()
    assert dictionary.has_store(settings)


def test_a_file_becomes_a_draft_with_a_line_for_every_row(store: Store) -> None:
    imported = take_in(store, replace(QUOTE, weight=0.5), TRIAL)
    assert results(imported) == {"p.quote": "changed", "p.trial": "new", "商品": "unchanged"}
    assert imported.draft is not None and len(imported.draft.changes) == 2
    assert in_force(store).by_id["p.quote"].weight == 1.0
    publish(store, imported)
    assert in_force(store).by_id["p.quote"].weight == 0.5 and "p.trial" in in_force(store).by_id


def test_a_preview_and_an_unchanged_file_change_nothing(store: Store) -> None:
    assert take_in(store, TRIAL, dry_run=True).draft is None
    assert take_in(store, QUOTE).draft is None
    with store.reading() as connection:
        assert drafts.list_drafts(connection) == []


def test_a_second_file_of_the_same_person_goes_into_the_same_draft(store: Store) -> None:
    one, other = take_in(store, TRIAL), take_in(store, replace(QUOTE, weight=0.5))
    assert one.draft is not None and other.draft is not None
    assert one.draft.draft_id == other.draft.draft_id and len(other.draft.changes) == 2


def test_what_a_file_does_not_hold_stays_unless_it_is_the_whole(store: Store) -> None:
    assert results(take_in(store, TRIAL, dry_run=True)) == {"p.trial": "new", "商品": "unchanged"}
    imported = take_in(store, TRIAL, complete=True)
    assert results(imported)["p.quote"] == "removed"
    publish(store, imported)
    assert set(in_force(store).by_id) == {"p.trial"}


def test_e2_an_old_export_does_not_undo_what_others_published_since(store: Store) -> None:
    exported = in_force(store).version
    publish(store, take_in(store, replace(QUOTE, weight=0.5)))
    imported = take_in(store, QUOTE, TRIAL, actor="tanaka", based_on=exported)
    assert results(imported) == {"p.quote": "elsewhere", "p.trial": "new", "商品": "unchanged"}
    with pytest.raises(Conflict):
        take_in(store, replace(QUOTE, weight=0.7), actor="kato", based_on=exported)


def test_e6_duplicates_by_normalised_form_are_refused_and_nothing_is_saved(store: Store) -> None:
    same = replace(TRIAL, id="p.same", phrase="御見積りをお送りしましょう")
    with pytest.raises(BadDictionary) as caught:
        take_in(store, TRIAL, same)
    assert "p.quote" in caught.value.render("ja") and "p.same" in caught.value.render("ja")
    with store.reading() as connection:
        assert drafts.list_drafts(connection) == []


def test_an_entry_that_misses_its_example_is_neither_submitted_nor_published(store: Store) -> None:
    broken = replace(TRIAL, examples=("お試しください。", "無料でお試しください。"))
    with store.writing() as connection:
        draft_id = drafts.open_draft(connection, "sato")
        drafts.save(connection, draft_id, "sato", stored.items_of(PhraseSet((broken,))), {})
    with pytest.raises(BadDictionary) as caught:
        dictionary.submit(store, draft_id, "sato", "test")
    assert "お試しください。" in caught.value.render("ja")
    with store.reading() as connection:
        assert drafts.read_draft(connection, draft_id).state == "draft"


@pytest.mark.parametrize("dry_run", [False, True])
def test_one_entry_with_an_error_refuses_the_whole_file_and_leaves_no_draft(store: Store, *, dry_run: bool) -> None:
    broken = replace(TRIAL, id="p.broken", phrase="無料で(試す", examples=())
    with pytest.raises(BadDictionary) as caught:
        take_in(store, TRIAL, broken, dry_run=dry_run)
    assert [(problem.place, problem.column) for problem in caught.value.problems if problem.is_error] == [
        ("p.broken", "examples"),
        ("p.broken", "phrase"),
    ]
    with store.reading() as connection:
        assert drafts.list_drafts(connection) == []


def test_a_file_is_checked_beside_what_its_draft_already_holds(store: Store) -> None:
    assert take_in(store, TRIAL).draft is not None
    with pytest.raises(BadDictionary) as caught:
        take_in(store, replace(TRIAL, id="p.again"))
    assert [problem.where for problem in caught.value.problems] == ["p.again [phrase]"]
    assert take_in(store, replace(TRIAL, id="p.again"), actor="tanaka").draft is not None


def test_what_a_file_should_be_looked_at_for_is_told_when_it_is_taken_in(store: Store) -> None:
    wider = replace(
        TRIAL, id="p.wider", phrase="送りしましょう", examples=("お送りしましょう。", "お送りしましょうか。")
    )
    longer = replace(TRIAL, id="p.longer", phrase="無料でお試しになる", examples=("無料でお試しになります。",) * 2)
    warned = take_in(store, TRIAL, wider, longer, dry_run=True).warnings
    assert {(problem.place, problem.is_error) for problem in warned} == {("p.longer", False)}


def test_nobody_without_a_draft_submits_one(store: Store) -> None:
    with store.reading() as connection, pytest.raises(BadInput):
        dictionary.draft_of(connection, "sato", None)


def test_what_a_later_release_offers_becomes_a_draft_like_any_other(store: Store) -> None:
    offer = Import(Loaded(PhraseSet((QUOTE, TRIAL), (("商品", ("プラン",)),))))
    imported = dictionary.take_starter(store, offer, "sato", "test")
    assert results(imported) == {"p.trial": "new"}
    publish(store, imported)
    assert "p.trial" in in_force(store).by_id
    assert dictionary.take_starter(store, offer, "sato", "test").draft is None


def test_dangerous_confusions_of_what_changed_are_shown_before_approval(store: Store) -> None:
    keep = replace(
        TRIAL, id="p.keep", phrase="契約を続けませんか", examples=("契約を続けませんか。", "ご契約を続けませんか。")
    )
    imported = take_in(store, keep)
    assert imported.draft is not None
    warnings = dictionary.check(store, imported.draft.draft_id).warnings
    assert any(warning.place == "p.keep" and "「契約」は「解約」" in warning.message.ja for warning in warnings)
