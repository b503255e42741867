"""Lifetime value, satisfaction, health and tiers, by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from models.figures.cohort import open_cohort
from models.figures.figure import Figure, calendar_year
from models.figures.health import HealthFormula, Part, health_scores
from models.figures.ledger import build_ledger
from models.figures.ltv import (
    arpa_yen,
    ltv_basic,
    ltv_discounted,
    ltv_from_churn,
    ltv_observed,
    mean_monthly_growth,
    repeat_rate,
)
from models.figures.months import month_grid
from models.figures.satisfaction import csat, nps
from models.figures.survival import (
    MONTH_DAYS,
    expanded_within,
    lifetimes,
    retention_curve,
    times_to_first_expansion,
)
from models.figures.tiers import TierThresholds, expected_ltv_yen, proposed_tiers, tier_comparison
from tests.models.figures.worlds import contracts_of, outcomes_of

ARPA = Figure("arpa_yen", 80, "yen", 3)


def test_lifetimes_are_cut_at_as_of_never_at_today() -> None:
    ledger = build_ledger(
        contracts_of(("K1", "A", "2024-01-01", 100), ("K2", "B", "2024-01-01", 100), ("K3", "C", "2026-01-01", 100)),
        outcomes_of(("K1", "2024-03-01", "churned", 100, 0), ("K2", "2025-06-01", "churned", 100, 0)),
    )
    lives = lifetimes(ledger, pd.Timestamp("2024-12-31"))
    assert lives["lost"].to_dict() == {"A": True, "B": False}
    assert lives["months"].to_dict() == {"A": 60 / MONTH_DAYS, "B": 365 / MONTH_DAYS}


def test_kaplan_meier_by_hand() -> None:
    curve = retention_curve(pd.DataFrame({"months": [2.0, 4.0, 6.0, 8.0], "lost": [False, True, True, False]}))
    assert [round(curve.at(month), 6) for month in (3, 4, 6, 9)] == [1.0, 0.666667, 0.333333, 0.333333]
    assert (curve.low < curve.survival).all()
    assert (curve.survival < curve.high).all()
    assert curve.reliable_months == 0  # four customers carry nothing


def test_mean_lifetime_and_its_interval_agree_with_greenwood_by_hand() -> None:
    lives = pd.DataFrame({"months": [1.0] * 20 + [2.0] * 80, "lost": [True] * 20 + [False] * 80})
    mean, low, high = retention_curve(lives).mean_months()
    assert mean == pytest.approx(1 + 0.8)
    error = 1.959963984540054 * math.sqrt(0.8**2 * 20 / (100 * 80))
    assert low == pytest.approx(mean - error)
    assert high == pytest.approx(mean + error)


def test_nobody_lost_is_a_flat_curve() -> None:
    curve = retention_curve(pd.DataFrame({"months": [5.0] * 40, "lost": [False] * 40}))
    assert curve.at(5) == 1.0
    assert curve.mean_months() == (5.0, 5.0, 5.0)


def test_interval_of_the_mean_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        life = rng.exponential(10, size=300)
        watched = rng.uniform(5, 20, size=300)
        lives = pd.DataFrame({"months": np.minimum(life, watched), "lost": life <= watched})
        curve = retention_curve(lives)
        _, low, high = curve.mean_months()
        hits += low <= 10 * (1 - math.exp(-curve.reliable_months / 10)) <= high
    assert 180 <= hits <= 199


def test_time_to_first_expansion_counts_those_who_never_buy_more() -> None:
    contracts = contracts_of(*[(f"K{n}", f"C{n}", "2024-01-01", 100) for n in range(40)])
    events = outcomes_of(
        *[(f"K{n}", "2024-07-01", "upsell", 100, 200) for n in range(10)],
        ("K0", "2024-09-01", "cross_sell", 200, 300),
        ("K1", "2026-01-01", "upsell", 200, 300),
    )
    times = times_to_first_expansion(build_ledger(contracts, events), pd.Timestamp("2025-06-30"))
    assert int(times["lost"].sum()) == 10
    figure = expanded_within(retention_curve(times))
    assert figure.value == pytest.approx(0.25)
    assert (figure.low or 0) < 0.25 < (figure.high or 0)
    assert expanded_within(retention_curve(times), 24).refusal is not None


def test_a_customer_lost_before_buying_more_is_no_longer_waited_for() -> None:
    events = outcomes_of(("K1", "2024-03-01", "churned", 100, 0))
    ledger = build_ledger(contracts_of(("K1", "A", "2024-01-01", 100)), events)
    times = times_to_first_expansion(ledger, pd.Timestamp("2025-06-30"))
    assert times["months"].tolist() == [60 / MONTH_DAYS]
    assert times["lost"].tolist() == [False]


def test_ltv_variants_by_hand() -> None:
    assert ltv_basic(5_000, 12, 3, n=10, margin=0.5).value == 90_000
    months = pd.DataFrame({"churned": [10, 20], "n": [500, 500]})
    assert ltv_from_churn(ARPA, months).value == 2_667
    flat = retention_curve(pd.DataFrame({"months": [2.0] * 40, "lost": [False] * 40}))
    assert ltv_observed(ARPA, flat).value == 160
    assert ltv_discounted(ARPA, flat, monthly_growth=0.1).value == 168


def test_ltv_is_refused_with_a_reason_where_the_data_cannot_carry_it() -> None:
    few = ltv_from_churn(ARPA, pd.DataFrame({"churned": [19], "n": [500]}))
    assert few.value is None
    assert few.refusal is not None
    assert "20 件に満たない" in few.refusal.ja
    thin = retention_curve(pd.DataFrame({"months": [1.0] * 5, "lost": [True] * 5}))
    assert ltv_observed(ARPA, thin).refusal is not None


def test_arpa_growth_and_repeat_rate_by_hand() -> None:
    contracts = contracts_of(*[(f"K{n}", f"C{n}", "2024-01-01", 100 - 20 * (n == 3)) for n in range(4)])
    events = outcomes_of(
        ("K0", "2025-01-10", "upsell", 100, 120),
        ("K1", "2025-01-11", "repeat_purchase", 100, 100),
        ("K1", "2025-01-12", "repeat_purchase", 100, 100),
    )
    ledger = build_ledger(contracts, events)
    assert arpa_yen(ledger, pd.Timestamp("2025-01-01")).value == 95
    assert repeat_rate(open_cohort(ledger, calendar_year(2025))).value == 0.25
    grid = month_grid(ledger, pd.Timestamp("2025-01-01"), pd.Timestamp("2025-01-01"))
    assert mean_monthly_growth(grid) == 20 / 380


def snapshots(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns).assign(on=lambda frame: frame["on"].astype("datetime64[s]"))


def test_csat_and_nps_use_the_last_answer_of_each_customer_in_the_period() -> None:
    answers = snapshots(
        customer_id=["A", "A", "B", "C", "D", "E"],
        on=["2025-01-01", "2025-02-01", "2025-02-01", "2025-02-01", "2025-02-01", "2026-01-01"],
        csat=[1, 5, 4, 3, 9, 5],
        nps=[0, 10, 9, 8, 6, 10],
    )
    satisfied = csat(answers, calendar_year(2025))
    assert (satisfied.value, satisfied.n, satisfied.uncovered) == (2 / 3, 3, {"off_scale": 1})
    promoted = nps(answers, calendar_year(2025))
    assert (promoted.value, promoted.n) == (25.0, 4)
    assert csat(answers.drop(columns="csat"), calendar_year(2025)).value is None


def test_health_is_the_published_formula_and_an_edit_changes_its_version() -> None:
    formula = HealthFormula((Part("log_ins", 2, 0, 10), Part("tickets", 1, 4, 0)))
    rows = pd.DataFrame({"log_ins": [5, 50, None, None], "tickets": [0, 9, 2, None]})
    scores = health_scores(rows, formula).tolist()
    assert scores[:2] == [pytest.approx(200 / 3), pytest.approx(200 / 3)]
    assert all(math.isnan(score) for score in scores[2:])  # a third of the weights is not enough
    assert formula.version != HealthFormula((Part("log_ins", 3, 0, 10), Part("tickets", 1, 4, 0))).version
    assert formula.version == HealthFormula((Part("log_ins", 2, 0, 10), Part("tickets", 1, 4, 0))).version


def test_tiers_are_proposed_from_expected_value_and_shown_against_those_in_use() -> None:
    ltv = expected_ltv_yen(pd.Series({"A": 50_000, "B": 15_000, "C": 2_499, "D": 2_500}), 20.0)
    tiers = proposed_tiers(ltv, TierThresholds(1_000_000, 300_000, 50_000))
    assert tiers.to_dict() == {"A": "high", "B": "low", "C": "community", "D": "tech"}
    table = tier_comparison(tiers, pd.Series({"A": "low", "B": "low"}))
    assert dict(zip(table.index, table.to_numpy().tolist(), strict=True)) == {"low": [1, 1, 0, 0], "none": [0, 0, 1, 1]}
    with pytest.raises(ValueError, match="fall"):
        TierThresholds(1, 2, 3)


def test_the_curve_is_trusted_while_thirty_customers_are_watched() -> None:
    lives = pd.DataFrame({"months": [float(month) for month in range(1, 101)], "lost": [False] * 100})
    assert retention_curve(lives).reliable_months == 71.0  # 71 to 100 are thirty


def test_nps_counts_seven_and_eight_as_neither() -> None:
    answers = snapshots(customer_id=["A", "B", "C", "D"], on=["2025-02-01"] * 4, nps=[7, 8, 6, 9])
    assert nps(answers, calendar_year(2025)).value == 0.0
    seven = snapshots(customer_id=["A", "B"], on=["2025-02-01"] * 2, nps=[7, 9])
    assert nps(seven, calendar_year(2025)).value == 50.0
