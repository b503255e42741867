"""What an edit of the dictionary does: which entries differ, and which hits in stored calls come and go."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from phrases.archive import Archive, ArchiveHit
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.meaning import Encode
from phrases.normalize import fold
from phrases.query import parse
from phrases.tree import sequences


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
        old.of(tuple(phrase for phrase in old.phrases if phrase.id in before)),
        new.of(tuple(phrase for phrase in new.phrases if phrase.id in after)),
    )


def diff_hits(
    archive: Archive, old: PhraseSet, new: PhraseSet, japanese: Japanese, encode: Encode | None = None
) -> HitDiff:
    """Uncancelled hits gained and lost over all stored calls; only touched entries are searched for."""
    before, after = touched(old, new)
    if (before.lists, before.names) == (after.lists, after.names):
        had, has = _counted_together(archive, before, after, japanese, encode)
    else:
        had, has = (_counted(archive.hits(side, japanese, encode)) for side in (before, after))
    return HitDiff(
        gained=tuple(hit for place, hit in has.items() if place not in had),
        lost=tuple(hit for place, hit in had.items() if place not in has),
    )


Place = tuple[object, ...]
_HAD, _HAS = "-", "+"


def _counted(hits: Iterable[ArchiveHit]) -> dict[Place, ArchiveHit]:
    return {
        (found.call_id, found.hit.phrase_id, found.hit.category, found.hit.spans): found
        for found in hits
        if found.hit.cancelled_by is None
    }


def _counted_together(
    archive: Archive, before: PhraseSet, after: PhraseSet, japanese: Japanese, encode: Encode | None
) -> tuple[dict[Place, ArchiveHit], dict[Place, ArchiveHit]]:
    """Both sides in one search, which takes half the time: stored speech is scanned and unpacked once."""
    marked = [(_HAD, phrase) for phrase in before.phrases] + [(_HAS, phrase) for phrase in after.phrases]
    both = before.of(tuple(replace(phrase, id=mark + phrase.id) for mark, phrase in marked))
    sides: dict[str, list[ArchiveHit]] = {_HAD: [], _HAS: []}
    for found in archive.hits(both, japanese, encode):
        mark, identity = found.hit.phrase_id[0], found.hit.phrase_id[1:]
        sides[mark].append(replace(found, hit=replace(found.hit, phrase_id=identity)))
    return _counted(sides[_HAD]), _counted(sides[_HAS])


def _differs(identity: str, old: PhraseSet, new: PhraseSet) -> bool:
    before, after = old.by_id[identity], new.by_id[identity]
    if before != after:
        return True
    if old.names != new.names and _names_said(before, old, new):
        return True
    return old.lists != new.lists and parse(before.phrase, old.words) != parse(after.phrase, new.words)


def _names_said(phrase: Phrase, old: PhraseSet, new: PhraseSet) -> bool:
    """Whether a registered name that the edit touches stands in the entry's query or in a list that it uses."""
    edited = {fold(word.surface).text for word in {*old.names} ^ {*new.names}}
    said = (
        fold(spelling).text
        for sequence in sequences(parse(phrase.phrase, new.words))
        for stretch in sequence.stretches
        for spelling in stretch.spellings
    )
    return any(name in spelling for spelling in said for name in edited)
