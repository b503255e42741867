"""The kept sums are the published figures, for every period and every group."""

from datetime import date

import pandas as pd
import pytest

from models.figures.cohort import open_cohort
from models.figures.customers import ALL as EVERYBODY
from models.figures.customers import figures_by_group
from models.figures.groups import by_contract
from models.figures.ledger import build_ledger
from models.figures.span_sums import SUMS, span_sums
from models.figures.spans import Span, months_later, parse_span, span_around, spans_between
from tests.models.figures.worlds import random_world

NAMES = {"opening_yen", "closing_yen", "kept_yen", "fall_yen", "rise_yen", "churned", "expanded", "expansions"}


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_those_of_the_cohorts_by_group(seed: int) -> None:
    contracts, outcomes = random_world(seed)
    plans = ["basic", "pro", None]
    contracts = contracts.assign(plan=pd.array([plans[row % 3] for row in range(len(contracts))], dtype="string"))
    ledger = build_ledger(contracts, outcomes)
    spans = spans_between(date(2024, 3, 1), date(2025, 2, 1))
    found = span_sums(ledger, spans, ["plan", "region"])
    assert set(found["dimension"]) == {"all", "plan"}  # no region is told
    for span in spans:
        cohort = open_cohort(ledger, span.period())
        expected = figures_by_group(cohort, by_contract(ledger, "plan", cohort.period.opening))
        told = found[(found["span"] == span.name)].set_index("value")
        whole = told[told["dimension"] == "all"].iloc[0]
        assert [whole[name] for name in NAMES] == [expected.loc[EVERYBODY, name] for name in NAMES]
        assert whole["n"] == cohort.size and whole["expansion_yen"] == expected.loc[EVERYBODY, "expansion_yen"]
        for plan in ("basic", "pro"):
            if plan in expected.index:
                assert [told.loc[plan, name] for name in NAMES] == [expected.loc[plan, name] for name in NAMES]
        groups = told[told["dimension"] == "plan"][list(SUMS)].sum()
        assert (groups == whole[list(SUMS)]).all(), "the groups add up to the whole"


def test_a_span_without_customers_has_no_row() -> None:
    ledger = build_ledger(*random_world(0))
    assert span_sums(ledger, [parse_span("1990-01")], ["plan"]).empty


def test_a_group_that_all_have_left_has_no_row() -> None:
    day = pd.Timestamp
    contracts = pd.DataFrame(
        {"contract_id": ["K1", "K2"], "customer_id": ["C1", "C2"], "plan": ["old", "pro"], "mrr_yen": [1_000, 2_000],
         "started_on": [day("2025-01-01")] * 2, "renewal_due_on": [pd.NaT] * 2}
    )  # fmt: skip
    outcomes = pd.DataFrame(
        {"contract_id": ["K1"], "on": [day("2025-03-10")], "kind": ["churned"], "mrr_before_yen": [1_000],
         "mrr_after_yen": [0]}
    )  # fmt: skip
    found = span_sums(build_ledger(contracts, outcomes), [parse_span("2025-03"), parse_span("2025-04")], ["plan"])
    rows = found[["span", "dimension", "value", "n"]].to_numpy().tolist()
    assert rows == [
        ["2025-03", "all", "", 2],
        ["2025-03", "plan", "old", 1],
        ["2025-03", "plan", "pro", 1],
        ["2025-04", "all", "", 1],
        ["2025-04", "plan", "pro", 1],
    ]


def test_every_span_is_found_again_by_its_name() -> None:
    spans = spans_between(date(2025, 11, 1), date(2026, 10, 1))
    assert [parse_span(span.name) for span in spans] == spans
    assert sum(span.kind == "month" for span in spans) == 12
    assert {span.name for span in spans if span.kind == "fiscal_year"} == {"FY2025", "FY2026"}


@pytest.mark.parametrize("name", ["", "2026-13", "FY2026-Q5", "12M-FY2026", "2026", "FY1850", "2026-10x"])
def test_what_is_no_span_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        parse_span(name)


def test_the_span_before_and_the_year_before() -> None:
    quarter = span_around("quarter", date(2026, 5, 17))
    assert (quarter.name, quarter.before.name, quarter.year_before.name) == ("FY2026-Q1", "FY2025-Q4", "FY2025-Q1")
    year = parse_span("12M-2026-02")
    assert (year.opening, year.closing, year.before.name) == (date(2025, 3, 1), date(2026, 3, 1), "12M-2025-02")
    assert Span(date(2026, 4, 1), "fiscal_year").months[-1] == months_later(date(2026, 4, 1), 11)
