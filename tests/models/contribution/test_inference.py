import numpy as np
import pytest

from models.contribution.inference import Clusters, Interval, holm, interval, median_of, two_way_se


def test_two_way_error_equals_the_sum_over_pairs_that_share_a_customer_or_an_operator() -> None:
    rng = np.random.default_rng(0)
    customer, operator = rng.integers(0, 40, 300), rng.integers(0, 12, 300)
    customer[:40], operator[:12] = np.arange(40), np.arange(12)
    scores = rng.normal(size=300) + rng.normal(size=12)[operator]
    together = 0.0
    for shared, codes in ((1, customer), (1, operator), (-1, customer * 12 + operator)):
        groups = len(set(codes.tolist()))
        same = codes[:, None] == codes[None, :]
        together += shared * (scores[:, None] * scores[None, :])[same].sum() * groups / (groups - 1)
    assert two_way_se(scores, Clusters(customer, operator)) == pytest.approx(np.sqrt(together) / 300)


def test_two_way_error_never_falls_below_the_error_by_customer() -> None:
    # two operators whose sums cancel: the operator term is zero
    scores = np.array([1.0, -1.0, 2.0, -2.0])
    clusters = Clusters(np.arange(4), np.array([0, 0, 1, 1]))
    assert two_way_se(scores, clusters) == pytest.approx(np.sqrt(10 / 16 * 4 / 3))


def test_degrees_of_freedom_are_one_less_than_the_smaller_number_of_clusters() -> None:
    assert Clusters(np.arange(50), np.arange(50) % 6).degrees == 5


def test_interval_uses_the_t_quantile() -> None:
    found = interval(1.0, 1.0, 5)
    assert (found.ci_low, found.ci_high) == pytest.approx((1 - 2.570582, 1 + 2.570582), abs=1e-6)
    assert found.p == pytest.approx(0.36322, abs=1e-5)


def test_nothing_that_does_not_vary_is_ever_claimed() -> None:
    assert interval(0.3, 0.0, 5).p == 1.0


def test_scaling_by_a_negative_number_keeps_low_below_high() -> None:
    assert Interval(1.0, 1.0, -1.0, 3.0, 0.2).scaled(-2) == Interval(-2.0, 2.0, -6.0, 2.0, 0.2)


def test_median_adds_the_spread_of_the_repetitions() -> None:
    assert median_of([1.0, 2.0, 4.0], [1.0, 1.0, 1.0]) == pytest.approx((2.0, np.sqrt(2.0)))


def test_holm_is_monotone_and_capped() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.9}) == pytest.approx(
        {"a": 0.04, "c": 0.09, "b": 0.09, "d": 0.9}
    )
    assert holm({}) == {}
