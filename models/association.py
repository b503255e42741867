"""What goes with a good outcome once operator and reason are held fixed: an association, never an effect.

Mantel-Haenszel's common odds ratio over strata with the variance of Robins, Breslow and Greenland (Biometrics 42,
1986), which holds for many small strata; Benjamini-Hochberg over all that were tested. A habit of one operator has no
contrast within that operator's calls and so cannot come out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import false_discovery_control, norm

Z = 1.959963984540054
LEAST_CONTRAST = 10.0  # effective number of calls with it that have comparable calls without it


@dataclass(frozen=True, slots=True)
class Association:
    """One thing said against a good outcome. `odds_ratio` with its 95 % interval; `q` is the false discovery rate.

    `n_with`, `good_with`, `n_without`, `good_without` are plain counts, without regard to strata.
    """

    odds_ratio: float
    ci_low: float
    ci_high: float
    p: float
    q: float
    n_with: int
    good_with: int
    n_without: int
    good_without: int


def associations(
    said: sparse.csr_matrix, good: NDArray[np.bool_], strata: NDArray[np.int64]
) -> list[Association | None]:
    """One per column of `said` (calls × things, 0/1); None where the strata hold too little to compare.

    `good`: outcome of each call; `strata`: code of each call from 0 on.
    """
    calls, things = said.shape
    if not calls:
        return [None] * things
    group = sparse.csr_matrix((np.ones(calls), (strata, np.arange(calls))), shape=(int(strata.max()) + 1, calls))
    size = np.asarray(group.sum(axis=1))
    good_size = np.asarray(group @ good.astype(float)).reshape(-1, 1)
    a = (group @ said.multiply(good[:, None]).tocsr()).toarray()
    b = (group @ said).toarray() - a
    c, d = good_size - a, (size - good_size) - b
    odds, error, able = _mantel_haenszel(a, b, c, d, size)
    p = np.where(able, 2 * norm.sf(np.abs(odds) / np.where(able, error, 1.0)), 1.0)
    q = np.ones(things)
    if able.any():
        q[able] = false_discovery_control(p[able])
    low, high = np.exp(odds - Z * error), np.exp(odds + Z * error)
    counts = [np.rint(part.sum(axis=0)).astype(int) for part in (a + b, a, c + d, c)]
    return [
        Association(
            float(np.exp(odds[k])), float(low[k]), float(high[k]), float(p[k]), float(q[k]),
            *(int(count[k]) for count in counts),
        ) if able[k] else None
        for k in range(things)
    ]  # fmt: skip


Table = NDArray[np.float64]


def _mantel_haenszel(a: Table, b: Table, c: Table, d: Table, size: Table) -> tuple[Table, Table, NDArray[np.bool_]]:
    """Logarithm of the odds ratio, its standard error, and where both can be told; by column."""
    with np.errstate(divide="ignore", invalid="ignore"):
        r, s = a * d / size, b * c / size
        for_, against = (a + d) / size, (b + c) / size
        total_r, total_s = r.sum(axis=0), s.sum(axis=0)
        variance = (
            (for_ * r).sum(axis=0) / (2 * total_r**2)
            + (for_ * s + against * r).sum(axis=0) / (2 * total_r * total_s)
            + (against * s).sum(axis=0) / (2 * total_s**2)
        )
        contrast = ((a + b) * (c + d) / size).sum(axis=0)
        able = (total_r > 0) & (total_s > 0) & (contrast >= LEAST_CONTRAST)
        odds = np.where(able, np.log(np.where(able, total_r / total_s, 1.0)), 0.0)
    return odds, np.where(able, np.sqrt(np.where(able, variance, 1.0)), 1.0), able
