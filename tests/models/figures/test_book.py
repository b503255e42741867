"""Every figure at once: nothing from after `as_of`, nothing missing, nothing that breaks on little data."""

import pandas as pd

from models.figures.book import Assumptions, figure_book
from models.figures.figure import calendar_year
from models.figures.health import HealthFormula, Part
from models.figures.kpi import kpi_block
from models.figures.labels import DEFINITIONS, UNCOVERED
from models.figures.ledger import build_ledger
from models.figures.tiers import TierThresholds
from tests.models.figures.worlds import contracts_of, outcomes_of, random_world

AS_OF = pd.Timestamp("2025-12-31")


def test_the_book_holds_the_block_and_what_belongs_to_it() -> None:
    contracts, outcomes = random_world(4)
    contracts["plan"] = pd.Series(["基本", "標準"] * (len(contracts) // 2 + 1), dtype="string")[: len(contracts)]
    calls = pd.DataFrame(
        {
            "started_at": pd.Series([pd.Timestamp("2024-12-01", tz="UTC")] * 2),
            "joined_customer_id": ["C0", "C1"],
            "operator_id": ["OP1", "OP2"],
        }
    )
    book = figure_book(contracts, outcomes, calendar_year(2025), AS_OF, calls=calls, minimum_group=1)
    expected = kpi_block(contracts, outcomes, calendar_year(2025))
    assert {name: book.block[name].value for name in expected} == expected
    assert list(book.by_group) == ["plan", "operator_id"]
    assert book.complete
    assert sum(yen for name, yen in book.bridge.items() if name != "closing") == book.bridge["closing"]
    assert book.months.index[-1] == pd.Timestamp("2025-12-01")
    assert book.value["ltv_observed_yen"].low is not None


def test_the_same_report_is_made_again_from_newer_tables() -> None:
    contracts, outcomes = random_world(4)
    earlier = pd.Timestamp("2025-03-31")
    known = outcomes[outcomes["on"] <= earlier]
    then = figure_book(contracts[contracts["started_on"] <= earlier], known, calendar_year(2025), earlier)
    now = figure_book(contracts, outcomes, calendar_year(2025), earlier)
    assert {name: figure.value for name, figure in then.block.items()} == {
        name: figure.value for name, figure in now.block.items()
    }
    pd.testing.assert_frame_equal(then.months, now.months)
    assert not now.complete


def test_margin_scales_value_and_discount_lowers_it() -> None:
    contracts, outcomes = random_world(4)
    full = figure_book(contracts, outcomes, calendar_year(2025), AS_OF)
    half = figure_book(contracts, outcomes, calendar_year(2025), AS_OF, assumptions=Assumptions(0.5, 0.1))
    assert abs((half.value["ltv_observed_yen"].value or 0) * 2 - (full.value["ltv_observed_yen"].value or 0)) <= 1
    assert (half.value["ltv_discounted_yen"].value or 0) * 2 < (full.value["ltv_discounted_yen"].value or 0)


def test_tiers_and_health_come_with_what_they_rest_on() -> None:
    contracts, outcomes = random_world(4)
    contracts["tier"] = pd.Series(["high"] * len(contracts), dtype="string")
    days = pd.to_datetime(["2025-01-01", "2025-06-01", "2026-06-01"]).astype("datetime64[s]")
    snapshots = pd.DataFrame({"customer_id": ["C1", "C1", "C1"], "on": days, "log_ins": [0, 10, 5]})
    formula = HealthFormula((Part("log_ins", 1, 0, 10),))
    given = Assumptions(tiers=TierThresholds(3_000_000, 1_000_000, 100_000), health=formula)
    book = figure_book(contracts, outcomes, calendar_year(2025), AS_OF, snapshots=snapshots, assumptions=given)
    running = build_ledger(contracts, outcomes).customer_mrr(AS_OF + pd.Timedelta(days=1))
    assert int(book.tiers.to_numpy().sum()) == int((running > 0).sum())
    assert list(book.tiers.index) == ["high"]
    assert book.health[["customer_id", "score", "formula"]].to_numpy().tolist() == [["C1", 100.0, formula.version]]
    plain = figure_book(contracts, outcomes, calendar_year(2025), AS_OF)
    assert plain.tiers.empty
    assert plain.health.empty


def test_j2_one_contract_and_no_outcome_is_a_book_with_undefined_rates_not_an_error() -> None:
    book = figure_book(contracts_of(("K1", "A", "2025-06-01", 100)), outcomes_of(), calendar_year(2025), AS_OF)
    assert book.block["NRR"].value is None
    assert book.value["ltv_from_churn_yen"].refusal is not None
    empty = figure_book(contracts_of(), outcomes_of(), calendar_year(2025), AS_OF)
    assert empty.block["cohort_customers"].value == 0
    assert empty.value["arpa_yen"].value is None


def test_every_figure_and_every_gap_has_words_for_people() -> None:
    book = figure_book(*random_world(4), calendar_year(2025), AS_OF)
    shown = {**book.block, **book.value, **book.voice}
    assert {figure.name for figure in shown.values()} | set(shown) <= set(DEFINITIONS)
    assert {code for figure in shown.values() for code in figure.uncovered} <= set(UNCOVERED)
    assert all(definition.text.ja.endswith("。") for definition in DEFINITIONS.values())
