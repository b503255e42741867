"""A dictionary looked for in an archive: first the turns where it may stand, then, call by call, what stands there.

Entries that look beyond one turn (THEN, times, silence) are matched in whole calls, the others in their turns. Entries
with the level `meaning` are looked for in every call, which takes much longer.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from phrases.archive import Archive, Turn
from phrases.dialogue import Line
from phrases.entry import PhraseSet
from phrases.forms import Forms
from phrases.japanese import Japanese
from phrases.matcher import Hit, Matcher, Sighting, compiled, judge
from phrases.meaning import Encode
from phrases.packing import unpack_line
from phrases.tree import Both, Node, Restricted, children

JUDGED_TOGETHER = 256  # sightings; their sentences are parsed together


@dataclass(frozen=True, slots=True)
class ArchiveSighting:
    """A place in a stored call where an entry is said, whether it holds or not; spans name lines of the call."""

    call_id: str
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class ArchiveHit:
    """A hit in a stored call; the spans of `hit` name lines of the call."""

    call_id: str
    hit: Hit


class Search:
    """Where a dictionary may stand in an archive. `turns`: by call, how many turns have to be matched to know."""

    def __init__(
        self, archive: Archive, phrase_set: PhraseSet, japanese: Japanese, encode: Encode | None = None
    ) -> None:
        within, beyond, meant = _by_reach(phrase_set)
        self._archive = archive
        self._in_turns = Matcher(within, japanese)
        self._places = _by_call(archive.candidates(within, japanese))
        self._in_calls: list[tuple[Matcher, Collection[str]]] = [
            (Matcher(beyond, japanese), _by_call(archive.candidates(beyond, japanese))),
            (Matcher(meant, japanese, encode), archive.turns if meant.phrases else ()),
        ]
        self.turns = {call_id: len(turns) for call_id, turns in self._places.items()}
        for _, calls in self._in_calls:
            self.turns |= {call_id: archive.turns[call_id] for call_id in calls}

    def sightings(self, call_id: str) -> Iterator[ArchiveSighting]:
        """Every place in one call."""
        packed = self._archive.packed_lines(call_id)
        for turn in self._places.get(call_id, ()):
            for seen in self._in_turns.sightings(*_unpacked(packed[line] for line in turn.lines)):
                yield ArchiveSighting(call_id, seen.moved_to(turn.lines))
        for matcher, calls in self._in_calls:
            if call_id in calls:
                yield from (ArchiveSighting(call_id, seen) for seen in matcher.sightings(*_unpacked(packed)))


def hits_in(
    archive: Archive, phrase_set: PhraseSet, japanese: Japanese, encode: Encode | None = None
) -> Iterator[ArchiveHit]:
    """Every hit of a dictionary in every stored call, cancelled ones included, call by call."""
    search = Search(archive, phrase_set, japanese, encode)
    return judged((seen for call_id in search.turns for seen in search.sightings(call_id)), japanese)


def judged(sightings: Iterable[ArchiveSighting], japanese: Japanese) -> Iterator[ArchiveHit]:
    """Places with what cancels them, if anything."""
    waiting = iter(sightings)
    while some := list(islice(waiting, JUDGED_TOGETHER)):
        hits = judge([seen.sighting for seen in some], japanese)
        yield from (ArchiveHit(seen.call_id, hit) for seen, hit in zip(some, hits, strict=True))


def _unpacked(packed: Iterable[bytes]) -> tuple[list[Line], list[Forms | None]]:
    unpacked = [unpack_line(line) for line in packed]
    return [line for line, _ in unpacked], [forms for _, forms in unpacked]


def _by_call(turns: Iterable[Turn]) -> dict[str, list[Turn]]:
    by_call: dict[str, list[Turn]] = {}
    for turn in turns:
        by_call.setdefault(turn.call_id, []).append(turn)
    return by_call


def _by_reach(phrase_set: PhraseSet) -> tuple[PhraseSet, PhraseSet, PhraseSet]:
    """Entries that one turn decides, entries that need the whole call, and entries that need every call."""
    far = {phrase.id for phrase, node in compiled(phrase_set) if _looks_beyond_a_turn(node)}
    meant = tuple(phrase for phrase in phrase_set.phrases if "meaning" in phrase.levels)
    said = [phrase for phrase in phrase_set.phrases if "meaning" not in phrase.levels]
    within = tuple(phrase for phrase in said if phrase.id not in far)
    beyond = tuple(phrase for phrase in said if phrase.id in far)
    return phrase_set.of(within), phrase_set.of(beyond), phrase_set.of(meant)


def _looks_beyond_a_turn(node: Node) -> bool:
    if isinstance(node, Both) and node.kind in ("then", "within"):
        return True
    if isinstance(node, Restricted) and node.kind not in ("operator", "customer"):
        return True
    return any(_looks_beyond_a_turn(child) for child in children(node))
