from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.contribution.experiment import (
    analyse_experiment,
    assign_customers,
    assign_operator_days,
    terms_needed,
)
from models.contribution.options import Options

MOMENTS = ("proposal",)


def trial(n: int = 2000, by: str = "operator_day", effect: float = 0.10) -> pd.DataFrame:
    """An analysis table: the assignment makes a proposal likelier by 0.6, and a proposal keeps `effect` more."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "customer_id": [f"U{i // 2}" for i in range(n)],
            "operator_id": [f"OP{i}" for i in rng.integers(0, 20, n)],
            "day": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 60, n), unit="D"),
        }
    )
    unit = rows["operator_id"] + rows["day"].astype("str") if by == "operator_day" else rows["customer_id"]
    codes, _ = pd.factorize(unit)
    on = (rng.random(codes.max() + 1) < 0.5)[codes]
    willing = rng.random(n)
    proposal = willing < np.where(on, 0.8, 0.2)
    renewed = rng.random(n) < 0.5 + 0.3 * willing + effect * proposal
    return rows.assign(
        assigned=np.where(on, "on", "off"),
        n_proposal=proposal.astype(int),
        renewed=renewed.astype(float),
        mrr_delta_yen=np.where(renewed, 0.0, -10_000.0),
        upsell=0.0,
    )


@pytest.mark.parametrize("by", ["operator_day", "customer"])
def test_the_unit_of_assignment_is_found_and_the_effects_are_recovered(by: str) -> None:
    found = analyse_experiment(trial(6000, by), MOMENTS, Options())
    assert found is not None and found.as_assigned and found.compliers and found.followed
    assert found.unit == by
    assert found.followed.estimate == pytest.approx(0.6, abs=0.05)
    assert found.as_assigned["renewal"].ci_low < 0.06 < found.as_assigned["renewal"].ci_high
    assert found.compliers["renewal"].ci_low < 0.10 < found.compliers["renewal"].ci_high


def test_the_complier_effect_is_the_ratio_of_the_two_differences() -> None:
    found = analyse_experiment(trial(), MOMENTS, Options())
    assert found is not None and found.as_assigned and found.compliers and found.followed
    ratio = found.as_assigned["renewal"].estimate / found.followed.estimate
    assert found.compliers["renewal"].estimate == pytest.approx(ratio)


def test_an_assignment_nobody_followed_gives_no_complier_effect() -> None:
    rows = trial()
    rows["n_proposal"] = np.random.default_rng(0).integers(0, 2, len(rows))
    found = analyse_experiment(rows, MOMENTS, Options())
    assert found is not None and found.as_assigned
    assert found.compliers is None


def test_a_small_experiment_is_refused_without_figures() -> None:
    found = analyse_experiment(trial(150), MOMENTS, Options())
    assert found is not None
    assert (found.status, found.as_assigned) == ("refuse", None)


def test_without_an_assignment_there_is_no_experiment() -> None:
    assert analyse_experiment(trial().drop(columns="assigned"), MOMENTS, Options()) is None
    assert analyse_experiment(trial().assign(assigned=None), MOMENTS, Options()) is None


def test_each_pair_of_days_of_an_operator_has_one_on_and_one_off() -> None:
    days = [date(2025, 4, 1) + timedelta(days=i) for i in range(10)]
    plan = assign_operator_days(["B", "A"], days, seed=1)
    for _, rows in plan.groupby("operator_id"):
        pairs = rows.sort_values("on")["assigned"].to_numpy().reshape(5, 2)
        assert (pairs.sum(axis=1) == 1).all()
    assert plan.equals(assign_operator_days(["A", "B"], days, seed=1))
    assert not plan.equals(assign_operator_days(["A", "B"], days, seed=2))


def test_half_of_the_customers_are_on() -> None:
    plan = assign_customers([f"U{i}" for i in range(31)], seed=1)
    assert plan["assigned"].sum() == 16


def test_half_the_effect_needs_four_times_the_terms() -> None:
    assert terms_needed(0.8, 0.025) == pytest.approx(4 * terms_needed(0.8, 0.05), abs=4)
    assert terms_needed(0.8, 0.05, terms_per_unit=6, correlation=0.1) == pytest.approx(
        1.5 * terms_needed(0.8, 0.05), abs=2
    )
