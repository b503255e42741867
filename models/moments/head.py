"""From a sentence's vector to calibrated probabilities, and from those to labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.moments.labels import LABELS, LABELS_OF

HEAD_FILE = "head.npz"
TAUGHT_FILE = "taught.npz"  # the head that an encoder was taught with; new heads are fitted near it
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """Rows and entries in the order of `LABELS`.

    weights: (8, width), bias: (8,) the linear layer on the encoder's vectors; mix: (8, parts) and offset: (8,) weigh
    its log-odds and those of the n-grams so that the probabilities are calibrated (Platt's scaling of all at once);
    threshold: (8,) the calibrated probability from which a label is given.
    """

    weights: Floats
    bias: Floats
    mix: Floats
    offset: Floats
    threshold: Floats

    def log_odds(self, vectors: NDArray[np.float32], *by_words: Floats) -> Floats:
        """(n, 8, parts) before calibration: by the encoder's (n, width) vectors, and (n, 8) by each kind of n-grams."""
        return np.stack([vectors.astype(np.float64) @ self.weights.T + self.bias, *by_words], axis=-1)

    def mixed(self, log_odds: Floats) -> Floats:
        """(n, 8), calibrated, of the (n, 8, parts) that `log_odds` gives."""
        return sigmoid((log_odds * self.mix).sum(axis=-1) + self.offset)

    def labels(self, speaker: str, probabilities: Mapping[str, float]) -> tuple[str, ...]:
        """The labels of the speaker that reach their threshold."""
        limits = dict(zip(LABELS, self.threshold, strict=True))
        return tuple(label for label in LABELS_OF[speaker] if probabilities[label] >= limits[label])


def untrained(width: int) -> Head:
    """A head that knows nothing: every probability is a half, no label is given."""
    n = len(LABELS)
    return Head(np.zeros((n, width)), np.zeros(n), np.full((n, 2), 0.5), np.zeros(n), np.ones(n))


def sigmoid(log_odds: Floats) -> Floats:
    """1 ÷ (1 + exp(−x)), without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30, 30)))


def write_head(head: Head, path: Path) -> None:
    """Write a head as `.npz`."""
    np.savez(path, **{name: getattr(head, name) for name in Head.__dataclass_fields__})


def read_head(path: Path) -> Head:
    """Read what `write_head` wrote."""
    with np.load(path) as arrays:
        return Head(**{name: arrays[name] for name in Head.__dataclass_fields__})
