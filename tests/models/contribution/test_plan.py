from datetime import date, timedelta

import pandas as pd
import pytest

from models.contribution.plan import (
    assign_customers,
    assign_operator_days,
    plan_experiment,
    terms_needed,
    weekdays,
    with_assignment,
)
from models.contribution.tables import Tables
from models.simulation.centre import draw_centre
from models.simulation.replicate import LAST_DAY, tables_of
from models.simulation.scenario import SCENARIOS

START = date(2026, 12, 1)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return tables_of(draw_centre(SCENARIOS["confounded"], 3))


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


def test_a_plan_counts_on_the_pace_and_the_renewals_of_the_past_year(tables: Tables) -> None:
    plan = plan_experiment(tables, LAST_DAY, "operator_day", 0.05, 0.6, START, seed=7)
    assert plan is not None
    assert plan.terms >= terms_needed(plan.renewal_share, 0.03)
    assert (plan.weeks - 1) * plan.terms_per_week < plan.terms <= plan.weeks * plan.terms_per_week
    assert set(plan.assignment["on"]) == set(weekdays(START, plan.weeks))
    assert plan.assignment["assigned"].mean() == pytest.approx(0.5, abs=0.02)


def test_a_plan_by_customer_assigns_each_customer_once(tables: Tables) -> None:
    plan = plan_experiment(tables, LAST_DAY, "customer", 0.05, 1.0, START, seed=7)
    assert plan is not None
    assert set(plan.assignment["customer_id"]) == set(tables.contracts["customer_id"])
    assert plan.assignment["customer_id"].is_unique


def test_without_a_finished_term_there_is_nothing_to_plan_by(tables: Tables) -> None:
    early = Tables(tables.calls, tables.contracts, tables.outcomes, tables.snapshots)
    assert plan_experiment(early, date(2020, 1, 1), "customer", 0.05, 1.0, START, seed=7) is None


def test_a_call_takes_the_side_of_its_operator_on_its_japanese_day() -> None:
    calls = pd.DataFrame(
        {
            "call_id": ["before midnight in Tokyo", "after it", "another operator", "no plan for that day"],
            "operator_id": ["A", "A", "B", "A"],
            "started_at": pd.to_datetime(
                ["2026-12-01 14:59", "2026-12-01 15:01", "2026-12-01 01:00", "2026-12-09 01:00"], utc=True
            ),
            "assigned": ["stale"] * 4,
        }
    )
    plan = pd.DataFrame(
        {
            "operator_id": ["A", "A", "B"],
            "on": [date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 1)],
            "assigned": [True, False, False],
        }
    )
    found = with_assignment(calls, plan)
    assert found["assigned"].tolist()[:3] == [True, False, False]
    assert pd.isna(found["assigned"].iloc[3])
