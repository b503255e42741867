"""The word list 単語登録: names with their readings, part of the dictionary and of its version.

Names are changed in drafts, like entries, and are in force once a second person has approved: they decide which
entries hit, and what is put right in a transcript.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from phrases.entry import PhraseSet, Word
from phrases.messages import PhraseError
from phrases.words import word_problems
from pipeline.store import drafts
from pipeline.store.dictionary import Fields, Items, Key, items_of, published, read_items, word_of
from pipeline.store.drafts import Draft
from pipeline.store.people import person
from pipeline.store.schema import dictionary_members, dictionary_texts


@dataclass(frozen=True, slots=True)
class WordsChange:
    """What a list changes in the one in force, by surface."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.added or self.changed or self.removed)


def read_words(connection: sa.Connection) -> tuple[Word, ...]:
    """The words in force, by surface."""
    return words_in(read_items(connection, published(connection).version))


def words_of(connection: sa.Connection, version: str) -> tuple[Word, ...]:
    """The words of one version of the dictionary, by surface, without reading its entries."""
    query = (
        sa.select(dictionary_texts.c.fields)
        .join(dictionary_members, dictionary_members.c.text_hash == dictionary_texts.c.text_hash)
        .where(dictionary_members.c.version == version, dictionary_members.c.kind == "word")
        .order_by(dictionary_members.c.name)
    )
    return tuple(word_of(fields) for fields in connection.execute(query).scalars())


def words_in(items: Items) -> tuple[Word, ...]:
    """The words among the items of a dictionary, by surface."""
    words = [word_of(fields) for (kind, _), fields in items.items() if kind == "word"]
    return tuple(sorted(words, key=lambda word: word.surface))


def preview_words(connection: sa.Connection, words: Sequence[Word]) -> WordsChange:
    """What this as the whole list would change."""
    before = {word.surface: word for word in read_words(connection)}
    after = {word.surface: word for word in words}
    common = before.keys() & after.keys()
    changed = {name for name in common if before[name] != after[name]}
    return WordsChange(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=len(common) - len(changed),
    )


def save_words(
    connection: sa.Connection,
    draft_id: int,
    actor: str,
    wanted: Mapping[str, Word | None],
    seen: Mapping[str, Fields | None],
    via: str = "",
) -> Draft:
    """Put names into a draft, by surface; None removes one. `seen` are the texts that the editor started from.

    All or nothing. Raises `Conflict` where somebody else has changed one of them since, `PhraseError` where the list
    that comes of it contradicts itself.
    """
    items: dict[Key, Fields | None] = {("word", name): _fields(word) for name, word in wanted.items()}
    began_with = {("word", name): fields for name, fields in seen.items()}
    draft = drafts.save(connection, draft_id, actor, items, began_with, via)
    whole = words_in(drafts.merged_items(connection, draft))
    problems = word_problems((word.surface, word) for word in whole)
    if problems:
        raise PhraseError(problems)
    return draft


def save_list(connection: sa.Connection, draft_id: int, actor: str, words: Iterable[Word], via: str = "") -> Draft:
    """Make these the whole list, in a draft: names that are not among them are to be removed. Raises as `save_words`.

    What the editor has put into the draft before counts as seen; what others have put there does not.
    """
    who, draft = person(actor), drafts.read_draft(connection, draft_id)
    own = {change.key: change.now for change in draft.changes if set(change.editors) == {who}}
    known: dict[Key, Fields | None] = {**read_items(connection, published(connection).version), **own}
    seen = {name: fields for (kind, name), fields in known.items() if kind == "word"}
    wanted: dict[str, Word | None] = {**dict.fromkeys(seen), **{word.surface: word for word in words}}
    return save_words(connection, draft_id, actor, wanted, seen, via)


def _fields(word: Word | None) -> Fields | None:
    return None if word is None else items_of(PhraseSet((), (), (word,)))["word", word.surface]
