"""Figures by group of customers: the same figures, split, and still adding up."""

import pandas as pd
import pytest

from models.figures.cohort import open_cohort
from models.figures.customers import ALL, UNKNOWN, figures_by_group
from models.figures.figure import calendar_year
from models.figures.groups import by_call, by_contract
from models.figures.kpi import kpi_figures
from models.figures.ledger import build_ledger
from tests.models.figures.worlds import contracts_of, outcomes_of, random_world


def test_groups_by_hand() -> None:
    contracts = contracts_of(
        ("K1", "A", "2024-01-01", 100), ("K2", "B", "2024-01-01", 50), ("K3", "C", "2024-01-01", 10)
    )
    events = outcomes_of(("K1", "2025-02-01", "upsell", 100, 120), ("K2", "2025-03-01", "churned", 50, 0))
    cohort = open_cohort(build_ledger(contracts, events), calendar_year(2025))
    rows = figures_by_group(cohort, pd.Series({"A": "x", "B": "x"}))
    assert list(rows.index) == ["x", ALL, UNKNOWN]
    shown = rows[["n", "nrr", "grr", "logo_churn_rate", "mean_expansion_price_yen"]].to_numpy().tolist()
    assert shown[0] == [2, 0.8, 100 / 150, 0.5, 20]
    assert rows[["n", "nrr"]].to_numpy().tolist()[2] == [1, 1.0]


@pytest.mark.parametrize("seed", range(3))
def test_disjoint_groups_add_up_and_all_is_the_block(seed: int) -> None:
    contracts, events = random_world(seed)
    contracts["plan"] = pd.Series([("a", "b", None)[row % 3] for row in range(len(contracts))], dtype="string")
    ledger = build_ledger(contracts, events)
    cohort = open_cohort(ledger, calendar_year(2025))
    rows = figures_by_group(cohort, by_contract(ledger, "plan", cohort.period.opening))
    parts = rows.drop(index=ALL)
    for column in ("n", "opening_yen", "closing_yen", "fall_yen", "rise_yen", "expansion_yen"):
        assert parts[column].sum() == rows[column].to_dict()[ALL]
    whole = {name: figure.value for name, figure in kpi_figures(cohort).items()}
    assert rows["nrr"].to_dict()[ALL] == whole["NRR"]
    assert rows["grr"].to_dict()[ALL] == whole["GRR_customer_capped"]
    assert rows["mrr_churn_rate"].to_dict()[ALL] == whole["gross_revenue_churn_rate"]
    assert rows["median_expansion_month"].to_dict()[ALL] == whole["median_expansion_month_since_start"]


def test_a_group_below_the_minimum_keeps_its_n_and_has_no_rate() -> None:
    cohort = open_cohort(build_ledger(contracts_of(("K1", "A", "2024-01-01", 100)), outcomes_of()), calendar_year(2025))
    rows = figures_by_group(cohort, pd.Series({"A": "x"}), minimum_n=5)
    assert rows["n"].iloc[0] == 1
    assert rows["nrr"].isna().iloc[0]


def test_a_customer_counts_for_every_operator_spoken_with_before_the_opening_only() -> None:
    calls = pd.DataFrame(
        {
            "started_at": pd.to_datetime(
                ["2024-06-01 01:00", "2024-07-01 01:00", "2024-12-31 15:30", "2023-01-01 01:00"], utc=True
            ),
            "joined_customer_id": ["A", "A", "A", "A"],
            "operator_id": ["OP1", "OP2", "OP3", "OP4"],
        }
    )
    found = by_call(calls, "operator_id", pd.Timestamp("2025-01-01"))
    assert sorted(found.tolist()) == ["OP1", "OP2"]  # OP3's call is on 1 January in Tokyo
