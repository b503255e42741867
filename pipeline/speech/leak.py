"""Side tone and echo: the other speaker, faint, on one's own channel. Nobody's words may be credited twice."""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.speech.vad import SAMPLE_RATE, Floats, Piece

SHORT = SAMPLE_RATE * 4 // 5
SHORT_MORE = 0.1  # likeness that is asked of short pieces besides: they resemble each other by chance
EARLIEST = SAMPLE_RATE // 50  # samples by which the copy may seem to lead: recorders are not sharper than 20 ms
LATEST = SAMPLE_RATE * 3 // 10  # samples by which it may lag: an echo over the network comes 300 ms late
MOSTLY = 0.7  # share of a piece during which the other one must be heard

ReadBoth = Callable[[int, int], Floats]  # samples from start to stop of both channels: shape (samples, 2)


@dataclass(frozen=True, slots=True)
class LeakLimits:
    """What makes a piece a copy of the other channel's (`[speech]` leak_db and leak_likeness)."""

    fainter_db: float = 10.0  # by how much the copy lies below the original
    # correlation of the two wave forms: between two people who talk at once it passes this once in a hundred pieces
    likeness: float = 0.35


LIMITS = LeakLimits()


def without_leaks(
    pieces: Sequence[Piece], others: Sequence[Piece], read: ReadBoth, limits: LeakLimits = LIMITS
) -> list[Piece]:
    """`pieces` of one channel without those that only repeat what `others` on the other channel say."""
    return [piece for piece in pieces if _shared(piece, others) < MOSTLY or not _repeats(piece, read, limits)]


def is_copy(faint: Floats, loud: Floats, limits: LeakLimits = LIMITS) -> bool:
    """Whether `faint` is `loud` again: far below it, and of the same wave form.

    `loud` ends with `faint` and may begin up to `LATEST` samples before it.
    """
    faint, loud = faint - faint.mean(), loud - loud.mean()
    before = len(loud) - len(faint)
    power = float(np.dot(faint, faint)), float(np.dot(loud[before:], loud[before:]))
    if power[0] <= 0 or 10 * np.log10(power[1] / power[0] + 1e-12) < limits.fainter_db:
        return False
    limit = limits.likeness + (0 if len(faint) >= SHORT else SHORT_MORE)
    return _likeness(faint, loud, before) >= limit


def _likeness(faint: Floats, loud: Floats, before: int) -> float:
    """The highest correlation with any stretch of `loud` that begins `before` samples earlier to `EARLIEST` later."""
    ahead = min(EARLIEST, len(faint) // 2)
    loud = np.pad(loud, (0, ahead))
    size = 1 << (len(loud) + len(faint) - 1).bit_length()
    product = np.fft.rfft(loud, size) * np.conj(np.fft.rfft(faint, size))
    correlation = np.fft.irfft(product, size)[: before + ahead + 1]
    energy = np.concatenate([[0.0], np.cumsum(np.square(loud, dtype=np.float64))])
    of_stretch = energy[len(faint) :][: len(correlation)] - energy[: len(correlation)]
    scale = np.sqrt(np.maximum(of_stretch, 1e-3 * energy[-1]) * float(np.dot(faint, faint)))
    return float(np.abs(correlation / scale).max())


def _repeats(piece: Piece, read: ReadBoth, limits: LeakLimits) -> bool:
    before = min(LATEST, piece.start)
    both = read(piece.start - before, piece.stop)
    return is_copy(both[before:, piece.channel], both[:, 1 - piece.channel], limits)


def _shared(piece: Piece, others: Sequence[Piece]) -> float:
    """Share of the piece during which one of the others, which are in order, is heard or still echoes."""
    first = bisect.bisect_left(others, piece.start - LATEST, key=lambda other: other.stop)
    last = bisect.bisect_right(others, piece.stop, key=lambda other: other.start)
    common, reached = 0, piece.start
    for other in others[first:last]:
        start, stop = max(reached, other.start), min(piece.stop, other.stop + LATEST)
        common += max(0, stop - start)
        reached = max(reached, stop)
    return common / piece.length
