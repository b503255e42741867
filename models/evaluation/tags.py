"""Precision, recall and F1 of labels on sentences, with a bootstrap interval over calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
SEED = 20_260_102
LEAST_OVERLAP = 0.5  # of the shorter of the two stretches of time


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence or an utterance with its labels. Times in seconds, None in dialogues of text."""

    speaker: str
    labels: frozenset[str]
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """One call: what is true, what was predicted. Without times both have the same length, sentence by sentence."""

    call_id: str
    truth: tuple[Labelled, ...]
    predicted: tuple[Labelled, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one label in one call: predictions and how many are right, truths and how many are found."""

    predicted: int
    right: int
    true: int
    found: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of one label over all calls. The interval (95 %) is that of F1; `support` counts true sentences."""

    precision: float
    recall: float
    f1: float
    ci_low: float
    ci_high: float
    support: int


@dataclass(frozen=True, slots=True)
class Report:
    """Accuracy by label; `macro` is the mean F1 of each named group of labels that occurs in the truth."""

    labels: Mapping[str, Accuracy]
    macro: Mapping[str, float]
    calls: int


def evaluate(calls: Sequence[LabelledCall], groups: Mapping[str, Sequence[str]]) -> Report:
    """Accuracy of every label of `groups` (group name → labels).

    A label without any true sentence keeps its figures but stays out of the macro mean.
    """
    labels = [label for group in groups.values() for label in group]
    table = np.array(
        [[_row(counts_of(call, label)) for label in labels] for call in calls], dtype=float
    ).reshape(len(calls), len(labels), 4)  # fmt: skip
    random = np.random.default_rng(SEED)
    samples = random.integers(0, max(len(calls), 1), size=(RESAMPLES, len(calls)))
    accuracies = {label: _accuracy(table[:, index], samples) for index, label in enumerate(labels)}
    macro = {
        name: float(np.mean([accuracies[label].f1 for label in group if accuracies[label].support] or [0.0]))
        for name, group in groups.items()
    }
    return Report(accuracies, macro, len(calls))


def counts_of(call: LabelledCall, label: str) -> Counts:
    """How one call does on one label: sentence by sentence, or by overlap in time where there are times.

    In time, a prediction is right if it overlaps a true sentence of its speaker that bears the label by at least half
    of the shorter of the two, and a true sentence is found in the same way.
    """
    truth = [item for item in call.truth if label in item.labels]
    predicted = [item for item in call.predicted if label in item.labels]
    if all(item.start is None for item in call.predicted):
        both = sum(
            label in true.labels and label in guess.labels
            for true, guess in zip(call.truth, call.predicted, strict=True)
        )
        return Counts(len(predicted), both, len(truth), both)
    right = sum(any(_overlaps(guess, true) for true in truth) for guess in predicted)
    found = sum(any(_overlaps(guess, true) for guess in predicted) for true in truth)
    return Counts(len(predicted), right, len(truth), found)


def f1(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are 0.

    >>> f1(0.5, 1.0)
    0.6666666666666666
    """
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _overlaps(one: Labelled, other: Labelled) -> bool:
    if one.speaker != other.speaker:
        return False
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > 0 and shared >= LEAST_OVERLAP * min(one.end - one.start, other.end - other.start)


def _row(counts: Counts) -> tuple[int, int, int, int]:
    return counts.predicted, counts.right, counts.true, counts.found


def _accuracy(rows: npt.NDArray[np.float64], samples: npt.NDArray[np.int64]) -> Accuracy:
    """`rows`: calls × (predicted, right, true, found)."""
    precision, recall = _rates(rows.sum(axis=0))
    resampled = [f1(*_rates(total)) for total in rows[samples].sum(axis=1)] if len(rows) else [0.0]
    low, high = np.quantile(resampled, [0.025, 0.975])
    support = int(rows[:, 2].sum())
    return Accuracy(precision, recall, f1(precision, recall), float(low), float(high), support)


def _rates(total: npt.NDArray[np.float64]) -> tuple[float, float]:
    predicted, right, true, found = (float(value) for value in total)
    return (right / predicted if predicted else 0.0), (found / true if true else 0.0)
