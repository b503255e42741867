"""The block of figures: by hand, against a second plain computation, and reconciled with the ledger."""

import statistics
from datetime import date, timedelta

import pandas as pd
import pytest

from models.figures.cohort import Cohort, open_cohort
from models.figures.expansion import expansion_month_histogram
from models.figures.figure import Period, calendar_year, fiscal_year, month
from models.figures.kpi import kpi_block, kpi_figures, yearly_kpi_blocks
from models.figures.ledger import build_ledger
from models.figures.retention import bridge, grr, mrr_churn_rate, net_mrr_churn_rate, nrr
from tests.models.figures.worlds import contracts_of, outcomes_of, random_world


def small_cohort() -> Cohort:
    """Four customers on 1 January 2025 with 100, 50, 200 and 150 thousand yen."""
    contracts = contracts_of(
        ("K1", "A", "2024-01-31", 100_000),
        ("K2", "B", "2024-03-01", 50_000),
        ("K3", "C", "2024-05-01", 200_000),
        ("K4", "D", "2024-05-01", 150_000),
        ("K5", "NEW", "2025-01-02", 999_000),
    )
    events = outcomes_of(
        ("K1", "2025-03-01", "upsell", 100_000, 120_000),  # 14 months since start
        ("K1", "2025-06-01", "cross_sell", 120_000, 125_001),  # 17
        ("K2", "2025-01-01", "churned", 50_000, 0),  # on the opening day: in the period
        ("K3", "2025-08-01", "upsell", 200_000, 210_000),  # 15
        ("K3", "2025-12-31", "downgrade", 210_000, 180_000),  # on the last day: in the period
        ("K5", "2025-02-01", "upsell", 999_000, 1_999_000),
        ("K4", "2026-01-01", "churned", 150_000, 0),  # on the first day after it
    )
    return open_cohort(build_ledger(contracts, events), calendar_year(2025))


def test_every_figure_of_the_block_by_hand() -> None:
    figures = kpi_figures(small_cohort())
    assert {name: figure.value for name, figure in figures.items()} == {
        "cohort_customers": 4,
        "NRR": (125_001 + 0 + 180_000 + 150_000) / 500_000,
        "GRR_customer_capped": (100_000 + 0 + 180_000 + 150_000) / 500_000,
        "customer_churn_rate": 1 / 4,
        "gross_revenue_churn_rate": (50_000 + 30_000) / 500_000,
        "upsell_or_cross_sell_customer_rate": 2 / 4,
        "avg_expansion_unit_price_yen_per_month": 11_667,  # 35,001 ÷ 3
        "median_expansion_month_since_start": 15.0,
    }
    assert figures["avg_expansion_unit_price_yen_per_month"].n == 3
    assert figures["NRR"].n == 4


def test_the_bridge_leads_from_opening_to_closing() -> None:
    assert bridge(small_cohort()) == {
        "opening": 500_000,
        "upsell": 30_000,
        "cross_sell": 5_001,
        "churned": -50_000,
        "downgrade": -30_000,
        "closing": 455_001,
    }


def test_months_of_expansion_are_told_one_by_one() -> None:
    assert expansion_month_histogram(small_cohort()) == {14: 1, 15: 1, 17: 1}


def test_gross_churn_and_capped_retention_differ_where_a_customer_grows_and_shrinks() -> None:
    cohort = small_cohort()
    assert grr(cohort).value == 0.86
    assert mrr_churn_rate(cohort).value == 0.16
    assert net_mrr_churn_rate(cohort).value == pytest.approx(1 - (nrr(cohort).value or 0))


def test_without_a_cohort_every_rate_is_undefined_not_zero() -> None:
    block = kpi_block(contracts_of(), outcomes_of(), calendar_year(2025))
    assert block.pop("cohort_customers") == 0
    assert set(block.values()) == {None}


def test_all_lost_and_nobody_lost_are_told_exactly() -> None:
    contracts = contracts_of(("K1", "A", "2024-01-01", 100), ("K2", "B", "2024-01-01", 100))
    lost = outcomes_of(("K1", "2025-01-01", "churned", 100, 0), ("K2", "2025-12-31", "churned", 100, 0))
    all_lost = kpi_block(contracts, lost, calendar_year(2025))
    assert (all_lost["NRR"], all_lost["customer_churn_rate"]) == (0.0, 1.0)
    nobody = kpi_block(contracts, outcomes_of(), calendar_year(2025))
    assert (nobody["NRR"], nobody["customer_churn_rate"]) == (1.0, 0.0)


def test_periods_are_japanese_months_and_fiscal_years() -> None:
    assert (fiscal_year(2025).opening, fiscal_year(2025).closing) == (
        pd.Timestamp("2025-04-01"),
        pd.Timestamp("2026-04-01"),
    )
    assert month(2026, 12).closing == pd.Timestamp("2027-01-01")


def test_yearly_blocks_stop_at_the_given_day_never_at_today() -> None:
    contracts, outcomes = random_world(1)
    as_of = pd.Timestamp("2025-06-30")
    blocks = yearly_kpi_blocks(contracts, outcomes, as_of)
    assert list(blocks) == ["kpi_2024", "kpi_2025"]
    begun, known = contracts[contracts["started_on"] <= as_of], outcomes[outcomes["on"] <= as_of]
    assert blocks["kpi_2025"] == kpi_block(begun, known, calendar_year(2025))
    assert blocks["kpi_2025"] != kpi_block(contracts, outcomes, calendar_year(2025))


def plain_mrr(contracts: pd.DataFrame, events: pd.DataFrame, day: date) -> dict[str, int]:
    """The definition word for word, one line (the part of the id before the dot) at a time."""
    totals: dict[str, int] = {}
    lines: dict[str, list[dict[str, object]]] = {}
    for term in contracts.to_dict("records"):
        lines.setdefault(str(term["contract_id"]).split(".")[0], []).append(term)  # type: ignore[arg-type]
    for line, terms in lines.items():
        begun = [term for term in terms if term["started_on"].date() <= day]  # type: ignore[attr-defined]
        if not begun:
            continue
        past = [
            event
            for event in events.to_dict("records")
            if str(event["contract_id"]).split(".")[0] == line and event["on"].date() < day
        ]
        last = max(past, key=lambda event: event["on"]) if past else None
        yen = last["mrr_after_yen"] if last else max(begun, key=lambda term: str(term["started_on"]))["mrr_yen"]
        customer = str(terms[0]["customer_id"])
        totals[customer] = totals.get(customer, 0) + int(str(yen))
    return totals


def plain_block(contracts: pd.DataFrame, events: pd.DataFrame, opening: date, closing: date) -> dict[str, object]:
    """The block by loops over rows."""
    start = {customer: yen for customer, yen in plain_mrr(contracts, events, opening).items() if yen > 0}
    end = plain_mrr(contracts, events, closing)
    customer_of = dict(zip(contracts["contract_id"], contracts["customer_id"], strict=True))
    first = contracts.groupby("customer_id")["started_on"].min()
    inside = [
        event
        for event in events.to_dict("records")
        if opening <= event["on"].date() < closing and customer_of[event["contract_id"]] in start
    ]
    total = sum(start.values())
    falls = sum(max(0, event["mrr_before_yen"] - event["mrr_after_yen"]) for event in inside)
    grown = [event for event in inside if event["kind"] in ("upsell", "cross_sell")]
    months = []
    for event in grown:
        begun = first[customer_of[event["contract_id"]]]
        months.append((event["on"].year - begun.year) * 12 + event["on"].month - begun.month)
    return {
        "cohort_customers": len(start),
        "NRR": sum(end[customer] for customer in start) / total,
        "GRR_customer_capped": sum(min(end[customer], yen) for customer, yen in start.items()) / total,
        "customer_churn_rate": sum(end[customer] == 0 for customer in start) / len(start),
        "gross_revenue_churn_rate": falls / total,
        "upsell_or_cross_sell_customer_rate": len({customer_of[event["contract_id"]] for event in grown}) / len(start),
        "avg_expansion_unit_price_yen_per_month": round(
            sum(event["mrr_after_yen"] - event["mrr_before_yen"] for event in grown) / len(grown)
        ),
        "median_expansion_month_since_start": statistics.median(months),
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_block_agrees_with_the_definitions_told_row_by_row(seed: int) -> None:
    contracts, events = random_world(seed)
    for year in (2024, 2025):
        expected = plain_block(contracts, events, date(year, 1, 1), date(year + 1, 1, 1))
        assert kpi_block(contracts, events, calendar_year(year)) == expected


@pytest.mark.parametrize("seed", range(6))
def test_every_customer_reconciles_opening_plus_deltas_is_closing(seed: int) -> None:
    ledger = build_ledger(*random_world(seed))
    first = date(2024, 1, 1)
    for offset in range(0, 700, 61):
        opening = pd.Timestamp(first + timedelta(days=offset))
        cohort = open_cohort(ledger, Period("test", opening, opening + pd.Timedelta(days=180)))
        deltas = cohort.steps.groupby("customer_id")["delta_yen"].sum().reindex(cohort.opening.index, fill_value=0)
        assert ((cohort.opening + deltas) == cohort.closing).all()
        parts = bridge(cohort)
        assert sum(yen for name, yen in parts.items() if name != "closing") == parts["closing"]
