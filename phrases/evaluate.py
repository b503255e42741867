"""A query tree against a call: which words it finds. Pure set work on occurrences; no text is searched here."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from phrases.dialogue import Dialogue
from phrases.entry import LEVELS, Level, Phrase
from phrases.nearby import Neighbours, Reach, apart, between
from phrases.scan import Occurrence, Term
from phrases.tree import Both, Either, Node, Pattern, Repeated, Restricted, Stretch, Without
from phrases.tree import Sequence as QuerySequence


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a (part of a) query is satisfied: the stretches of words that satisfy it, in order."""

    pieces: tuple[Occurrence, ...]

    @property
    def start(self) -> int:
        """The first word."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """After the last word."""
        return max(piece.end for piece in self.pieces)

    @property
    def level(self) -> Level:
        """The loosest level that any piece needed."""
        return max((piece.level for piece in self.pieces), key=LEVELS.index)


class Evaluation:
    """Evaluates the queries of one call."""

    def __init__(
        self,
        dialogue: Dialogue,
        occurrences: Mapping[Term, Sequence[Occurrence]],
        meanings: Mapping[str, Sequence[Occurrence]],
    ) -> None:
        self.dialogue = dialogue
        self.occurrences = occurrences
        self.meanings = meanings  # by entry: whole sentences that mean what its examples mean
        self._known_places: dict[tuple[tuple[str, ...], frozenset[Level]], list[Occurrence]] = {}

    def find(self, phrase: Phrase, node: Node) -> tuple[Found, ...]:
        """Every place of an entry, none overlapping another; where several levels see one place, the strictest wins."""
        said = self._find(node, phrase.speaker, frozenset(phrase.levels))
        return tuple(_strictest([*said, *(Found((place,)) for place in self.meanings.get(phrase.id, ()))]))

    def _find(self, node: Node, speaker: str, levels: frozenset[Level]) -> list[Found]:
        match node:
            case QuerySequence():
                return [found for found in self._sequence(node, levels) if self._speaker(found) == speaker]
            case Pattern():
                matched = (Found((place,)) for place in self.occurrences.get(node, ()))
                return [found for found in matched if self._speaker(found) == speaker and self._is_one_sentence(found)]
            case Either(left=left, right=right):
                return self._find(left, speaker, levels) + self._find(right, speaker, levels)
            case Both(left=left, right=right):
                lefts, rights = self._find(left, speaker, levels), self._find(right, speaker, levels)
                return list(self._pairs(node, lefts, rights))
            case Without(node=inner, unless=unless, limit=limit):
                return self._without(self._find(inner, speaker, levels), self._find(unless, speaker, levels), limit)
            case Repeated(node=inner, least=least, most=most):
                return self._repeated(self._find(inner, speaker, levels), least, most)
            case Restricted(kind="operator" | "customer" as who, node=inner):
                return self._find(inner, who, levels)
            case Restricted():
                return [f for f in self._find(node.node, speaker, levels) if _holds(node, f, self.dialogue)]

    def _sequence(self, node: QuerySequence, levels: frozenset[Level]) -> Iterator[Found]:
        everywhere = [self._places(stretch, levels) for stretch in node.stretches]
        if not all(everywhere):
            return
        begun = [(place, place) for place in everywhere[0]]  # first and last stretch so far
        for stretch, places in zip(node.stretches[1:], everywhere[1:], strict=True):
            begun = [(first, after) for first, last in begun for after in _after(last, places, stretch.gap)]
        for first, last in begun:
            level = max(first.level, last.level, key=LEVELS.index)
            whole = Occurrence(first.start, last.end, level, first.head, last.tail)
            same_turn = self.dialogue.turn_of(first.start) == self.dialogue.turn_of(last.end - 1)
            if same_turn and self._is_one_sentence(Found((whole,))):
                yield Found((whole,))

    def _places(self, stretch: Stretch, levels: frozenset[Level]) -> list[Occurrence]:
        """Where any spelling of a stretch occurs, by place; kept, because many entries share their stretches."""
        key = (stretch.spellings, levels)
        if key not in self._known_places:
            found = [
                place
                for spelling in stretch.spellings
                for place in self.occurrences.get(spelling, ())
                if place.level in levels
            ]
            self._known_places[key] = sorted(found, key=_place)
        return self._known_places[key]

    def _is_one_sentence(self, place: Found) -> bool:
        return self.dialogue.sentences[place.start] == self.dialogue.sentences[place.end - 1]

    def _speaker(self, found: Found) -> str:
        return self.dialogue.turns[self.dialogue.turn_of(found.start)].speaker

    def _turn(self, found: Found) -> int:
        return self.dialogue.turn_of(found.start)

    def _without(self, founds: list[Found], against: list[Found], limit: int) -> list[Found]:
        spans: dict[int, list[tuple[int, int]]] = {}
        for other in against:
            spans.setdefault(self._turn(other), []).append((other.start, other.end))
        reaches = {turn: Reach(of_turn) for turn, of_turn in spans.items()}

        def is_clear(found: Found) -> bool:
            reach = reaches.get(self._turn(found))
            end = reach.of(found.end + limit) if reach else None
            return end is None or end < found.start - limit

        return [found for found in founds if is_clear(found)]

    def _pairs(self, node: Both, lefts: list[Found], rights: list[Found]) -> Iterator[Found]:
        """Each left place with the nearest right place that satisfies the operator."""
        nearest = self._in_time(rights, node.limit) if node.kind == "within" else self._in_turns(node, rights)
        for left in lefts:
            right = nearest(left)
            if right is not None:
                yield Found(tuple(sorted(left.pieces + right.pieces, key=lambda piece: piece.start)))

    def _in_turns(self, node: Both, rights: list[Found]) -> Callable[[Found], Found | None]:
        neighbours, turns = Neighbours(rights), self.dialogue.turns

        def nearest(left: Found) -> Found | None:
            turn = self.dialogue.turn_of(left.end - 1)
            if node.kind == "then":
                return neighbours.nearest(left, left.end, turns[min(turn + node.limit, len(turns) - 1)].last)
            limit = node.limit if node.kind == "near" else inf
            return neighbours.nearest(left, turns[turn].first, turns[turn].last, limit)

        return nearest

    def _in_time(self, rights: list[Found], limit_ms: int) -> Callable[[Found], Found | None]:
        timed = ((self.dialogue.time_of(right.start), order, right) for order, right in enumerate(rights))
        ordered = sorted((time, order, right) for time, order, right in timed if time is not None)
        times = [time for time, _, _ in ordered]

        def nearest(left: Found) -> Found | None:
            time = self.dialogue.time_of(left.start)
            if time is None:
                return None
            near = ordered[bisect_left(times, time - limit_ms) : bisect_right(times, time + limit_ms)]
            partners = ((between(left, right), order, right) for _, order, right in near if right != left)
            return min(partners, default=(0, 0, None))[2]

        return nearest

    def _repeated(self, founds: list[Found], least: int, most: int | None) -> list[Found]:
        by_turn: dict[int, list[Found]] = {}
        for found in _strictest(founds):
            by_turn.setdefault(self.dialogue.turn_of(found.start), []).append(found)
        return [
            Found(tuple(piece for found in group for piece in found.pieces))
            for group in by_turn.values()
            if len(group) >= least and (most is None or len(group) <= most)
        ]


def _strictest(founds: list[Found]) -> list[Found]:
    """Places that do not overlap, the strictest level first, then the earliest and the longest; in order."""
    return apart(sorted(founds, key=lambda found: (LEVELS.index(found.level), found.start, -found.end)))


def _place(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.start, occurrence.end


def _after(last: Occurrence, places: list[Occurrence], gap: int) -> list[Occurrence]:
    """Places that begin at most `gap` words after the end of another; `places` is sorted."""
    low = bisect_left(places, (last.end, 0), key=_place)
    return places[low : bisect_left(places, (last.end + gap + 1, 0), key=_place)]


def _holds(node: Restricted, found: Found, dialogue: Dialogue) -> bool:
    """Conditions of time; a call without times satisfies none of them."""
    time, call_end = dialogue.time_of(found.start), dialogue.end_ms
    if time is None or call_end is None:
        return False
    match node.kind:
        case "first_ms":
            return time < node.value
        case "last_ms":
            return time >= call_end - node.value
        case "first_percent":
            return time * 100 < call_end * node.value
        case "last_percent":
            return time * 100 >= call_end * (100 - node.value)
        case "silence":
            return dialogue.silence_before(dialogue.word_lines[found.start]) >= node.value
        case _:
            return dialogue.is_overlapped(dialogue.word_lines[found.start], time)


def necessary(node: Node) -> tuple[frozenset[Term], ...]:
    """Groups of spellings and patterns: of every group at least one must occur, or the query finds nothing."""
    match node:
        case QuerySequence():
            return tuple(frozenset[Term](stretch.spellings) for stretch in node.stretches)
        case Without(node=inner) | Restricted(node=inner) | Repeated(node=inner):
            return necessary(inner)
        case Both(kind="and" | "near", left=left, right=right):
            return necessary(left) + necessary(right)
        case _:
            return (triggers(node),)


def triggers(node: Node) -> frozenset[Term]:
    """Spellings and patterns of which at least one must occur for a query to find anything."""
    match node:
        case Pattern():
            return frozenset((node,))
        case QuerySequence():
            rarest = max(node.stretches, key=lambda stretch: min(map(len, stretch.spellings)))
            return frozenset[Term](rarest.spellings)
        case Either(left=left, right=right):
            return triggers(left) | triggers(right)
        case Both(left=inner) | Without(node=inner) | Restricted(node=inner) | Repeated(node=inner):
            return triggers(inner)
