"""One line of the self-test, with how sure the number of invented centres lets one be of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.agreement import share

Floats = NDArray[np.float64]
WIDTH = 1.959963984540054  # standard errors on each side of a 95 % interval


@dataclass(frozen=True, slots=True)
class Figure:
    """It holds if low ≤ value ≤ high, where bars were set.

    `centres`: how many it rests on; `ci_low`, `ci_high`: the 95 % Monte-Carlo interval, where one can be told.
    """

    scenario: str
    name: str
    value: float
    low: float | None = None
    high: float | None = None
    centres: int = 0
    ci_low: float | None = None
    ci_high: float | None = None

    @property
    def holds(self) -> bool | None:
        """None where no bar was set for the figure."""
        if self.low is None and self.high is None:
            return None
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)

    @property
    def limit(self) -> str:
        """The bars as read at a terminal."""
        parts = [f"≥ {self.low:.3g}"] if self.low is not None else []
        return ", ".join(parts + ([f"≤ {self.high:.3g}"] if self.high is not None else []))


@dataclass(frozen=True, slots=True)
class Figures:
    """Makes the figures of one scenario over `centres` centres."""

    scenario: str
    centres: int

    def plain(self, name: str, value: float, low: float | None = None, high: float | None = None) -> Figure:
        """A value whose interval is not told."""
        return Figure(self.scenario, name, value, low, high, self.centres)

    def share(
        self, name: str, hits: Sequence[bool] | NDArray[np.bool_], low: float | None = None, high: float | None = None
    ) -> Figure:
        """The share of centres in which something holds, with Wilson's interval.

        >>> found = Figures("null", 10).share("claims", [True] + 9 * [False], high=0.05)
        >>> found.value, round(found.ci_low, 3), round(found.ci_high, 3), found.holds
        (0.1, 0.018, 0.404, False)
        """
        found = share(int(np.sum(hits)), len(hits))
        assert found.estimate is not None
        return Figure(self.scenario, name, found.estimate, low, high, len(hits), found.ci_low, found.ci_high)

    def relative_bias(self, name: str, error: Floats, truth: float, allowed: float | None) -> Figure:
        """|mean error| over the truth; two Monte-Carlo standard errors are allowed beyond `allowed`."""
        bias, se = abs(float(error.mean() / truth)), float(error.std() / abs(truth) / math.sqrt(len(error)))
        high = None if allowed is None else allowed + 2 * se
        ends = max(0.0, bias - WIDTH * se), bias + WIDTH * se
        return Figure(self.scenario, name, bias, None, high, len(error), *ends)

    def rmse_ratio(self, name: str, error: Floats, other: Floats, high: float | None = None) -> Figure:
        """Root mean square of `error` over that of `other`, both (centres,) and of the same centres (delta method).

        >>> Figures("confounded", 2).rmse_ratio("RMSE / oracle", np.array([3.0, -3.0]), np.array([1.0, 1.0])).value
        3.0
        """
        mine, theirs = error**2, other**2
        ratio = math.sqrt(float(mine.mean() / theirs.mean()))
        spread = float((mine / mine.mean() - theirs / theirs.mean()).std()) if mine.any() else 0.0
        factor = math.exp(WIDTH * spread / 2 / math.sqrt(len(error)))
        return Figure(self.scenario, name, ratio, None, high, len(error), ratio / factor, ratio * factor)
