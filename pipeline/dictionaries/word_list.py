"""A whole word list 単語登録 brought into a draft, as the command and the page do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phrases.entry import Word
from phrases.messages import PhraseError
from phrases.words import load_words
from pipeline.store import drafts, words
from pipeline.store.connect import Store
from pipeline.store.drafts import Draft
from pipeline.store.words import WordsChange
from pipeline.text.dictionary import BadDictionary


@dataclass(frozen=True, slots=True)
class TakenWords:
    """A word list taken into a draft, and what it changes in the one in force; `draft` is None if there was nothing to
    take, and for a preview.
    """

    draft: Draft | None
    change: WordsChange


def read_word_file(path: Path) -> tuple[Word, ...]:
    """The words of a file. Raises `BadDictionary` with every row that cannot be used."""
    try:
        return load_words(path)
    except PhraseError as error:
        raise BadDictionary(error) from None


def take_words(
    store: Store, given: Sequence[Word], actor: str, via: str, *, draft_id: int | None = None, dry_run: bool = False
) -> TakenWords:
    """Bring a whole word list into a draft (the named one, else the person's own, else a new one), all or nothing.

    Raises `BadDictionary` where it contradicts the names of the draft, `Conflict` where somebody else changed one.
    """
    with store.reading() as connection:
        change = words.preview_words(connection, given)
        own = drafts.own_draft(connection, actor) if draft_id is None else None
    number = own.draft_id if own else draft_id
    if dry_run or (change.is_empty and number is None):
        return TakenWords(None, change)
    return TakenWords(put_words(store, given, actor, via, number), change)


def put_words(
    store: Store, given: Sequence[Word], actor: str, via: str, draft_id: int | None = None, *, shared: bool = False
) -> Draft:
    """A whole word list into this draft, else into a new one, everybody's if `shared`. Raises as `take_words`."""
    with store.writing() as connection:
        number = drafts.open_draft(connection, actor, shared=shared) if draft_id is None else draft_id
        try:
            return words.save_list(connection, number, actor, given, via)
        except PhraseError as error:
            raise BadDictionary(error) from None
