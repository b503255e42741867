"""From scores to intervals: two-way clustered errors, t quantiles, Holm; the home of scipy.stats in the estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its standard error, 95 % interval and two-sided p value."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float

    def scaled(self, factor: float) -> "Interval":
        """The same for a multiple of the quantity."""
        low, high = sorted((self.ci_low * factor, self.ci_high * factor))
        return Interval(self.estimate * factor, abs(self.se * factor), low, high, self.p)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Who is behind each row: (n,) codes from 0 of customers and operators."""

    customer: Codes
    operator: Codes

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the t quantile: one less than the smaller number of clusters."""
        return max(1, min(int(self.customer.max()), int(self.operator.max())))


def two_way_se(scores: Floats, clusters: Clusters) -> float:
    """Standard error of a mean of `scores` (n,), robust to clustering by customer and by operator.

    Cameron, Gelbach and Miller (2011): V = V(customer) + V(operator) − V(both), each with G/(G−1). Never below the
    one-way error by customer, which the difference can undercut by chance.
    """
    both = clusters.customer * (clusters.operator.max() + 1) + clusters.operator
    customer = _one_way(scores, clusters.customer)
    pair = _one_way(scores, np.unique(both, return_inverse=True)[1])
    variance = customer + _one_way(scores, clusters.operator) - pair
    return float(np.sqrt(max(variance, customer)))


def _one_way(scores: Floats, codes: Codes) -> float:
    sums = np.bincount(codes, weights=scores)
    groups = len(sums)
    return float(sums @ sums) / len(scores) ** 2 * groups / max(groups - 1, 1)


def t_width(degrees: int) -> float:
    """How many standard errors a 95 % t interval reaches to each side.

    >>> round(t_width(9), 2), round(t_width(1000), 2)
    (2.26, 1.96)
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.975))


def interval(estimate: float, se: float, degrees: int) -> Interval:
    """The 95 % t interval. A standard error of zero (nothing varies) gives p = 1, never a claim."""
    from scipy.special import stdtr

    half = t_width(degrees) * se
    p = float(2 * stdtr(degrees, -abs(estimate) / se)) if se > 0 else 1.0
    return Interval(estimate, se, estimate - half, estimate + half, p)


def median_of(estimates: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Median over repetitions; the error adds the spread of the repetitions (Chernozhukov et al. 2018, section 3.4)."""
    middle = float(np.median(estimates))
    return middle, float(np.sqrt(np.median(np.square(errors) + np.square(np.asarray(estimates) - middle))))


def holm(p_values: Mapping[Key, float]) -> dict[Key, float]:
    """Holm-adjusted p values.

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'c': 0.06, 'b': 0.06}
    """
    adjusted: dict[Key, float] = {}
    highest = 0.0
    for rank, key in enumerate(sorted(p_values, key=lambda key: p_values[key])):
        highest = max(highest, min(1.0, p_values[key] * (len(p_values) - rank)))
        adjusted[key] = highest
    return adjusted


def normal_quantile(probability: float) -> float:
    """The standard normal quantile."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def clustered_se(scores: Floats, codes: Codes) -> float:
    """Standard error of a mean of `scores` (n,), robust to one way of clustering."""
    return float(np.sqrt(_one_way(scores, codes)))
