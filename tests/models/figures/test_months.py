"""Month by month: the grid agrees with the ledger, months lead into each other, cohorts are counted right."""

import math

import pandas as pd
import pytest

from models.figures.churn import churned_by_month_and_phase, lost_customers
from models.figures.cohort import open_cohort
from models.figures.figure import month
from models.figures.ledger import build_ledger
from models.figures.months import cohort_table, month_grid, monthly_figures
from models.figures.retention import grr, logo_churn_rate, mrr_churn_rate, nrr
from tests.models.figures.worlds import contracts_of, outcomes_of, random_world


@pytest.mark.parametrize("seed", range(3))
def test_every_month_agrees_with_its_own_cohort(seed: int) -> None:
    ledger = build_ledger(*random_world(seed))
    rows = monthly_figures(month_grid(ledger, pd.Timestamp("2024-03-15"), pd.Timestamp("2025-08-01")))
    assert len(rows) == 18
    for day, row in rows.iterrows():
        start = pd.Timestamp(str(day))
        cohort = open_cohort(ledger, month(start.year, start.month))
        assert row["n"] == cohort.size
        for name, figure in (
            ("nrr", nrr),
            ("grr", grr),
            ("logo_churn_rate", logo_churn_rate),
            ("mrr_churn_rate", mrr_churn_rate),
        ):
            assert row[name] == figure(cohort).value


@pytest.mark.parametrize("seed", range(3))
def test_closing_and_new_mrr_make_the_next_opening_to_the_yen(seed: int) -> None:
    ledger = build_ledger(*random_world(seed))
    rows = monthly_figures(month_grid(ledger, pd.Timestamp("2023-01-01"), pd.Timestamp("2026-06-01")))
    following = (rows["closing_yen"] + rows["new_yen"]).iloc[:-1]
    assert following.tolist() == rows["opening_yen"].iloc[1:].tolist()
    bridged = rows["opening_yen"] + rows["rise_yen"] - rows["fall_yen"]
    assert bridged.tolist() == rows["closing_yen"].tolist()


def test_a_cohort_table_by_hand() -> None:
    contracts = contracts_of(
        *[(f"K{n}", f"C{n}", "2025-05-10", 100) for n in range(4)], ("K9", "C9", "2025-06-01", 100)
    )
    events = outcomes_of(("K0", "2025-07-05", "churned", 100, 0), ("K1", "2025-06-05", "upsell", 100, 300))
    ledger = build_ledger(contracts, events)
    grid = month_grid(ledger, pd.Timestamp("2025-05-01"), pd.Timestamp("2025-07-01"))
    table = cohort_table(grid, ledger.first_start)
    rows = dict(zip(table.index, table.to_numpy().tolist(), strict=True))
    assert rows["2025-05"] == [4, 1.0, 1.0, 0.75]
    assert rows["2025-06"][:3] == [1, 1.0, 1.0]
    assert math.isnan(rows["2025-06"][3])
    by_yen = cohort_table(grid, ledger.first_start, "yen")
    assert by_yen.iloc[0].tolist() == [4, 1.0, 1.5, 1.25]


def test_lost_customers_by_month_and_phase() -> None:
    contracts = contracts_of(
        ("K1", "A", "2024-01-01", 100),  # lost in its first weeks
        ("K2", "B", "2024-01-01", 100),  # lost at the due date
        ("K3", "C", "2024-01-01", 100),  # lost in between
        ("K4", "D", "2024-01-01", 100),  # one of two contracts: not lost
        ("K5", "D", "2024-01-01", 100),
        ("K6", "E", "2024-01-01", 100),  # came back
        due={f"K{n}": "2025-01-01" for n in range(1, 7)},
    )
    events = outcomes_of(
        ("K1", "2024-02-01", "churned", 100, 0),
        ("K2", "2024-12-20", "churned", 100, 0),
        ("K3", "2024-08-01", "churned", 100, 0),
        ("K4", "2024-08-01", "churned", 100, 0),
        ("K6", "2024-08-01", "churned", 100, 0),
        ("K6", "2024-10-01", "reactivated", 0, 100),
    )
    ledger = build_ledger(contracts, events)
    lost = lost_customers(ledger, pd.Timestamp("2025-06-30"))
    assert dict(zip(lost["customer_id"], lost["phase"], strict=True)) == {
        "A": "onboarding", "C": "adoption", "B": "renewal",
    }  # fmt: skip
    table = churned_by_month_and_phase(lost)
    assert table["total"].tolist() == [1, 1, 1]
    assert len(lost_customers(ledger, pd.Timestamp("2024-08-31"))) == 3  # E was away then
