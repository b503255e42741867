"""A call as the matcher sees it: lines of speech, turns, and three long strings to search."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import attrgetter

from phrases.entry import Level
from phrases.forms import KEY_END, Forms, Word
from phrases.nearby import Reach

TURN_END = "\x00"  # between turns in every stream; no text holds it, normalisation makes it a blank
_BACKCHANNELS = frozenset("はい ええ うん ああ へえ なるほど そう です か ね はあ あ".split())
_LONGEST_BACKCHANNEL = 4
_SPELLING = {"surface": attrgetter("surface"), "normalized": attrgetter("keys"), "reading": attrgetter("reading")}


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance. `times` are (character, ms) of its words where the recogniser gave them, in order."""

    speaker: str  # "operator", "customer", or anything else for unknown
    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    times: tuple[tuple[int, int], ...] = ()

    def time_at(self, character: int) -> int | None:
        """When the character is said, in ms: by its word, else by its share of the line; None without times."""
        if self.times:
            index = bisect_right(self.times, (character, 1 << 60)) - 1
            return self.times[max(index, 0)][1]
        if self.start_ms is None or self.end_ms is None:
            return None
        return self.start_ms + (self.end_ms - self.start_ms) * character // max(len(self.text), 1)


@dataclass(frozen=True, slots=True)
class Turn:
    """Lines of one speaker until the other says more than はい. `first` to `last` (exclusive) are its words."""

    speaker: str
    lines: tuple[int, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Stream:
    """All words of a call in one spelling, as one string; `offsets[i]` is where word i begins."""

    text: str
    offsets: tuple[int, ...]

    def word_at(self, character: int) -> int:
        """The last word that begins at or before the character."""
        return bisect_right(self.offsets, character) - 1


class Dialogue:
    """Lines with their forms (None where analysis failed or the line is not to be searched)."""

    def __init__(self, lines: Sequence[Line], forms: Sequence[Forms | None]) -> None:
        self.lines = tuple(lines)
        self.forms = tuple(forms)
        self.words: list[Word] = []
        self.word_lines: list[int] = []
        self.turns = self._turns()
        self.turn_starts = [turn.first for turn in self.turns]
        self._streams: dict[Level, Stream] = {}

    def turn_of(self, word: int) -> int:
        """The turn that a word belongs to."""
        return bisect_right(self.turn_starts, word) - 1

    def time_of(self, word: int) -> int | None:
        """When a word begins, in ms."""
        line = self.word_lines[word]
        forms = self.forms[line]
        assert forms is not None
        return self.lines[line].time_at(forms.folded.span(self.words[word].start, self.words[word].end)[0])

    @cached_property
    def end_ms(self) -> int | None:
        """When the last line that has a time ends."""
        return max((line.end_ms for line in self.lines if line.end_ms is not None), default=None)

    def silence_before(self, line: int) -> int:
        """Milliseconds without speech of anyone before a line; 0 where its start is not known."""
        start = self.lines[line].start_ms
        if start is None:
            return 0
        reached = [reach.of(start - 1) for reach in self._reaches.values()]
        return max(start - max((end for end in reached if end is not None), default=0), 0)

    def is_overlapped(self, line: int, time: int) -> bool:
        """Whether another speaker than the line's is talking at that time, in ms."""
        others = [reach for speaker, reach in self._reaches.items() if speaker != self.lines[line].speaker]
        return any((end := reach.of(time)) is not None and end > time for reach in others)

    @cached_property
    def _reaches(self) -> dict[str, Reach]:
        """How far what each speaker began to say reaches, in ms."""
        spans: dict[str, list[tuple[int, int]]] = {}
        for line in self.lines:
            if line.start_ms is not None and line.end_ms is not None:
                spans.setdefault(line.speaker, []).append((line.start_ms, line.end_ms))
        return {speaker: Reach(spoken) for speaker, spoken in spans.items()}

    @cached_property
    def sentences(self) -> list[int]:
        """The number of the sentence that each word belongs to."""
        numbers, number = [], 0
        for word in self.words:
            numbers.append(number)
            number += word.ends_sentence
        return numbers

    def stream(self, level: Level) -> Stream:
        """The whole call at one level."""
        if level not in self._streams:
            self._streams[level] = self._joined(level)
        return self._streams[level]

    def _joined(self, level: Level) -> Stream:
        parts: list[str] = []
        offsets: list[int] = []
        length = 0
        for turn in self.turns:
            words = list(map(_SPELLING[level], self.words[turn.first : turn.last]))
            parts.append(KEY_END + "".join(words))
            *starts, end = accumulate(map(len, words), initial=length + 1)
            offsets += starts
            length = end + 1
        return Stream(TURN_END.join(parts) or KEY_END, tuple(offsets))

    def spelled(self, turn: Turn, level: Level) -> str:
        """The words of one turn at one level, as they stand in the stream."""
        return "".join(map(_SPELLING[level], self.words[turn.first : turn.last]))

    def _turns(self) -> tuple[Turn, ...]:
        turns: list[Turn] = []
        for speaker, lines in _grouped(self.lines, self.forms):
            first = len(self.words)
            for line in lines:
                forms = self.forms[line]
                if forms:
                    self.words.extend(forms.words)
                    self.word_lines.extend([line] * len(forms.words))
            turns.append(Turn(speaker, tuple(lines), first, len(self.words)))
        return tuple(turns)


def _grouped(lines: Sequence[Line], forms: Sequence[Forms | None]) -> list[tuple[str, list[int]]]:
    """Lines by turn. A はい of the listener does not end the speaker's turn; it is a turn of its own."""
    groups: list[tuple[str, list[int]]] = []
    interrupted: tuple[str, list[int]] | None = None
    for index, line in enumerate(lines):
        if groups and groups[-1][0] == line.speaker:
            groups[-1][1].append(index)
        elif interrupted and interrupted[0] == line.speaker:
            interrupted[1].append(index)
            continue
        else:
            interrupted = groups[-1] if groups and _is_backchannel(forms[index]) else None
            groups.append((line.speaker, [index]))
    return groups


def _is_backchannel(forms: Forms | None) -> bool:
    return bool(
        forms
        and len(forms.words) <= _LONGEST_BACKCHANNEL
        and all(word.surface in _BACKCHANNELS for word in forms.words)
    )
