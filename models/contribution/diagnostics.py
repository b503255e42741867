"""What a manager can read about an estimate: likeness of the groups, precision, and what could overturn it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contribution.aipw import comparison_weights

Floats = NDArray[np.float64]

DETECTABLE = 2.8  # standard errors: the effect found in four of five repetitions (80 % power, two-sided 5 %)
EXTREME = 0.95
_BINS = 20


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether there is someone to compare with. Counts per propensity bin of width 0.05."""

    effective_controls: float
    ess_ratio: float
    extreme_share: float
    exposed_histogram: tuple[int, ...]
    comparison_histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Standardised mean differences of one covariate, before and after weighting."""

    covariate: str
    before: float
    after: float


def overlap(d: Floats, propensity: Floats) -> Overlap:
    """Effective comparison rows, Σw² form (Kish 1965), and how many exposed have hardly any counterpart.

    By the odds as they are, before any limit on what one row may carry: who has no counterpart is to be seen here.

    >>> overlap(np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.5])).effective_controls
    2.0
    """
    weights = (propensity / (1 - propensity))[d == 0]
    effective = float(weights.sum() ** 2 / np.square(weights).sum())
    bins = np.linspace(0, 1, _BINS + 1)
    return Overlap(
        effective_controls=effective,
        ess_ratio=effective / float(d.sum()),
        extreme_share=float((propensity[d == 1] > EXTREME).mean()),
        exposed_histogram=tuple(map(int, np.histogram(propensity[d == 1], bins)[0])),
        comparison_histogram=tuple(map(int, np.histogram(propensity[d == 0], bins)[0])),
    )


def balance(x: pd.DataFrame, d: Floats, propensity: Floats) -> list[Balance]:
    """Each covariate's difference of means over its standard deviation among the exposed, largest `before` first."""
    values = x.to_numpy(dtype=float)
    exposed, others = values[d == 1], values[d == 0]
    weights = comparison_weights(d, propensity)[d == 0]
    spread = np.sqrt((exposed.var(axis=0) + others.var(axis=0)) / 2)
    spread = np.where(spread > 0, spread, 1.0)
    before = (exposed.mean(axis=0) - others.mean(axis=0)) / spread
    after = (exposed.mean(axis=0) - np.average(others, axis=0, weights=weights)) / spread
    rows = [Balance(str(name), float(b), float(a)) for name, b, a in zip(x.columns, before, after, strict=True)]
    return sorted(rows, key=lambda row: -abs(row.before))


def most_different(x: pd.DataFrame, d: Floats) -> str:
    """The column, under its own name, whose means differ most between the groups."""
    worst = balance(x, d, np.full(len(d), 0.5))[0].covariate
    return worst.removesuffix(" squared").removesuffix(" missing")


def robustness_value(
    estimate: float, y: Floats, d: Floats, propensity: Floats, without: Floats, exposed: Floats
) -> float:
    """How much of the remaining variation of both exposure and outcome a hidden factor must explain to erase it.

    Chernozhukov, Cinelli, Newey, Sharma and Syrgkanis (2022). Descriptive only: a wrong estimate can look robust.
    """
    share = float(d.mean())
    residual = np.where(d == 1, y - exposed, y - without)
    representer = (d - (1 - d) * propensity / (1 - propensity)) / share
    moment = propensity / share * (1 / propensity + propensity / (1 - propensity) / propensity) / share
    spread = float(np.mean(residual**2) * (2 * moment.mean() - np.mean(representer**2)))
    if spread <= 0:
        return float("nan")
    f = estimate**2 / spread
    return float((-f + np.sqrt(f * f + 4 * f)) / 2)


def attenuation(precision: float, recall: float, flagged_share: float) -> float:
    """What the tagger's errors leave of a true effect: PPV + NPV − 1. Shown beside the estimate, never divided out.

    >>> round(attenuation(precision=0.9, recall=0.9, flagged_share=0.5), 2)
    0.8
    """
    true_share = flagged_share * precision / recall
    missed = true_share - flagged_share * precision
    return float(precision + (1 - missed / (1 - flagged_share)) - 1)
