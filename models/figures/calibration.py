"""Weights for the health score, offered from outcomes: which parts told, beforehand, who would stay.

An offer, never applied by itself: a formula that people agreed on may weigh things that the past does not show.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.figures.figure import Label
from models.figures.health import HealthFormula, health_scores, part_shares

FEWEST_TERMS = 200
FEWEST_OF_EACH = 50
FOLDS = 5
RESAMPLES = 1_000
LEAST_SHARE = 0.02  # of all weights: a part below it says next to nothing

TOO_FEW = Label(
    f"更新か解約の済んだ契約期が {FEWEST_TERMS} 件、少ない方の結果が {FEWEST_OF_EACH} 件そろってから提案します。",
    f"Weights are offered from {FEWEST_TERMS} settled terms on, with {FEWEST_OF_EACH} of the rarer outcome.",
)
NO_PART = Label(
    "どの項目も、継続した契約を見分けていません。重みは提案しません。",
    "No part tells who stayed. No weights are offered.",
)

Floats = np.ndarray[Any, np.dtype[np.float64]]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Offer:
    """`auc` of the weights in force and of the offered ones, out of fold, with 95 % intervals over whole customers;
    `gain`: their difference. An AUC of 0.5 is a coin. `offered` is None where `refusal` says why.
    """

    n: int
    churned: int
    in_force: HealthFormula
    offered: HealthFormula | None
    auc_in_force: float | None = None
    auc_in_force_interval: Interval | None = None
    auc_offered: float | None = None
    auc_offered_interval: Interval | None = None
    gain_interval: Interval | None = None
    left_out: tuple[str, ...] = ()
    refusal: Label | None = None

    @property
    def better(self) -> bool:
        """Whether the offered weights tell stayers from leavers better than those in force, chance set aside."""
        return self.gain_interval is not None and self.gain_interval[0] > 0


def offer_weights(rows: pd.DataFrame, formula: HealthFormula, seed: int = 1) -> Offer:
    """Weights by logistic regression of `stayed` on the parts, each from 0 (worst) to 1 (best).

    `rows`: one per settled term with customer_id, `stayed` (bool) and the formula's columns as known before the
    outcome. Folds and resamples keep a customer's terms together. A part whose coefficient is not positive is left out:
    the formula has no negative weights, and a part that points the wrong way belongs to a person to look at.
    """
    stayed = rows["stayed"].to_numpy(dtype=bool)
    churned = int((~stayed).sum())
    if len(rows) < FEWEST_TERMS or min(churned, len(rows) - churned) < FEWEST_OF_EACH:
        return Offer(len(rows), churned, formula, None, refusal=TOO_FEW)
    shares = part_shares(rows, formula)
    weights = _weights(shares, stayed, formula)
    if not weights.any():
        return Offer(len(rows), churned, formula, None, refusal=NO_PART)
    told = health_scores(rows, formula).fillna(50.0).to_numpy(dtype=float)
    offered = _out_of_fold(shares, stayed, rows["customer_id"], formula, seed)
    spread = _resampled(told, offered, stayed, rows["customer_id"], seed)
    names = [part.column for part, weight in zip(formula.parts, weights, strict=True) if not weight]
    return Offer(
        len(rows),
        churned,
        formula,
        _formula(formula, weights),
        auc(told, stayed),
        _ends(spread[0]),
        auc(offered, stayed),
        _ends(spread[1]),
        _ends(spread[1] - spread[0]),
        tuple(names),
    )


def auc(score: Floats, stayed: "np.ndarray[Any, np.dtype[np.bool_]]") -> float:
    """The chance that one who stayed has the higher score than one who left; ties count half.

    >>> auc(np.array([3.0, 2.0, 1.0]), np.array([True, False, True]))
    0.5
    """
    ranks = pd.Series(score).rank().to_numpy()
    stayers = int(stayed.sum())
    leavers = len(stayed) - stayers
    return float((ranks[stayed].sum() - stayers * (stayers + 1) / 2) / (stayers * leavers))


def _weights(shares: Floats, stayed: Any, formula: HealthFormula) -> Floats:
    """Non-negative weights that add up to those in force; 0 for a part that is left out."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1.0).fit(shares, stayed)
    positive = np.clip(fitted.coef_[0], 0.0, None)
    if positive.sum() <= 0:
        return np.zeros(len(formula.parts))
    positive[positive < LEAST_SHARE * positive.sum()] = 0.0
    whole = sum(part.weight for part in formula.parts)
    rounded: Floats = np.round(positive / positive.sum() * whole, 2)
    return rounded


def _formula(formula: HealthFormula, weights: Floats) -> HealthFormula:
    kept = [
        replace(part, weight=float(weight)) for part, weight in zip(formula.parts, weights, strict=True) if weight > 0
    ]
    return HealthFormula(tuple(kept))


def _out_of_fold(shares: Floats, stayed: Any, customers: "pd.Series[Any]", formula: HealthFormula, seed: int) -> Floats:
    """Scores of each row by weights that its customer had no part in."""
    codes, names = pd.factorize(customers)
    fold_of = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    fold = fold_of[codes]
    score = np.zeros(len(shares))
    for number in range(FOLDS):
        held = fold == number
        score[held] = shares[held] @ _weights(shares[~held], stayed[~held], formula)
    return score


def _resampled(
    one: Floats, other: Floats, stayed: Any, customers: "pd.Series[Any]", seed: int
) -> tuple[Floats, Floats]:
    """Both AUCs over resamples of whole customers."""
    codes, names = pd.factorize(customers)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1))
    random = np.random.default_rng(seed)
    found = np.empty((2, RESAMPLES))
    for place in range(RESAMPLES):
        drawn = random.integers(0, len(names), len(names))
        rows = np.concatenate([order[starts[name] : starts[name + 1]] for name in drawn])
        found[:, place] = auc(one[rows], stayed[rows]), auc(other[rows], stayed[rows])
    return found[0], found[1]


def _ends(values: Floats) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
