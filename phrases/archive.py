"""Stored calls, searched without tokenizing them again: what re-tagging, trying a query and comparing versions run on.

Every turn is kept in the three spellings that the scanner searches (see packing.py), every line with its forms.
A query first looks for the spellings without which it cannot be found, in all turns at once; only turns that hold one
are unpacked and matched as usual. The result is that of matching every call.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from phrases.dialogue import TURN_END, Line
from phrases.entry import TEXT_LEVELS, Level, PhraseSet
from phrases.entry import Word as Name
from phrases.evaluate import necessary
from phrases.forms import Forms
from phrases.japanese import Japanese
from phrases.matcher import Hit, Matcher, compiled
from phrases.meaning import Encode
from phrases.packing import PackedCall, pack_call, unpack_line
from phrases.patterns import QUANTITY_PATTERN, byte_places
from phrases.scan import Term, search_patterns
from phrases.tree import QUANTITY, Both, Node, Pattern, Restricted, children

BLOCK_TURNS = 4096  # turns of one block; memory is bounded by blocks, and a search goes block by block
_TURN_END = TURN_END.encode()
_FEW_PATTERNS = 12  # up to here looking for each pattern by itself is faster than an automaton


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a stored turn is: its call and its lines (numbers within the call)."""

    call_id: str
    lines: tuple[int, ...]


@dataclass(slots=True)
class _Block:
    turns: list[Turn] = field(default_factory=list)
    texts: dict[Level, bytearray] = field(default_factory=lambda: {level: bytearray() for level in TEXT_LEVELS})
    starts: dict[Level, list[int]] = field(default_factory=lambda: {level: [] for level in TEXT_LEVELS})


@dataclass(frozen=True, slots=True)
class ArchiveHit:
    """A hit in a stored call; the spans of `hit` name lines of the call."""

    call_id: str
    hit: Hit


class Archive:
    """Calls kept ready for searching. Filled once with `add`, then searched as often as needed."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._calls: dict[str, PackedCall] = {}
        self.lines = 0

    def add(self, call_id: str, lines: Sequence[Line], forms: Sequence[Forms | None]) -> None:
        """Keep one call."""
        self.add_packed(call_id, pack_call(lines, forms))

    def add_packed(self, call_id: str, call: PackedCall) -> None:
        """Keep one call that was packed before."""
        self._calls[call_id] = call.lines_only()
        self.lines += sum(map(len, call.turns))
        if not self._blocks or len(self._blocks[-1].turns) >= BLOCK_TURNS:
            self._blocks.append(_Block())
        block = self._blocks[-1]
        block.turns += [Turn(call_id, lines) for lines in call.turns]
        for level, stream in zip(TEXT_LEVELS, call.streams, strict=True):
            text, starts = block.texts[level], block.starts[level]
            at = len(text)
            for turn in stream.split(_TURN_END)[:-1]:
                starts.append(at)
                at += len(turn) + 1
            text += stream

    @property
    def calls(self) -> int:
        """How many calls are kept."""
        return len(self._calls)

    def hits(self, phrase_set: PhraseSet, japanese: Japanese, encode: Encode | None = None) -> Iterator[ArchiveHit]:
        """Every hit of a dictionary in every stored call, cancelled ones included.

        Entries that look beyond one turn (THEN, times, silence) are matched call by call, the others turn by turn.
        Entries with the level `meaning` need `encode` and are looked for in every call, which takes much longer.
        """
        within, beyond, meant = _by_reach(phrase_set)
        if within.phrases:
            yield from self._hits_in_turns(within, japanese)
        if beyond.phrases:
            called = dict.fromkeys(turn.call_id for turn in self._candidates(beyond, japanese))
            yield from self._hits_in_calls(called, Matcher(beyond, japanese))
        if meant.phrases:
            yield from self._hits_in_calls(self._calls, Matcher(meant, japanese, encode))

    def _hits_in_turns(self, phrase_set: PhraseSet, japanese: Japanese) -> Iterator[ArchiveHit]:
        matcher = Matcher(phrase_set, japanese)
        opened, packed = "", [b""]
        for turn in self._candidates(phrase_set, japanese):
            if turn.call_id != opened:
                opened, packed = turn.call_id, self._calls[turn.call_id].packed_lines()
            unpacked = [unpack_line(packed[line]) for line in turn.lines]
            matches = matcher.match([line for line, _ in unpacked], [forms for _, forms in unpacked])
            for hit in matches.hits:
                yield ArchiveHit(turn.call_id, hit.moved_to(turn.lines))

    def _hits_in_calls(self, call_ids: Iterable[str], matcher: Matcher) -> Iterator[ArchiveHit]:
        for call_id in call_ids:
            unpacked = self._calls[call_id].unpacked()
            matches = matcher.match([line for line, _ in unpacked], [forms for _, forms in unpacked])
            yield from (ArchiveHit(call_id, hit) for hit in matches.hits)

    def _candidates(self, phrase_set: PhraseSet, japanese: Japanese) -> Iterator[Turn]:
        """Turns that hold what at least one entry cannot do without, in order."""
        needs = [_Need(necessary(node), japanese, phrase_set.names) for _, node in compiled(phrase_set)]
        every = _Finders(pattern for need in needs for pattern in need.patterns)
        for block in self._blocks:
            found = every.turns(block)
            numbers = {number for need in needs for number in need.turns(found)}
            yield from (block.turns[number] for number in sorted(numbers))


Sought = tuple[Level, bytes] | Pattern


class _Need:
    """Groups of what is sought; a turn must hold at least one of every group."""

    def __init__(self, groups: Sequence[frozenset[Term]], japanese: Japanese, names: Sequence[Name]) -> None:
        self._groups = [frozenset(_sought(group, japanese, names)) for group in groups]

    @property
    def patterns(self) -> Iterator[Sought]:
        for group in self._groups:
            yield from group

    def turns(self, found: Mapping[Sought, set[int]]) -> set[int]:
        held = [set().union(*(found[pattern] for pattern in group if pattern in found)) for group in self._groups]
        return set.intersection(*held)


def _sought(group: Iterable[Term], japanese: Japanese, names: Sequence[Name]) -> Iterator[Sought]:
    for term in group:
        if isinstance(term, Pattern):
            yield term
        elif term == QUANTITY:
            yield Pattern(QUANTITY_PATTERN)
        else:
            for level, pattern in search_patterns(term, japanese, names):
                yield level, pattern.encode()


class _Finders:
    """Looks for many patterns in a block, level by level."""

    def __init__(self, patterns: Iterable[Sought]) -> None:
        wanted: dict[Level, set[bytes]] = {level: set() for level in TEXT_LEVELS}
        self._raw: set[Pattern] = set()
        for sought in patterns:
            if isinstance(sought, Pattern):
                self._raw.add(sought)
            else:
                wanted[sought[0]].add(sought[1])
        self._finders = {level: _finder(sorted(found)) for level, found in wanted.items() if found}

    def turns(self, block: _Block) -> dict[Sought, set[int]]:
        """What is sought → numbers of the turns that hold it."""
        held: dict[Sought, set[int]] = {}
        for level, find in self._finders.items():
            starts = block.starts[level]
            for pattern, at in find(bytes(block.texts[level])):
                held.setdefault((level, pattern), set()).add(bisect_right(starts, at) - 1)
        for raw in self._raw:
            starts = block.starts["surface"]
            places = byte_places(raw.text, bytes(block.texts["surface"]))
            held[raw] = {bisect_right(starts, at) - 1 for at in places}
        return held


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


def _finder(patterns: list[bytes]) -> "Finder":
    if len(patterns) <= _FEW_PATTERNS:
        return _Each(patterns)
    return _Automaton(patterns)


class _Each:
    """Places of a few patterns, one after the other."""

    def __init__(self, patterns: list[bytes]) -> None:
        self._patterns = patterns

    def __call__(self, text: bytes) -> Iterator[tuple[bytes, int]]:
        for pattern in self._patterns:
            at = text.find(pattern)
            while at >= 0:
                yield pattern, at
                at = text.find(pattern, at + len(pattern))


class _Automaton:
    """Places of many patterns in one pass."""

    def __init__(self, patterns: list[bytes]) -> None:
        import ahocorasick_rs

        self._patterns = patterns
        self._automaton = ahocorasick_rs.BytesAhoCorasick(patterns)

    def __call__(self, text: bytes) -> Iterator[tuple[bytes, int]]:
        for number, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            yield self._patterns[number], start


Finder = _Each | _Automaton
