"""How often something is said, from sums over calls alone: the rate with its interval, and one operator against the
colleagues on calls with the same reason.

Everything here adds up: whoever keeps the sums per month, operator and reason can answer for any period and any team.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import sqrt
from typing import Literal

from models.contribution.inference import normal_quantile, t_width

LEAST_CALLS = 10
FEWEST_OPERATORS = 4  # the interval of the shrunk mean needs more than three
HUNDRED = 100
_WIDTH = 1.96
_BORROWED = 4  # moments of plain chance that a scatter is weighed with: of few moments it says little by itself


@dataclass(frozen=True, slots=True)
class Sums:
    """Over calls i with m(i) moments in u(i) utterances: their number, Σm, Σu, Σm², Σmu, Σu²."""

    calls: int = 0
    moments: int = 0
    utterances: int = 0
    squares: int = 0
    cross: int = 0
    utterance_squares: int = 0

    def plus(self, other: "Sums", sign: int = 1) -> "Sums":
        """Both together, or with -1 what is left without the other."""
        return Sums(
            self.calls + sign * other.calls,
            self.moments + sign * other.moments,
            self.utterances + sign * other.utterances,
            self.squares + sign * other.squares,
            self.cross + sign * other.cross,
            self.utterance_squares + sign * other.utterance_squares,
        )

    def residual(self, rate: float) -> float:
        """Σ (m − rate · u)²."""
        return max(self.squares - 2 * rate * self.cross + rate * rate * self.utterance_squares, 0.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, which is None where there are too few calls for one."""

    value: float
    low: float | None = None
    high: float | None = None


def per_hundred(sums: Sums) -> Estimate | None:
    """Moments per 100 utterances with their score interval over calls. None without utterances.

    The score interval of a count (Brown, Cai and DasGupta 2003) with the scatter of the calls and a t quantile. Unlike
    the estimate plus and minus its error it says what is not known where nothing was found: in 10 calls of 10
    utterances without a moment the rate is 0, and might be 5 per 100.

    >>> found = per_hundred(Sums(10, 0, 100, 0, 0, 1000))
    >>> found.value, found.low, round(found.high, 1)
    (0.0, 0.0, 5.1)
    >>> found = per_hundred(Sums(10, 5, 100, 5, 50, 1000))
    >>> round(found.value, 1), round(found.low, 1), round(found.high, 1)
    (5.0, 2.1, 11.7)
    """
    if sums.utterances <= 0:
        return None
    rate = sums.moments / sums.utterances
    if sums.calls < LEAST_CALLS:
        return Estimate(HUNDRED * rate)
    spread = _variance(sums, rate) / sums.moments if sums.moments else 1.0
    width = t_width(sums.calls - 1)
    effective = sums.moments / spread
    middle, half = effective + width**2 / 2, width * sqrt(effective + width**2 / 4)
    scale = HUNDRED * spread / sums.utterances
    return Estimate(HUNDRED * rate, scale * max(middle - half, 0.0), scale * (middle + half))


def _variance(sums: Sums, rate: float) -> float:
    """Of the number of moments, from how the calls scatter around a rate; of none found, as of one."""
    return _at_least_chance(sums.calls / (sums.calls - 1) * sums.residual(rate), max(sums.moments, 1))


def _at_least_chance(scatter: float, moments: float) -> float:
    """The variance of a number of moments whose calls scatter by this much.

    A larger scatter than that of chance, where variance equals number, counts in full; a smaller one only as far as
    the moments are many: no moment in ten calls scatters not at all, and yet says little about the next ten.
    """
    return max(scatter, (scatter + _BORROWED) / (moments + _BORROWED) * moments)


@dataclass(frozen=True, slots=True)
class Difference:
    """Moments per 100 utterances more than colleagues on like calls, and the variance of that. `calls`: one's own."""

    value: float
    variance: float
    calls: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, of this operator alone."""
        half = t_width(self.calls - 1) * sqrt(self.variance)
        return self.value - half, self.value + half


def against_colleagues(own: Mapping[str, Sums], others: Mapping[str, Sums]) -> Difference | None:
    """One operator against the colleagues, reason by reason, both by reason. None with too few calls on either side.

    What colleagues would have said in the same
    calls is their rate for each reason times the operator's utterances; a reason that nobody else had counts at the
    colleagues' overall rate. The variance holds both sides.

    Of 20 own utterances 10 were about billing, where colleagues have 10 per 100, and 10 about set-up, where they have
    30: they would have had 4 moments. Five of one's own are 5 per 100 more.
    """
    mine, all_others = reduce(Sums.plus, own.values(), Sums()), reduce(Sums.plus, others.values(), Sums())
    if min(mine.calls, all_others.calls) < LEAST_CALLS or not mine.utterances or not all_others.utterances:
        return None
    overall = all_others.moments / all_others.utterances
    expected = residual = theirs = 0.0
    for reason, sums in own.items():
        rest = others.get(reason, Sums())
        enough = rest.calls >= LEAST_CALLS and rest.utterances > 0
        rate, base = (rest.moments / rest.utterances, rest) if enough else (overall, all_others)
        expected += rate * sums.utterances
        residual += sums.residual(rate)
        theirs += _variance(base, rate) * (sums.utterances / base.utterances) ** 2
    surplus = mine.moments - expected
    scatter = mine.calls / (mine.calls - 1) * max(residual - surplus**2 / mine.calls, 0.0)
    own_variance = _at_least_chance(scatter, max(mine.moments, expected))
    scale = HUNDRED / mine.utterances
    return Difference(scale * surplus, scale**2 * (own_variance + theirs), mine.calls)


Standing = Literal["above", "below", "not_distinguishable"]


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference after shrinking, with its 95 % interval. `standing` by the interval corrected for the number of
    operators compared."""

    value: float
    low: float
    high: float
    standing: Standing


def compared(differences: Mapping[str, Difference | None]) -> dict[str, Compared]:
    """Each operator's difference shrunk towards the operators' common mean (empirical Bayes, Morris intervals).

    Empty with fewer than four operators to compare: then the raw differences are all there is.
    """
    import numpy as np

    from models.contribution.operators import shrink

    told = {name: found for name, found in differences.items() if found and found.variance > 0}
    if len(told) < FEWEST_OPERATORS:
        return {}
    values = np.array([found.value for found in told.values()])
    shrunk = shrink(values, np.array([found.variance for found in told.values()]))
    corrected = normal_quantile(1 - 0.025 / len(told))
    return {
        name: _compared(float(middle), float(se), corrected)
        for name, middle, se in zip(told, shrunk.mean - shrunk.centre, shrunk.se, strict=True)
    }


def _compared(middle: float, se: float, corrected: float) -> Compared:
    standing: Standing = "not_distinguishable"
    if abs(middle) > corrected * se:
        standing = "above" if middle > 0 else "below"
    return Compared(middle, middle - _WIDTH * se, middle + _WIDTH * se, standing)


def share_difference(own: Sequence[int], others: Sequence[int]) -> Estimate | None:
    """Share of calls with a moment, one's own less the colleagues', each given as (with it, calls).

    Newcombe's interval (1998, method 10); None below ten calls on either side. 2 of 20 against 60 of 100:

    >>> found = share_difference((2, 20), (60, 100))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (-0.5, -0.62, -0.28)
    """
    if min(own[1], others[1]) < LEAST_CALLS:
        return None
    (p, p_low, p_high), (q, q_low, q_high) = _wilson(*own), _wilson(*others)
    low = p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return Estimate(p - q, low, high)


def _wilson(count: int, n: int) -> tuple[float, float, float]:
    share, z2 = count / n, _WIDTH**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _WIDTH / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return share, max(centre - half, 0.0), min(centre + half, 1.0)
