"""Figures of a classifier on labelled sentences: F1 with its interval, calibration error, confusion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.moments.head import Floats
from models.moments.labels import CUSTOMER_LABELS, LABELS, OPERATOR_LABELS

RESAMPLES = 1000
BINS = 10
STEPS = 50  # of the thresholds of a curve


@dataclass(frozen=True, slots=True)
class Agreement:
    """One label. The interval is the 95 % percentile interval over resampled calls."""

    precision: float
    recall: float
    f1: float
    ci_low: float
    ci_high: float
    support: int
    ece: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall of one label at the thresholds 1/50, 2/50 … 49/50."""

    precision: list[float]
    recall: list[float]

    def at(self, threshold: float) -> tuple[float, float]:
        """Expected precision and recall at any threshold from 0 to 1, by straight lines between the steps."""
        steps = np.arange(1, STEPS) / STEPS
        precision, recall = (np.interp(threshold, steps, values) for values in (self.precision, self.recall))
        return float(precision), float(recall)


@dataclass(frozen=True, slots=True)
class Figures:
    """All labels on one set of calls."""

    labels: dict[str, Agreement]
    operator_macro_f1: float
    customer_macro_f1: float
    ece: float  # over all pairs of sentence and label
    sentences: int
    calls: int

    @property
    def score(self) -> float:
        """The one number by which two models are compared: the mean of both macro-F1."""
        return (self.operator_macro_f1 + self.customer_macro_f1) / 2


def figures_of(
    probabilities: Floats, given: NDArray[np.bool_], targets: Floats, calls: NDArray[np.int64], seed: int
) -> Figures:
    """Compare what was `given` (sentences, 8) with `targets` (−1 = not this speaker's label).

    `calls`: the call of each sentence, for resampling. Calls, not sentences, are drawn: those of one call are alike.
    """
    counts = _counts_by_call(given, targets, calls)  # (calls, 8, 3): hits, given, borne
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(counts), (RESAMPLES, len(counts)))
    resampled = _f1(np.stack([counts[draw].sum(axis=0) for draw in draws]))  # (RESAMPLES, 8)
    whole = counts.sum(axis=0)
    f1 = _f1(whole)
    labels = {}
    for row, label in enumerate(LABELS):
        hits, n_given, borne = whole[row]
        known = targets[:, row] >= 0
        low, high = np.percentile(resampled[:, row], (2.5, 97.5))
        labels[label] = Agreement(
            precision=float(hits / n_given) if n_given else 0.0,
            recall=float(hits / borne) if borne else 0.0,
            f1=float(f1[row]),
            ci_low=float(low),
            ci_high=float(high),
            support=int(borne),
            ece=calibration_error(probabilities[known, row], targets[known, row]),
        )
    known = targets >= 0
    return Figures(
        labels,
        _macro(labels, OPERATOR_LABELS),
        _macro(labels, CUSTOMER_LABELS),
        calibration_error(probabilities[known], targets[known]),
        len(targets),
        len(counts),
    )


def calibration_error(probabilities: Floats, targets: Floats) -> float:
    """Expected calibration error: mean distance of stated and observed share over ten bins of equal width.

    >>> calibration_error(np.array([0.9, 0.9, 0.1, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    0.1
    """
    rows = reliability(probabilities, targets)
    total = sum(n for _, _, n in rows)
    return round(sum(n * abs(stated - seen) for stated, seen, n in rows) / total, 10) if total else 0.0


def reliability(probabilities: Floats, targets: Floats) -> list[tuple[float, float, int]]:
    """Per bin that holds any: mean stated probability, observed share, how many."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    inside = [bins == b for b in range(BINS) if (bins == b).any()]
    return [(float(probabilities[m].mean()), float(targets[m].mean()), int(m.sum())) for m in inside]


def curve_of(probabilities: Floats, targets: Floats) -> Curve:
    """Of one label; targets: 1, 0, or −1 for sentences that cannot bear it. Where nothing is given, precision is 1."""
    known = targets >= 0
    probability, borne = probabilities[known], targets[known] == 1
    precision, recall = [], []
    for step in range(1, STEPS):
        given = probability >= step / STEPS
        hits = int((given & borne).sum())
        precision.append(round(hits / int(given.sum()), 3) if given.any() else 1.0)
        recall.append(round(hits / int(borne.sum()), 3) if borne.any() else 0.0)
    return Curve(precision, recall)


def confusion(given: NDArray[np.bool_], targets: Floats) -> dict[str, dict[str, int]]:
    """For each borne label what was given instead or beside: label → given label or none → how many sentences."""
    out: dict[str, dict[str, int]] = {}
    for row, label in enumerate(LABELS):
        borne = targets[:, row] == 1
        counts = {other: int(given[borne, column].sum()) for column, other in enumerate(LABELS)}
        counts["none"] = int((~given[borne].any(axis=1)).sum())
        out[label] = {name: n for name, n in counts.items() if n}
    return out


def _counts_by_call(given: NDArray[np.bool_], targets: Floats, calls: NDArray[np.int64]) -> NDArray[np.int64]:
    names: Sequence[int] = np.unique(calls).tolist()
    borne = targets == 1
    out = np.zeros((len(names), len(LABELS), 3), dtype=np.int64)
    for place, name in enumerate(names):
        mine = calls == name
        out[place, :, 0] = (given[mine] & borne[mine]).sum(axis=0)
        out[place, :, 1] = given[mine].sum(axis=0)
        out[place, :, 2] = borne[mine].sum(axis=0)
    return out


def _f1(counts: NDArray[np.int64]) -> Floats:
    hits, n_given, borne = counts[..., 0], counts[..., 1], counts[..., 2]
    out: Floats = 2 * hits / np.maximum(n_given + borne, 1)
    return out


def _macro(labels: dict[str, Agreement], names: Sequence[str]) -> float:
    """The mean over the labels that occur at all."""
    values = [labels[name].f1 for name in names if labels[name].support]
    return float(np.mean(values)) if values else 0.0
