"""Where somebody speaks: Silero's voice probabilities, and the pieces cut from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
FRAME = 512  # samples per probability: 32 ms
BLOCK = 9375 * FRAME  # five minutes at a time keeps a ten-hour file in bounded memory
CONTEXT = 64 * FRAME  # the network is told about two seconds before the block

Floats = npt.NDArray[np.float32]
Read = Callable[[int, int], Floats]  # samples from start to stop of one channel
Probabilities = Callable[[Floats], Floats]  # whole frames of samples to one probability per frame


@dataclass(frozen=True, slots=True)
class VadOptions:
    """How speech is cut out. Probabilities are of Silero v6; times in milliseconds."""

    threshold: float = 0.5
    leave: float = 0.35  # once inside speech, stay until the probability falls below this
    min_silence_ms: int = 300
    min_speech_ms: int = 100
    pad_ms: int = 150
    max_piece_s: float = 28.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one channel in which somebody speaks: samples `start` to `stop` (exclusive)."""

    channel: int
    start: int
    stop: int

    @property
    def length(self) -> int:
        """Samples."""
        return self.stop - self.start


def voice_probabilities(read: Read, samples: int, model: Probabilities) -> Floats:
    """One probability per frame of a channel, block by block."""
    blocks: list[Floats] = []
    for start in range(0, samples, BLOCK):
        stop = min(start + BLOCK, samples)
        before = min(start, CONTEXT)
        audio = read(start - before, stop)
        audio = np.pad(audio, (0, -len(audio) % FRAME))
        blocks.append(model(audio)[before // FRAME :])
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def cut_pieces(probabilities: Floats, channel: int, samples: int, options: VadOptions) -> list[Piece]:
    """Speech pieces in order, padded but never overlapping, none longer than `max_piece_s`.

    >>> probabilities = np.array([0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], np.float32)
    >>> cut_pieces(probabilities, 0, 16 * 512, VadOptions(pad_ms=32))
    [Piece(channel=0, start=0, stop=3072)]
    """
    stretches = _stretches(probabilities, samples, options)
    padded = widened(stretches, samples, options.pad_ms * SAMPLE_RATE // 1000)
    longest = int(options.max_piece_s * SAMPLE_RATE)
    return [Piece(channel, a, b) for start, stop in padded for a, b in _split(start, stop, longest, probabilities)]


def _stretches(probabilities: Floats, samples: int, options: VadOptions) -> list[tuple[int, int]]:
    """Speech by two thresholds; a pause shorter than `min_silence_ms` does not end it."""
    patience = options.min_silence_ms * SAMPLE_RATE // 1000
    found: list[tuple[int, int]] = []
    start = quiet_since = -1
    for index, probability in enumerate(probabilities.tolist()):
        at = index * FRAME
        if probability >= options.threshold:
            start = at if start < 0 else start
            quiet_since = -1
        elif start >= 0 and probability < options.leave:
            quiet_since = at if quiet_since < 0 else quiet_since
            if at - quiet_since >= patience:
                found.append((start, quiet_since))
                start = quiet_since = -1
    if start >= 0:
        found.append((start, quiet_since if quiet_since >= 0 else samples))
    shortest = options.min_speech_ms * SAMPLE_RATE // 1000
    return [(a, b) for a, b in found if b - a >= shortest]


def widened(stretches: Sequence[tuple[int, int]], samples: int, pad: int) -> list[tuple[int, int]]:
    """Stretches in order with `pad` samples on either side; neighbours that are too close share what is between."""
    padded = []
    for index, (start, stop) in enumerate(stretches):
        before = stretches[index - 1][1] if index else -pad
        after = stretches[index + 1][0] if index + 1 < len(stretches) else samples + pad
        padded.append(
            (max(0, start - min(pad, (start - before) // 2)), min(samples, stop + min(pad, (after - stop) // 2)))
        )
    return padded


def _split(start: int, stop: int, longest: int, probabilities: Floats) -> list[tuple[int, int]]:
    """Cut what is longer than a window where a voice is least likely, in the second half of the window."""
    parts = []
    while stop - start > longest:
        first, last = (start + longest // 2) // FRAME, (start + longest) // FRAME
        cut = (first + int(np.argmin(probabilities[first:last]))) * FRAME
        parts.append((start, cut))
        start = cut
    return [*parts, (start, stop)]
