"""The word list 単語登録: names with their readings, part of the dictionary in force and of its version."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from phrases.entry import PhraseSet, Word
from pipeline.store.dictionary import items_of, publish_items, published, read_items, word_of
from pipeline.store.people import person


@dataclass(frozen=True, slots=True)
class WordsChange:
    """What a list changes in the one in force, by surface; `version` is the dictionary's before, or after loading."""

    version: str
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
    items = read_items(connection, published(connection).version)
    words = [word_of(fields) for (kind, _), fields in items.items() if kind == "word"]
    return tuple(sorted(words, key=lambda word: word.surface))


def preview_words(connection: sa.Connection, words: Sequence[Word]) -> WordsChange:
    """What loading this list would change."""
    before = {word.surface: word for word in read_words(connection)}
    after = {word.surface: word for word in words}
    common = before.keys() & after.keys()
    changed = {name for name in common if before[name] != after[name]}
    return WordsChange(
        version=published(connection).version,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=len(common) - len(changed),
    )


def load_words(
    connection: sa.Connection, words: Sequence[Word], actor: str, file_name: str, via: str = ""
) -> WordsChange:
    """Make this the whole list: a new version of the dictionary, which the next night uses; none if nothing changes.

    One person suffices: names decide what is understood, not what counts as a good call.
    """
    who, change = person(actor), preview_words(connection, words)
    if change.is_empty:
        return change
    kept = {key: fields for key, fields in read_items(connection, change.version).items() if key[0] != "word"}
    items = kept | items_of(PhraseSet((), (), tuple(words)))
    counts = {"added": len(change.added), "changed": len(change.changed), "removed": len(change.removed)}
    details = {**counts, "file": file_name[:100], "from": change.version, "via": via}
    version = publish_items(connection, items, "words", who, details).version
    return WordsChange(version, change.added, change.changed, change.removed, change.unchanged)
