"""Pieces of speech packed into the recogniser's 30-second windows, and times mapped back.

The encoder costs the same for a window of silence as for one full of speech, and a telephone channel is half silence.
"""

import bisect
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.speech.vad import SAMPLE_RATE, Piece

WINDOW = 30 * SAMPLE_RATE


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


def pack(pieces: Iterable[Piece], *, gap: int, window: int = WINDOW) -> list[Window]:
    """Windows filled in the order given, `gap` samples of silence between pieces.

    >>> [w.offsets for w in pack([Piece(0, 0, 10), Piece(0, 50, 60), Piece(0, 70, 85)], gap=5, window=30)]
    [(0, 15), (0,)]
    """
    windows: list[Window] = []
    inside: list[Piece] = []
    offsets: list[int] = []
    end = 0
    for piece in pieces:
        at = end + gap if inside else 0
        if inside and at + piece.length > window:
            windows.append(Window(tuple(inside), tuple(offsets)))
            inside, offsets, at = [], [], 0
        inside.append(piece)
        offsets.append(at)
        end = at + piece.length
    if inside:
        windows.append(Window(tuple(inside), tuple(offsets)))
    return windows
