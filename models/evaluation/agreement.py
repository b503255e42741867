"""Shares with an interval, and how far two people agree."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n` with its Wilson 95 % interval; all None where nothing was counted."""

    n: int
    hits: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's κ of two people over `n` things both judged; None where one of them always said the same."""

    n: int
    agreed: int
    kappa: float | None
    ci_low: float | None
    ci_high: float | None


def share(hits: int, n: int) -> Share:
    """The share of `hits` in `n` (Wilson 1927).

    >>> found = share(9, 10)
    >>> found.estimate, round(found.ci_low, 3), round(found.ci_high, 3)
    (0.9, 0.596, 0.982)
    """
    from statsmodels.stats.proportion import proportion_confint

    if not n:
        return Share(0, 0, None, None, None)
    low, high = proportion_confint(hits, n, method="wilson")
    return Share(n, hits, hits / n, float(low), float(high))


def kappa(pairs: Sequence[tuple[bool, bool]]) -> Kappa:
    """Agreement beyond chance (Cohen 1960) of two people's yes and no.

    >>> kappa([(True, True), (True, False), (False, False), (False, False)]).kappa
    0.5
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    n, agreed = len(pairs), sum(one == other for one, other in pairs)
    table = [[sum(pair == (one, other) for pair in pairs) for other in (True, False)] for one in (True, False)]
    either_always_the_same = any(len({pair[side] for pair in pairs}) < 2 for side in (0, 1))
    if either_always_the_same:
        return Kappa(n, agreed, None, None, None)
    found = cohens_kappa(table)
    low, high = max(float(found.kappa_low), -1.0), min(float(found.kappa_upp), 1.0)
    return Kappa(n, agreed, float(found.kappa), low, high)
