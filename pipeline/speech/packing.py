"""Pieces of speech packed into windows for the recogniser, and times mapped back.

The encoder costs the same for silence as for speech, and a telephone channel is half silence. Whisper was trained on
windows of 30 s; filled ones of 14 to 21 s are read as well, at less cost per second of speech, since every character
that is decoded looks at the whole window. Which of these lengths wastes least is another one for every call. Nothing is
put between the pieces: what is left of the pauses is the call's own sound. Cut closer and joined with digital silence,
they are misheard as soon as a line is poor (on the four hardest of `recordings` 42 of 100 characters instead of 29),
though hardly on a good one.

Windows hold the pieces of one channel of one call. Filling them from several calls was measured and gains nothing: a
batch of calls of 15 s costs no more per second to recognise than long calls do; what short calls cost more is the
start of the decoder's process.
"""

import bisect
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.speech.vad import SAMPLE_RATE, Piece, widened

FULL = 30 * SAMPLE_RATE  # Whisper's window
LEAST = 15 * SAMPLE_RATE  # in windows of a few seconds Whisper, trained on 30, repeats itself and invents
SILENCE = SAMPLE_RATE  # behind the speech; without it the end of a window is misheard


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces with the sound around them, laid one behind the other.

    `spans[i]`: the samples of the recording, from and to, that are read for `pieces[i]`; `offsets[i]`: where they begin
    in the window.
    """

    pieces: tuple[Piece, ...]
    spans: tuple[tuple[int, int], ...]
    offsets: tuple[int, ...]

    @property
    def length(self) -> int:
        """Samples."""
        start, stop = self.spans[-1]
        return self.offsets[-1] + stop - start

    def piece_ending_at(self, sample: int) -> int:
        """Index of the piece in which a word that ends at `sample` of the window was said.

        The alignment begins the first word after a pause where the pause begins, but ends every word in its own
        piece: by the end hardly a word goes astray, by the middle every tenth piece loses its first character.
        """
        return max(0, bisect.bisect_right(self.offsets, sample) - 1)

    def rest(self, index: int, start: int = 0) -> "Window":
        """What is left of the window behind sample `start` of the recording, which lies in or before piece `index`."""
        first = replace(self.pieces[index], start=max(start, self.pieces[index].start))
        spans = ((max(start, self.spans[index][0]), self.spans[index][1]), *self.spans[index + 1 :])
        return _window((first, *self.pieces[index + 1 :]), spans)

    def original(self, index: int, sample: int) -> int:
        """The sample of the recording that sounds at `sample` of the window, held within piece `index`."""
        piece = self.pieces[index]
        return min(max(self.spans[index][0] + sample - self.offsets[index], piece.start), piece.stop)


def pack(
    channels: Iterable[Sequence[Piece]], *, context: int, samples: int, lengths: Iterable[int], batch: int
) -> list[Window]:
    """Windows of a call, a channel after the other, of the pieces of each in order.

    Each piece brings up to `context` samples of what sounds before and after it, shared where the next one is near, of
    a recording of `samples`. Of the `lengths` that windows may have (a longer piece has one to itself) the one with
    which the least silence has to be added, up to `batch` samples being padded to their longest; and within it windows
    as even as the pieces allow.

    >>> pieces = [Piece(0, 5, 15), Piece(0, 19, 30), Piece(0, 70, 85)]
    >>> [window.spans for window in pack([pieces], context=5, samples=87, lengths=[40], batch=100)]
    [((0, 17), (17, 35)), ((65, 87),)]
    """
    rows = [(row, widened([(p.start, p.stop) for p in row], samples, context)) for row in channels if row]
    sizes = [[stop - start for start, stop in spans] for _, spans in rows]
    if not rows:
        return []
    best = min(([_even(row, most) for row in sizes] for most in lengths), key=lambda way: _padded(way, sizes, batch))
    return [
        _window([pieces[i] for i in group], [spans[i] for i in group])
        for (pieces, spans), groups in zip(rows, best, strict=True)
        for group in groups
    ]


def _even(sizes: Sequence[int], most: int) -> list[list[int]]:
    """As few groups of neighbours as `most` allows, and the longest of them as short as this count allows."""
    largest = max(sizes)
    count = len(_fill(sizes, max(most, largest)))
    limits = range(largest, max(most, largest) + 1)
    return _fill(sizes, limits[bisect.bisect_left(limits, True, key=lambda limit: len(_fill(sizes, limit)) <= count)])


def _fill(sizes: Sequence[int], most: int) -> list[list[int]]:
    groups: list[list[int]] = []
    length = 0
    for index, size in enumerate(sizes):
        if not groups or length + size > most:
            groups.append([])
            length = 0
        groups[-1].append(index)
        length += size
    return groups


def _padded(way: Sequence[Sequence[Sequence[int]]], sizes: Sequence[Sequence[int]], batch: int) -> int:
    """Samples that the encoder is given."""
    lengths = [sum(row[i] for i in group) for groups, row in zip(way, sizes, strict=True) for group in groups]
    if sum(lengths) <= batch:
        lengths = [max(lengths)] * len(lengths)
    return sum(min(FULL, max(LEAST, length + SILENCE)) for length in lengths)


def even_batches(windows: Sequence[Window], most: int) -> list[list[Window]]:
    """Windows in batches of about `most` samples or less, all of like size, in the order given.

    A small batch at the end would read the weights again for little; one of many long windows would fill the memory.
    """
    count = math.ceil(sum(window.length for window in windows) / most)
    share = sum(window.length for window in windows) / max(1, count)
    batches: list[list[Window]] = [[] for _ in range(count)]
    at = 0
    for window in windows:
        batches[min(count - 1, int((at + window.length / 2) / share))].append(window)
        at += window.length
    return [batch for batch in batches if batch]


def _window(pieces: Sequence[Piece], spans: Sequence[tuple[int, int]]) -> Window:
    ends = itertools.accumulate(stop - start for start, stop in spans)
    return Window(tuple(pieces), tuple(spans), (0, *list(ends)[:-1]))
