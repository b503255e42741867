import numpy as np
import pandas as pd
import pytest

from models.contribution.diagnostics import attenuation, balance, overlap, robustness_value


def test_equal_odds_make_every_comparison_row_count_whole() -> None:
    found = overlap(np.array([1.0, 1.0, 0.0, 0.0, 0.0]), np.full(5, 0.4))
    assert found.effective_controls == pytest.approx(3.0)
    assert found.ess_ratio == pytest.approx(1.5)
    assert found.extreme_share == 0.0


def test_one_heavy_row_makes_the_comparison_a_comparison_with_one() -> None:
    found = overlap(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.97, 0.99, 0.01, 0.01]))
    assert found.effective_controls == pytest.approx(1.0, abs=0.01)
    assert found.extreme_share == 1.0
    assert sum(found.exposed_histogram) == 1
    assert sum(found.comparison_histogram) == 3


def test_balance_by_hand() -> None:
    x = pd.DataFrame({"health": [2.0, 4.0, 0.0, 2.0]})
    found = balance(x, np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.25, 0.75]))[0]
    # means 3 and 1, both variances 1; weights 1/3 and 3 make the comparison mean 1.8
    assert (found.before, found.after) == pytest.approx((2.0, 1.2))


def test_attenuation_is_what_estimation_notes_call_ppv_plus_npv_minus_one() -> None:
    # 1,000 calls, 300 with the moment, recall 0.8, 40 false hits: 280 flagged, PPV 240/280, NPV 660/720
    assert attenuation(240 / 280, 0.8, 0.28) == pytest.approx(240 / 280 + 660 / 720 - 1)


def test_robustness_grows_with_the_estimate_and_stays_a_share() -> None:
    rng = np.random.default_rng(0)
    d, y = rng.integers(0, 2, 400).astype(float), rng.normal(size=400)
    values = [
        robustness_value(estimate, y, d, np.full(400, 0.5), np.zeros(400), np.zeros(400))
        for estimate in (0.0, 0.1, 0.5, 50.0)
    ]
    assert values[0] == 0.0
    assert values == sorted(values)
    assert values[-1] < 1.0
