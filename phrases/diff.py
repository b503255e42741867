"""What an edit of the dictionary does: which entries differ, and which hits in stored calls come and go."""

from dataclasses import dataclass

from phrases.archive import Archive, ArchiveHit
from phrases.entry import PhraseSet
from phrases.japanese import Japanese
from phrases.query import parse


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of entries, sorted. An entry is changed, too, if only a word list that it uses is."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HitDiff:
    """Hits of the new dictionary that the old one lacks, and the reverse. A hit now cancelled counts as lost."""

    gained: tuple[ArchiveHit, ...]
    lost: tuple[ArchiveHit, ...]


def changes(old: PhraseSet, new: PhraseSet) -> Changes:
    """Which entries an edit adds, removes and changes."""
    common = old.by_id.keys() & new.by_id.keys()
    return Changes(
        added=tuple(sorted(new.by_id.keys() - old.by_id.keys())),
        removed=tuple(sorted(old.by_id.keys() - new.by_id.keys())),
        changed=tuple(sorted(identity for identity in common if _differs(identity, old, new))),
    )


def touched(old: PhraseSet, new: PhraseSet) -> tuple[PhraseSet, PhraseSet]:
    """Only the entries whose hits may differ, of the old dictionary and of the new one."""
    found = changes(old, new)
    before, after = {*found.removed, *found.changed}, {*found.added, *found.changed}
    return (
        PhraseSet(tuple(phrase for phrase in old.phrases if phrase.id in before), old.lists),
        PhraseSet(tuple(phrase for phrase in new.phrases if phrase.id in after), new.lists),
    )


def diff_hits(archive: Archive, old: PhraseSet, new: PhraseSet, japanese: Japanese) -> HitDiff:
    """Uncancelled hits gained and lost over all stored calls; only touched entries are searched for."""
    before, after = touched(old, new)
    had = _counted(archive, before, japanese)
    has = _counted(archive, after, japanese)
    return HitDiff(
        gained=tuple(hit for place, hit in has.items() if place not in had),
        lost=tuple(hit for place, hit in had.items() if place not in has),
    )


Place = tuple[object, ...]


def _counted(archive: Archive, phrase_set: PhraseSet, japanese: Japanese) -> dict[Place, ArchiveHit]:
    return {
        (found.call_id, found.hit.phrase_id, found.hit.category, found.hit.spans): found
        for found in archive.hits(phrase_set, japanese)
        if found.hit.cancelled_by is None
    }


def _differs(identity: str, old: PhraseSet, new: PhraseSet) -> bool:
    before, after = old.by_id[identity], new.by_id[identity]
    if before != after:
        return True
    return old.lists != new.lists and parse(before.phrase, old.words) != parse(after.phrase, new.words)
