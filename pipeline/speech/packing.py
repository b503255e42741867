"""Pieces of speech packed into windows for the recogniser, and times mapped back.

The encoder costs the same for silence as for speech, and a telephone channel is half silence. Whisper was trained on
windows of 30 s; filled ones of 18 s are read as well, at less cost per second of speech, since every character
that is decoded looks at the whole window.

Windows hold the pieces of one channel of one call. Filling them from several calls was measured and gains nothing: a
batch of calls of 15 s costs no more per second to recognise than long calls do; what short calls cost more is the
start of the decoder's process.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.speech.vad import SAMPLE_RATE, Piece

LONGEST = 29 * SAMPLE_RATE  # leaves a second of silence, without which the end of a window is misheard


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces laid one behind the other: `offsets[i]` is where `pieces[i]` begins, in samples of the window."""

    pieces: tuple[Piece, ...]
    offsets: tuple[int, ...]

    @property
    def length(self) -> int:
        """Samples up to the end of the last piece."""
        return self.offsets[-1] + self.pieces[-1].length

    def piece_ending_at(self, sample: int) -> int:
        """Index of the piece in which a word that ends at `sample` of the window was said.

        The alignment begins the first word after a pause where the pause begins, but ends every word in its own
        piece: by the end hardly a word goes astray, by the middle every tenth piece loses its first character.
        """
        return max(0, bisect.bisect_right(self.offsets, sample) - 1)

    def original(self, index: int, sample: int) -> int:
        """The sample of the recording that sounds at `sample` of the window, held within piece `index`."""
        piece = self.pieces[index]
        return piece.start + min(max(sample - self.offsets[index], 0), piece.length)


def pack(pieces: Sequence[Piece], *, gap: int, target: int, longest: int = LONGEST) -> list[Window]:
    """Windows of equal length, `target` samples or less, in the order given; `gap` samples of silence between pieces.

    Equal ones, since a batch is padded to its longest window. A window may pass `target` by the part of its outer
    pieces that lies beyond it, never `longest`.

    >>> [w.offsets for w in pack([Piece(0, 0, 10), Piece(0, 50, 60), Piece(0, 70, 85)], gap=5, target=30)]
    [(0, 15), (0,)]
    """
    total = sum(piece.length + gap for piece in pieces)
    share = total / max(1, math.ceil(total / target))
    groups: list[list[Piece]] = []
    at, last_turn, length = 0.0, -1, 0
    for piece in pieces:
        turn = int((at + piece.length / 2) / share)
        if turn != last_turn or length + gap + piece.length > longest:
            groups.append([])
            length = -gap
        groups[-1].append(piece)
        length += gap + piece.length
        at, last_turn = at + piece.length + gap, turn
    return [_window(group, gap) for group in groups]


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


def _window(pieces: Sequence[Piece], gap: int) -> Window:
    offsets, at = [], 0
    for piece in pieces:
        offsets.append(at)
        at += piece.length + gap
    return Window(tuple(pieces), tuple(offsets))
