"""A query tree against a call: which words it finds. Pure set work on occurrences; no text is searched here."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from phrases.dialogue import Dialogue
from phrases.entry import LEVELS, Level, Phrase
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
        return tuple(_apart([*said, *(Found((place,)) for place in self.meanings.get(phrase.id, ()))]))

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
                return list(_pairs(node, lefts, rights, self.dialogue))
            case Without(node=inner, unless=unless, limit=limit):
                against = self._find(unless, speaker, levels)
                return [
                    found
                    for found in self._find(inner, speaker, levels)
                    if not any(self._distance(found, other) <= limit for other in against)
                ]
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

    def _distance(self, one: Found, other: Found) -> float:
        if self.dialogue.turn_of(one.start) != self.dialogue.turn_of(other.start):
            return float("inf")
        return _words_between(one, other)

    def _repeated(self, founds: list[Found], least: int, most: int | None) -> list[Found]:
        by_turn: dict[int, list[Found]] = {}
        for found in _apart(founds):
            by_turn.setdefault(self.dialogue.turn_of(found.start), []).append(found)
        return [
            Found(tuple(piece for found in group for piece in found.pieces))
            for group in by_turn.values()
            if len(group) >= least and (most is None or len(group) <= most)
        ]


def _apart(founds: list[Found]) -> list[Found]:
    """Places that do not overlap, the strictest level first, then the earliest and the longest; in order."""
    chosen: list[Found] = []
    for found in sorted(founds, key=lambda found: (LEVELS.index(found.level), found.start, -found.end)):
        if all(found.end <= other.start or other.end <= found.start for other in chosen):
            chosen.append(found)
    return sorted(chosen, key=lambda found: found.start)


def _place(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.start, occurrence.end


def _after(last: Occurrence, places: list[Occurrence], gap: int) -> list[Occurrence]:
    """Places that begin at most `gap` words after the end of another; `places` is sorted."""
    low = bisect_left(places, (last.end, 0), key=_place)
    return places[low : bisect_left(places, (last.end + gap + 1, 0), key=_place)]


def _words_between(one: Found, other: Found) -> int:
    """Words between two places; 0 where they touch or overlap."""
    return max(other.start - one.end, one.start - other.end, 0)


def _pairs(node: Both, lefts: list[Found], rights: list[Found], dialogue: Dialogue) -> Iterator[Found]:
    """Each left place with the nearest right place that satisfies the operator."""
    for left in lefts:
        partners = [right for right in rights if right != left and _are_joined(node, left, right, dialogue)]
        if partners:
            nearest = min(partners, key=lambda right: _words_between(left, right))
            yield Found(tuple(sorted(left.pieces + nearest.pieces, key=lambda piece: piece.start)))


def _are_joined(node: Both, left: Found, right: Found, dialogue: Dialogue) -> bool:
    turns = dialogue.turn_of(right.start) - dialogue.turn_of(left.end - 1)
    match node.kind:
        case "and":
            return turns == 0
        case "near":
            return turns == 0 and _words_between(left, right) <= node.limit
        case "then":
            return 0 <= turns <= node.limit and right.start >= left.end
        case "within":
            one, other = dialogue.time_of(left.start), dialogue.time_of(right.start)
            return one is not None and other is not None and abs(other - one) <= node.limit


def _holds(node: Restricted, found: Found, dialogue: Dialogue) -> bool:
    """Conditions of time; a call without times satisfies none of them."""
    time = dialogue.time_of(found.start)
    ends = [line.end_ms for line in dialogue.lines if line.end_ms is not None]
    if time is None or not ends:
        return False
    call_end = max(ends)
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
            return _silence_before(dialogue.word_lines[found.start], dialogue) >= node.value
        case _:
            return _overlaps(dialogue.word_lines[found.start], time, dialogue)


def _silence_before(line: int, dialogue: Dialogue) -> int:
    """Milliseconds without speech of anyone before a line."""
    start = dialogue.lines[line].start_ms
    earlier = [other.end_ms for other in dialogue.lines
               if other.end_ms is not None and other.start_ms is not None and start is not None
               and other.start_ms < start]  # fmt: skip
    return max(start - max(earlier, default=0), 0) if start is not None else 0


def _overlaps(line: int, time: int, dialogue: Dialogue) -> bool:
    """Whether another speaker is talking at that time."""
    speaker = dialogue.lines[line].speaker
    return any(
        other.speaker != speaker and other.start_ms is not None and other.end_ms is not None
        and other.start_ms <= time < other.end_ms
        for other in dialogue.lines
    )  # fmt: skip


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
