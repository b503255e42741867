"""The stratified odds ratio against statsmodels, and what it must not mistake for an association."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from statsmodels.stats.contingency_tables import StratifiedTable

from models.association import Association, associations


def made(seed: int, effect: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    strata = rng.integers(0, 12, 900)
    said = rng.random(900) < 0.1 + 0.06 * strata
    good = rng.random(900) < 1 / (1 + np.exp(-(-1 + 0.2 * strata + effect * said)))
    return said, good, strata


def one(said: NDArray[np.bool_], good: NDArray[np.bool_], strata: NDArray[np.int64]) -> Association | None:
    (result,) = associations(sparse.csr_matrix(said[:, None].astype(float)), good, strata)
    return result


def test_estimate_and_interval_are_those_of_statsmodels() -> None:
    said, good, strata = made(1, 0.8)
    tables = [
        [[np.sum(said & good & at), np.sum(said & ~good & at)], [np.sum(~said & good & at), np.sum(~said & ~good & at)]]
        for at in (strata == code for code in range(12))
    ]
    theirs = StratifiedTable([np.array(table, dtype=float) for table in tables])
    ours = one(said, good, strata)
    assert ours is not None
    low, high = theirs.oddsratio_pooled_confint()
    assert [ours.odds_ratio, ours.ci_low, ours.ci_high] == pytest.approx([theirs.oddsratio_pooled, low, high])
    assert (ours.n_with, ours.good_with) == (said.sum(), (said & good).sum())


def test_what_every_call_of_a_stratum_has_cannot_be_compared() -> None:
    strata = np.repeat(np.arange(4), 50)
    said, good = strata < 2, np.tile([True, False], 100) | (strata < 2)
    assert one(said, good, strata) is None


def test_intervals_cover_the_truth_and_chance_is_rarely_sure() -> None:
    covered = sure = 0
    for seed in range(200):
        result = one(*made(seed, 0.0))
        assert result is not None
        covered += result.ci_low <= 1 <= result.ci_high
        sure += result.q <= 0.05
    assert covered >= 182 and sure <= 18


def test_no_calls_no_association() -> None:
    assert associations(sparse.csr_matrix((0, 2)), np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)) == [None, None]
