"""From counts in calls drawn at random to the count over all calls, with an interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt

_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Total:
    """A count over all calls: `low` to `high` is its 95 % interval, a single number where every call was seen."""

    value: int
    low: int
    high: int


def total(counts: Sequence[int], sizes: Sequence[int], whole: int, of_calls: int) -> Total:
    """What was counted in `len(counts)` of `of_calls` calls, by their sizes, of a `whole` of all sizes together.

    The ratio estimator of cluster sampling (Cochran, Sampling Techniques, 6.3 and 2.6) with two made-up calls that hold
    one and two that hold none (Agresti and Coull's way), so that an interval never is a point where chance was at work.

    >>> total([1, 0, 2], [1, 1, 2], 4, 3)
    Total(value=3, low=3, high=3)
    >>> total([0] * 96, [1] * 96, 960, 960)
    Total(value=0, low=0, high=45)
    """
    found, size = sum(counts), sum(sizes)
    if len(counts) == of_calls:
        return Total(found, found, found)
    rate, calls = (found + 2) / (size + 4), len(counts) + 4
    spread = sum((count - rate * each) ** 2 for count, each in zip(counts, sizes, strict=True))
    spread += 2 * (1 - rate) ** 2 + 2 * rate**2
    unseen = 1 - len(counts) / of_calls
    error = sqrt(unseen * spread * calls / (calls - 1)) / (size + 4)
    low, high = floor((rate - _Z * error) * whole), ceil((rate + _Z * error) * whole)
    return Total(round(found / size * whole), max(low, found), max(high, found))
