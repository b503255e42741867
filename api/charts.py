"""Scales for the small charts: where on a line a value stands, in per cent of its width."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Per cent from the left; values beyond the ends stand at the end."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)


SCORES = Scale(0.0, 100.0)


def scale_around(values: Iterable[float | None], reference: float = 0.0) -> Scale:
    """A scale with round ends that holds all values and the reference, so that several charts can share it.

    >>> scale_around([480, 1240, 2010])
    Scale(low=0.0, high=2500.0)
    """
    known = [value for value in values if value is not None] + [reference]
    low, high = min(known), max(known)
    if low == high:
        return Scale(reference - 1.0, reference + 1.0)
    step = _nice((high - low) / 4)
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step)


def _nice(step: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(step))
    return next(nice for nice in NICE if nice * magnitude >= step * 0.999999) * magnitude
