"""What an edit of the dictionary does: which entries differ, and which hits in stored calls come and go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from phrases.archive import Archive
from phrases.entry import Phrase, PhraseSet
from phrases.japanese import Japanese
from phrases.meaning import Encode
from phrases.normalize import fold
from phrases.query import parse
from phrases.search import ArchiveHit, ArchiveSighting, Search, judged
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
    had, has = _unlike(_sides(archive, *touched(old, new), japanese, encode))
    before, after = _counted(judged(had, japanese)), _counted(judged(has, japanese))
    return HitDiff(
        gained=tuple(hit for place, hit in after.items() if place not in before),
        lost=tuple(hit for place, hit in before.items() if place not in after),
    )


Place = tuple[object, ...]
Sides = tuple[list[ArchiveSighting], list[ArchiveSighting]]  # what the old dictionary sees in a call, and the new one
_HAD, _HAS = "-", "+"


def _unlike(sides: Iterable[Sides]) -> Sides:
    """What both see alike counts for both or for neither; it need not be judged, which is most of the work."""
    had: list[ArchiveSighting] = []
    has: list[ArchiveSighting] = []
    for before, after in sides:
        was, now = ({(_place(seen), seen.sighting.last) for seen in side} for side in (before, after))
        had += (seen for seen in before if (_place(seen), seen.sighting.last) not in now)
        has += (seen for seen in after if (_place(seen), seen.sighting.last) not in was)
    return had, has


def _place(seen: ArchiveSighting | ArchiveHit) -> Place:
    hit = seen.hit if isinstance(seen, ArchiveHit) else seen.sighting.hit
    return seen.call_id, hit.phrase_id, hit.category, hit.spans


def _counted(hits: Iterable[ArchiveHit]) -> dict[Place, ArchiveHit]:
    return {_place(found): found for found in hits if found.hit.cancelled_by is None}


def _sides(
    archive: Archive, before: PhraseSet, after: PhraseSet, japanese: Japanese, encode: Encode | None
) -> Iterator[Sides]:
    """Call by call. Where only entries differ, both sides are one search: speech is scanned and unpacked once."""
    if (before.lists, before.names) == (after.lists, after.names):
        marked = [(_HAD, phrase) for phrase in before.phrases] + [(_HAS, phrase) for phrase in after.phrases]
        both = before.of(tuple(replace(phrase, id=mark + phrase.id) for mark, phrase in marked))
        search = Search(archive, both, japanese, encode)
        for call_id in search.turns:
            seen = list(search.sightings(call_id))
            yield _of_side(_HAD, seen), _of_side(_HAS, seen)
    else:
        had, has = (Search(archive, side, japanese, encode) for side in (before, after))
        for call_id in had.turns | has.turns:
            yield list(had.sightings(call_id)), list(has.sightings(call_id))


def _of_side(mark: str, seen: Iterable[ArchiveSighting]) -> list[ArchiveSighting]:
    return [
        replace(one, sighting=replace(one.sighting, hit=replace(one.sighting.hit, phrase_id=identity[1:])))
        for one in seen
        if (identity := one.sighting.hit.phrase_id).startswith(mark)
    ]


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
