"""Augmented inverse-probability weighting with cross-fitting (Robins et al. 1994; Chernozhukov et al. 2018).

Whole customers go into one fold, so that no customer helps to predict himself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.contribution.inference import Clusters, Interval, interval, median_of, two_way_se
from models.contribution.learners import Learner

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CLIP = 0.01  # propensities are kept in [0.01, 0.99]
LARGEST_SHARE = 0.01  # of the whole comparison that a single row may carry, and at least ten times the mean
LARGEST_MULTIPLE = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome (n,). A change of MRR is learned as a fraction of `scale` (the MRR in yen), all lost or grown."""

    y: Floats
    binary: bool
    scale: Floats | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """Out-of-fold predictions of one repetition, each (n,): propensity, what each row counts for in the comparison, and
    the outcome without and with exposure."""

    propensity: Floats
    weights: Floats
    without: dict[str, Floats]
    exposed: dict[str, Floats]


def folds_of(customers: Codes, folds: int, rng: np.random.Generator) -> Codes:
    """The fold (n,) of each row; customers are dealt out at random."""
    order = rng.permutation(int(customers.max()) + 1)
    return (order % folds)[customers].astype(np.int64)


def cross_fit(
    x: Floats,
    d: Floats,
    outcomes: Mapping[str, Outcome],
    fold: Codes,
    learner: Learner,
    *,
    on_all: Collection[str] = (),
) -> Fitted:
    """Predict propensity and outcomes of each fold from the other folds. `on_all`: outcomes of the ATE, which needs the
    exposed arm too."""
    n = len(d)
    propensity = np.empty(n)
    without = {name: np.empty(n) for name in outcomes}
    exposed = {name: np.full(n, np.nan) for name in outcomes}
    for number in np.unique(fold):
        test, train = fold == number, fold != number
        propensity[test] = learner.probability(x[train], d[train], x[test])
        for name, outcome in outcomes.items():
            without[name][test] = _predict(learner, x, outcome, train & (d == 0), test)
            if name in on_all:
                exposed[name][test] = _predict(learner, x, outcome, train & (d == 1), test)
    propensity = np.clip(propensity, CLIP, 1 - CLIP)
    return Fitted(propensity, comparison_weights(d, propensity), without, exposed)


def _predict(
    learner: Learner, x: Floats, outcome: Outcome, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> Floats:
    if outcome.binary:
        return learner.probability(x[train], outcome.y[train], x[test])
    if outcome.scale is None:
        return learner.mean(x[train], outcome.y[train], x[test])
    return _predict_change(learner, x, outcome.y / outcome.scale, train, test) * outcome.scale[test]


def _predict_change(
    learner: Learner, x: Floats, change: Floats, train: NDArray[np.bool_], test: NDArray[np.bool_]
) -> Floats:
    """A relative change of MRR (n,) in two parts: is all of it lost (−1), and if not, how much does it grow?"""
    kept = change > -1
    stays = learner.probability(x[train], kept[train].astype(float), x[test])
    staying = train & kept
    growth = learner.mean(x[staying], change[staying], x[test]) if staying.any() else np.zeros(int(test.sum()))
    return stays * growth - (1 - stays)


def comparison_weights(d: Floats, propensity: Floats) -> Floats:
    """(n,) what each unexposed row counts for in the comparison: its odds of exposure; 0 for the exposed.

    No row may carry more than one percent of the whole, or ten times the mean where rows are few. Without that limit a
    single customer with an odd outcome can decide a centre's figure: on 400 invented centres with noisily measured
    health it takes the error in yen from 1.22 to 1.06 times the all-knowing analyst's and leaves the bias as it was.
    The limit never binds in a large centre. (Truncation of weights: Cole and Hernan 2008.)

    >>> comparison_weights(np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.75]))
    array([0., 1., 3.])
    """
    weights = (1 - d) * propensity / (1 - propensity)
    share = max(LARGEST_SHARE, LARGEST_MULTIPLE / max(1.0, float((1 - d).sum())))
    return np.minimum(weights, share * float(weights.sum()))


def att_scores(y: Floats, d: Floats, weights: Floats, without: Floats) -> Floats:
    """(n,) scores whose sum over the number of exposed is the effect on the exposed.

    Exposed rows give y − g0; the others give −(y − g0) times their weight in the comparison.
    """
    residual = y - without
    return d * residual - weights * residual


def ate_scores(y: Floats, d: Floats, propensity: Floats, without: Floats, exposed: Floats) -> Floats:
    """(n,) scores whose mean is the effect if every call were exposed."""
    return exposed - without + d * (y - exposed) / propensity - (1 - d) * (y - without) / (1 - propensity)


def effect_on_exposed(
    y: Floats, d: Floats, fits: Sequence[Fitted], name: str, clusters: Clusters, rows: NDArray[np.bool_] | None = None
) -> Interval:
    """ATT over repetitions, of all rows or of a subgroup `rows` (n,)."""
    estimates, errors = [], []
    inside = np.ones(len(d)) if rows is None else rows.astype(float)
    share = float(np.mean(d * inside))
    for fit in fits:
        scores = att_scores(y, d, fit.weights, fit.without[name]) * inside / share
        estimates.append(float(scores.mean()))
        errors.append(two_way_se(scores - estimates[-1] * d * inside / share, clusters))
    return interval(*median_of(estimates, errors), clusters.degrees)


def effect_on_all(y: Floats, d: Floats, fits: Sequence[Fitted], name: str, clusters: Clusters) -> Interval:
    """ATE over repetitions."""
    estimates, errors = [], []
    for fit in fits:
        scores = ate_scores(y, d, fit.propensity, fit.without[name], fit.exposed[name])
        estimates.append(float(scores.mean()))
        errors.append(two_way_se(scores - estimates[-1], clusters))
    return interval(*median_of(estimates, errors), clusters.degrees)
