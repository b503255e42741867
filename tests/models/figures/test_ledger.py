"""Which MRR a customer has on which day."""

import itertools

import pandas as pd
import pytest

from models.figures.ledger import build_ledger
from tests.models.figures.worlds import contracts_of, outcomes_of, random_world


def mrr(ledger: object, day: str) -> dict[str, int]:
    values = ledger.customer_mrr(pd.Timestamp(day))  # type: ignore[attr-defined]
    return {str(customer): int(yen) for customer, yen in values.items()}


def test_a_start_counts_from_its_own_day_and_an_event_from_the_day_after() -> None:
    ledger = build_ledger(
        contracts_of(("K", "C", "2025-01-10", 1000)), outcomes_of(("K", "2025-02-01", "upsell", 1000, 1500))
    )
    assert mrr(ledger, "2025-01-09") == {}
    assert mrr(ledger, "2025-01-10") == {"C": 1000}
    assert mrr(ledger, "2025-02-01") == {"C": 1000}
    assert mrr(ledger, "2025-02-02") == {"C": 1500}


@pytest.mark.parametrize(
    ("ids", "expected"), [(["E2", "E1"], 1500), (["10", "9"], 1500), (["9", "10"], 2000), (None, 2000)]
)
def test_events_of_one_day_go_by_event_id_else_by_file_order(ids: list[str] | None, expected: int) -> None:
    contracts = contracts_of(("K", "C", "2025-01-01", 1000))
    events = outcomes_of(("K", "2025-02-01", "upsell", 0, 1500), ("K", "2025-02-01", "upsell", 0, 2000), event_ids=ids)
    assert mrr(build_ledger(contracts, events), "2025-03-01") == {"C": expected}


def test_a_renewed_term_under_a_new_contract_id_continues_its_line() -> None:
    contracts = contracts_of(("K1", "C", "2024-01-01", 1000), ("K2", "C", "2025-01-01", 1200), due={"K1": "2025-01-01"})
    events = outcomes_of(("K1", "2024-12-20", "renewed", 1000, 1200), ("K2", "2025-06-01", "upsell", 1200, 1300))
    ledger = build_ledger(contracts, events)
    assert ledger.terms["line"].nunique() == 1
    assert [mrr(ledger, day)["C"] for day in ("2024-12-20", "2024-12-31", "2025-02-01", "2025-07-01")] == [
        1000,
        1200,
        1200,
        1300,
    ]


def test_a_second_contract_beside_a_renewed_one_is_a_line_of_its_own() -> None:
    contracts = contracts_of(("K1", "C", "2024-01-01", 1000), ("K2", "C", "2024-07-01", 500), due={"K1": "2025-01-01"})
    ledger = build_ledger(contracts, outcomes_of(("K1", "2025-01-01", "renewed", 1000, 1000)))
    assert mrr(ledger, "2025-02-01") == {"C": 1500}


@pytest.mark.parametrize(("started_on", "mrr_yen"), [("2025-01-01", 1100), ("2025-01-20", 1000), ("2024-12-31", 1000)])
def test_a_new_contract_near_a_renewal_that_does_not_fit_stands_beside_it_and_is_counted(
    started_on: str, mrr_yen: int
) -> None:
    contracts = contracts_of(
        ("K1", "C", "2024-01-01", 1000), ("K2", "C", started_on, mrr_yen), due={"K1": "2025-01-01"}
    )
    ledger = build_ledger(contracts, outcomes_of(("K1", "2025-01-01", "renewed", 1000, 1000)))
    assert mrr(ledger, "2025-02-01") == {"C": 1000 + mrr_yen}
    assert ledger.uncovered["near_renewal_other_line"] == 1


def test_a_term_that_begins_with_an_early_renewal_continues_its_line() -> None:
    contracts = contracts_of(("K1", "C", "2024-01-01", 1000), ("K2", "C", "2024-11-02", 1200), due={"K1": "2025-01-01"})
    ledger = build_ledger(contracts, outcomes_of(("K1", "2024-11-01", "renewed", 1000, 1200)))
    assert mrr(ledger, "2025-02-01") == {"C": 1200}


def test_one_renewed_term_is_continued_once() -> None:
    contracts = contracts_of(
        ("K1", "C", "2024-01-01", 1000),
        ("K2", "C", "2025-01-01", 1000),
        ("K3", "C", "2025-01-02", 1000),
        due={"K1": "2025-01-01"},
    )
    ledger = build_ledger(contracts, outcomes_of(("K1", "2024-12-20", "renewed", 1000, 1000)))
    assert mrr(ledger, "2025-02-01") == {"C": 2000}


def test_a_term_after_a_churn_is_a_new_line() -> None:
    contracts = contracts_of(("K", "C", "2024-01-01", 1000), ("K", "C", "2025-06-01", 700))
    ledger = build_ledger(contracts, outcomes_of(("K", "2024-12-31", "churned", 1000, 0)))
    assert mrr(ledger, "2025-01-01") == {"C": 0}
    assert mrr(ledger, "2025-06-01") == {"C": 700}


def test_a_churn_on_the_day_the_contract_begins_anew_ends_the_line_before() -> None:
    contracts = contracts_of(("K", "C", "2024-01-01", 1000), ("K", "C", "2025-01-01", 700))
    ledger = build_ledger(contracts, outcomes_of(("K", "2025-01-01", "churned", 1000, 0)))
    assert mrr(ledger, "2025-01-02") == {"C": 700}


@pytest.mark.parametrize("back_on", ["2024-12-20", "2025-01-01", "2025-01-10"])
def test_a_reactivation_near_the_new_term_is_counted_once(back_on: str) -> None:
    contracts = contracts_of(("K", "C", "2024-01-01", 1000), ("K", "C", "2025-01-01", 700))
    events = outcomes_of(("K", "2024-06-01", "churned", 1000, 0), ("K", back_on, "reactivated", 0, 800))
    assert mrr(build_ledger(contracts, events), "2025-02-01") == {"C": 800}


def test_an_upsell_on_the_day_the_contract_begins_anew_belongs_to_the_new_line() -> None:
    contracts = contracts_of(("K", "C", "2024-01-01", 1000), ("K", "C", "2025-01-01", 700))
    events = outcomes_of(("K", "2024-06-01", "churned", 1000, 0), ("K", "2025-01-01", "upsell", 700, 900))
    assert mrr(build_ledger(contracts, events), "2025-02-01") == {"C": 900}


def test_a_reactivation_brings_the_line_back() -> None:
    events = outcomes_of(("K", "2024-12-31", "churned", 1000, 0), ("K", "2025-03-01", "reactivated", 0, 800))
    ledger = build_ledger(contracts_of(("K", "C", "2024-01-01", 1000)), events)
    assert [mrr(ledger, day)["C"] for day in ("2025-03-01", "2025-03-02")] == [0, 800]


def test_a_later_term_without_any_event_counts_with_its_own_mrr() -> None:
    contracts = contracts_of(("K", "C", "2024-01-01", 1000), ("K", "C", "2025-01-01", 1100))
    ledger = build_ledger(contracts, outcomes_of())
    assert [mrr(ledger, day)["C"] for day in ("2024-12-31", "2025-01-01")] == [1000, 1100]


def test_what_cannot_be_placed_is_counted() -> None:
    contracts = contracts_of(("K", "C", "2024-01-01", 1000)).assign(ended_on=pd.Timestamp("2025-01-01"))
    events = outcomes_of(
        ("X", "2024-06-01", "churned", 5, 0),
        ("K", "2023-12-31", "churned", 1000, 0),
        ("K", "2024-06-01", "upsell", 900, 1500),
        ("K", "2024-07-01", "upsell", 18_000, 1500),
    )
    assert build_ledger(contracts, events).uncovered == {
        "unknown_contract": 1,
        "before_start": 1,
        "chain_broken": 2,
        "yearly_suspected": 1,
        "near_renewal_other_line": 0,
        "ended_without_event": 1,
    }


def test_a_repeat_purchase_without_mrr_changes_nothing() -> None:
    events = outcomes_of(("K", "2024-06-01", "repeat_purchase", 0, 0))
    events.loc[0, ["mrr_before_yen", "mrr_after_yen"]] = None
    ledger = build_ledger(contracts_of(("K", "C", "2024-01-01", 1000)), events)
    assert mrr(ledger, "2025-01-01") == {"C": 1000}
    assert len(ledger.events) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_deltas_of_every_line_lead_from_any_day_to_any_other_to_the_yen(seed: int) -> None:
    ledger = build_ledger(*random_world(seed))
    days = pd.date_range("2023-01-01", "2027-01-01", freq="53D")
    for opening, closing in itertools.pairwise(days):
        deltas = ledger.between(opening, closing).groupby("line")["delta_yen"].sum()
        walked = ledger.line_mrr(opening).add(deltas, fill_value=0)
        pd.testing.assert_series_equal(
            walked.astype("int64"), ledger.line_mrr(closing), check_names=False, check_like=True
        )
