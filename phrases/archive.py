"""Stored calls, searched without tokenizing them again: what re-tagging, trying a query and comparing versions run on.

Every turn is kept in the three spellings that the scanner searches (see packing.py), every line with its forms.
A search first looks for the spellings without which a query cannot be found, in all turns at once; only turns that hold
one are unpacked and matched as usual (search.py). The result is that of matching every call.
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
from phrases.matcher import compiled
from phrases.packing import PackedCall, pack_call
from phrases.patterns import QUANTITY_PATTERN, byte_places
from phrases.scan import Term, search_patterns
from phrases.tree import QUANTITY, Pattern

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


class Archive:
    """Calls kept ready for searching (see search.py). Filled once with `add`, then searched as often as needed."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._calls: dict[str, PackedCall] = {}
        self.turns: dict[str, int] = {}  # by call, in order
        self.lines = 0

    def add(self, call_id: str, lines: Sequence[Line], forms: Sequence[Forms | None]) -> None:
        """Keep one call."""
        self.add_packed(call_id, pack_call(lines, forms))

    def add_packed(self, call_id: str, call: PackedCall) -> None:
        """Keep one call that was packed before."""
        self._calls[call_id] = call.lines_only()
        self.turns[call_id] = len(call.turns)
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

    def packed_lines(self, call_id: str) -> list[bytes]:
        """The lines of a call with their forms, each for `unpack_line`."""
        return self._calls[call_id].packed_lines()

    def candidates(self, phrase_set: PhraseSet, japanese: Japanese) -> Iterator[Turn]:
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
            for pattern, turns in find(bytes(block.texts[level]), block.starts[level]):
                held.setdefault((level, pattern), set()).update(turns)
        for raw in self._raw:
            starts = block.starts["surface"]
            places = byte_places(raw.text, bytes(block.texts["surface"]))
            held[raw] = {bisect_right(starts, at) - 1 for at in places}
        return held


def _finder(patterns: list[bytes]) -> "Finder":
    if len(patterns) <= _FEW_PATTERNS:
        return _Each(patterns)
    return _Automaton(patterns)


class _Each:
    """Turns of a few patterns, one pattern after the other."""

    def __init__(self, patterns: list[bytes]) -> None:
        self._patterns = patterns

    def __call__(self, text: bytes, starts: Sequence[int]) -> Iterator[tuple[bytes, list[int]]]:
        for pattern in self._patterns:
            yield pattern, list(self._turns(pattern, text, starts))

    @staticmethod
    def _turns(pattern: bytes, text: bytes, starts: Sequence[int]) -> Iterator[int]:
        """Found in a turn, it is sought in the next one: a common character stands many times in each."""
        at, turn, last = text.find(pattern), 0, len(starts) - 1
        while at >= 0:
            turn = bisect_right(starts, at, turn) - 1
            yield turn
            at = text.find(pattern, starts[turn + 1]) if turn < last else -1


class _Automaton:
    """Turns of many patterns, found in one pass."""

    def __init__(self, patterns: list[bytes]) -> None:
        import ahocorasick_rs

        self._patterns = patterns
        self._automaton = ahocorasick_rs.BytesAhoCorasick(patterns)

    def __call__(self, text: bytes, starts: Sequence[int]) -> Iterator[tuple[bytes, list[int]]]:
        for number, at, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            yield self._patterns[number], [bisect_right(starts, at) - 1]


Finder = _Each | _Automaton
