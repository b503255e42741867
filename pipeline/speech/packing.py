"""Pieces of speech packed into windows for the recogniser, and times mapped back.

The encoder costs the same for silence as for speech, and a telephone channel is half silence. Whisper was trained on
windows of 30 s; filled ones of 18 s are read as well, at less cost per second of speech, since every character
that is decoded looks at the whole window. Nothing is put between the pieces: what is left of the pauses is the call's
own sound. Cut closer and joined with digital silence, they are misheard as soon as a line is poor (on the four hardest
of `recordings` 42 of 100 characters instead of 29), though hardly on a good one.

Windows hold the pieces of one channel of one call. Filling them from several calls was measured and gains nothing: a
batch of calls of 15 s costs no more per second to recognise than long calls do; what short calls cost more is the
start of the decoder's process.
"""

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.speech.vad import SAMPLE_RATE, Piece, widened

LONGEST = 29 * SAMPLE_RATE  # leaves a second of silence, without which the end of a window is misheard


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

    def original(self, index: int, sample: int) -> int:
        """The sample of the recording that sounds at `sample` of the window, held within piece `index`."""
        piece = self.pieces[index]
        return min(max(self.spans[index][0] + sample - self.offsets[index], piece.start), piece.stop)


def pack(pieces: Sequence[Piece], *, context: int, samples: int, target: int, longest: int = LONGEST) -> list[Window]:
    """Windows of equal length, `target` samples or less, of the pieces of one channel in order.

    Each piece brings up to `context` samples of what sounds before and after it, shared where the next one is near, of
    a recording of `samples`. Equal windows, since a batch is padded to its longest. A window may pass `target` by the
    part of its outer pieces that lies beyond it, never `longest`.

    >>> [w.spans for w in pack([Piece(0, 5, 15), Piece(0, 19, 30), Piece(0, 70, 85)], context=5, samples=87, target=40)]
    [((0, 17), (17, 35)), ((65, 87),)]
    """
    spans = widened([(piece.start, piece.stop) for piece in pieces], samples, context)
    share = _length(spans) / max(1, math.ceil(_length(spans) / target))
    groups: list[list[int]] = []
    at, last_turn, length = 0.0, -1, 0
    for index, (start, stop) in enumerate(spans):
        size = stop - start
        turn = int((at + size / 2) / share)
        if turn != last_turn or length + size > longest:
            groups.append([])
            length = 0
        groups[-1].append(index)
        length += size
        at, last_turn = at + size, turn
    return [_window([pieces[i] for i in group], [spans[i] for i in group]) for group in groups]


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


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(stop - start for start, stop in spans)


def _window(pieces: Sequence[Piece], spans: Sequence[tuple[int, int]]) -> Window:
    ends = itertools.accumulate(stop - start for start, stop in spans)
    return Window(tuple(pieces), tuple(spans), (0, *list(ends)[:-1]))
