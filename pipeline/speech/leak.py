"""Side tone: the other speaker, faint, on one's own channel. Nobody's words may be credited twice."""

import bisect
from collections.abc import Callable, Sequence

import numpy as np

from pipeline.speech.vad import SAMPLE_RATE, Floats, Piece

FAINTER_DB = 10.0  # by how much the copy lies below the original
LIKENESS = 0.35  # correlation of the two wave forms; two people talking at once stay below 0.2
LATEST = SAMPLE_RATE // 50  # samples by which the copy may lag: 20 ms
MOSTLY = 0.7  # share of a piece during which the other one must be heard

ReadBoth = Callable[[int, int], Floats]  # samples from start to stop of both channels: shape (samples, 2)


def without_leaks(pieces: Sequence[Piece], others: Sequence[Piece], read: ReadBoth) -> list[Piece]:
    """`pieces` of one channel without those that only repeat what `others` on the other channel say."""
    return [
        piece
        for piece in pieces
        if not (_shared(piece, others) >= MOSTLY and is_copy(*_own_first(read(piece.start, piece.stop), piece.channel)))
    ]


def is_copy(faint: Floats, loud: Floats) -> bool:
    """Whether `faint` is `loud` again: far below it, and of the same wave form."""
    faint, loud = faint - faint.mean(), loud - loud.mean()
    power = float(np.dot(faint, faint)), float(np.dot(loud, loud))
    if power[0] <= 0 or 10 * np.log10(power[1] / power[0] + 1e-12) < FAINTER_DB:
        return False
    size = 1 << (2 * len(faint) - 1).bit_length()
    product = np.fft.rfft(faint, size) * np.conj(np.fft.rfft(loud, size))
    correlation = np.fft.irfft(product, size)
    near = np.concatenate([correlation[:LATEST], correlation[-LATEST:]])
    return bool(np.abs(near).max() / np.sqrt(power[0] * power[1]) >= LIKENESS)


def _shared(piece: Piece, others: Sequence[Piece]) -> float:
    """Share of the piece during which one of the others, which are in order, is heard."""
    first = bisect.bisect_left(others, piece.start, key=lambda other: other.stop)
    last = bisect.bisect_right(others, piece.stop, key=lambda other: other.start)
    common = sum(min(piece.stop, other.stop) - max(piece.start, other.start) for other in others[first:last])
    return common / piece.length


def _own_first(both: Floats, channel: int) -> tuple[Floats, Floats]:
    return both[:, channel], both[:, 1 - channel]
