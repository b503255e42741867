"""How calls find their contract, and what the join report says about the rest."""

import pandas as pd
import pytest

from pipeline.outcomes.join import LATE_DAYS, join_calls
from pipeline.outcomes.load import empty_table


def table(kind: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """A canonical frame of these rows."""
    empty = empty_table(kind)  # type: ignore[arg-type]
    frame = pd.DataFrame(rows, columns=list(empty.columns))
    return pd.DataFrame({name: frame[name].astype(empty[name].dtype) for name in empty.columns})


def calls(*rows: dict[str, object]) -> pd.DataFrame:
    given = [{"call_id": f"C{n}", "operator_id": "OP1"} | row for n, row in enumerate(rows)]
    for row in given:
        if "at" in row:
            row["started_at"] = pd.Timestamp(str(row.pop("at")), tz="Asia/Tokyo").tz_convert("UTC")
    return table("calls", given)


def contract(contract_id: str, customer_id: str, started_on: str = "2025-01-01", **more: object) -> dict[str, object]:
    base = {"contract_id": contract_id, "customer_id": customer_id, "started_on": started_on, "mrr_yen": 1000}
    return base | more


def outcome(contract_id: str, on: str, kind: str, before: int = 1000, after: int = 1000) -> dict[str, object]:
    return {"contract_id": contract_id, "on": on, "kind": kind, "mrr_before_yen": before, "mrr_after_yen": after}


def test_contract_id_goes_before_customer_id_before_phone() -> None:
    contracts = table("contracts", [contract("K1", "A", phone="h1"), contract("K2", "B", phone="h2")])
    joined = join_calls(
        calls(
            {"at": "2025-06-01", "contract_id": "K1", "customer_id": "B", "phone": "h2"},
            {"at": "2025-06-01", "customer_id": "B", "phone": "h1"},
            {"at": "2025-06-01", "phone": "h1"},
        ),
        contracts,
        empty_table("outcomes"),
    ).calls
    assert joined["join_rule"].tolist() == ["contract", "customer", "phone"]
    assert joined["joined_contract_id"].tolist() == ["K1", "K2", "K1"]
    assert joined["joined_customer_id"].tolist() == ["A", "B", "A"]


def test_a_customer_with_two_running_contracts_is_ambiguous_and_not_guessed() -> None:
    contracts = table("contracts", [contract("K1", "A"), contract("K2", "A")])
    result = join_calls(calls({"at": "2025-06-01", "customer_id": "A"}), contracts, empty_table("outcomes"))
    assert result.calls["join_status"].tolist() == ["ambiguous"]
    assert result.calls["joined_contract_id"].isna().all()
    assert result.calls["joined_customer_id"].tolist() == ["A"]
    assert result.report.counts["ambiguous"] == 1


def test_of_two_contracts_only_the_running_one_is_taken() -> None:
    contracts = table("contracts", [contract("K1", "A"), contract("K2", "A")])
    outcomes = table("outcomes", [outcome("K1", "2025-05-01", "churned", after=0)])
    joined = join_calls(calls({"at": "2025-06-01", "customer_id": "A"}), contracts, outcomes).calls
    assert joined["joined_contract_id"].tolist() == ["K2"]


def test_a_call_after_the_only_contract_ended_is_joined_to_it_and_marked() -> None:
    contracts = table("contracts", [contract("K1", "A")])
    outcomes = table("outcomes", [outcome("K1", "2025-05-01", "churned", after=0)])
    result = join_calls(
        calls({"at": "2025-06-01", "customer_id": "A"}, {"at": "2025-05-01 09:00", "customer_id": "A"}),
        contracts,
        outcomes,
    )
    assert result.calls["outcome_timing"].tolist() == ["after_outcome", "after_outcome"]
    assert result.report.counts["after_outcome"] == 2


def test_the_day_of_a_call_is_its_day_in_tokyo() -> None:
    contracts = table("contracts", [contract("K1", "A")])
    outcomes = table("outcomes", [outcome("K1", "2025-05-02", "churned", after=0)])
    joined = join_calls(
        calls({"at": "2025-05-02 00:30", "customer_id": "A"}, {"at": "2025-05-01 23:59:59", "customer_id": "A"}),
        contracts,
        outcomes,
    ).calls
    assert joined["outcome_timing"].tolist() == ["after_outcome", "before"]
    assert joined["days_to_outcome"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2025-03-31 23:59:59", "2025-03-31"),  # the last second of the fiscal year
        ("2025-04-01 00:00:00", "2025-04-01"),
        ("2025-01-01 00:30:00", "2025-01-01"),  # still the year before in UTC
    ],
)
def test_c4_a_call_belongs_to_its_japanese_day_across_month_year_and_fiscal_year(at: str, day: str) -> None:
    contracts = table("contracts", [contract("K1", "A", "2024-01-01")])
    outcomes = table("outcomes", [outcome("K1", "2025-12-31", "renewed")])
    joined = join_calls(calls({"at": at, "contract_id": "K1"}), contracts, outcomes).calls
    assert joined["days_to_outcome"].tolist() == [(pd.Timestamp("2025-12-31") - pd.Timestamp(day)).days]


def test_c5_a_call_without_a_time_is_joined_and_never_counted_as_before_the_outcome() -> None:
    contracts = table("contracts", [contract("K1", "A")])
    outcomes = table("outcomes", [outcome("K1", "2025-12-31", "renewed")])
    joined = join_calls(calls({"contract_id": "K1"}), contracts, outcomes).calls
    assert joined["joined_contract_id"].tolist() == ["K1"]
    assert joined["outcome_timing"].tolist() == ["time_unknown"]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], [pd.NA, "pending"]),  # not here yet, or deleted again
        ([outcome("K1", "2025-07-01", "renewed")], ["renewed", "before"]),
        ([outcome("K1", "2025-08-01", "churned", after=0)], ["churned", "before"]),  # corrected afterwards
        ([outcome("K1", "2025-05-01", "renewed")], ["renewed", "after_outcome"]),  # it had come before the call
    ],
)
def test_c6_joining_again_follows_what_became_of_the_outcome(
    outcomes: list[dict[str, object]], expected: list[object]
) -> None:
    contracts = table("contracts", [contract("K1", "A")])
    joined = join_calls(calls({"at": "2025-06-01", "contract_id": "K1"}), contracts, table("outcomes", outcomes)).calls
    assert joined[["outcome", "outcome_timing"]].to_numpy().tolist() == [expected]


def test_the_term_in_force_is_taken_and_a_renewal_on_the_next_start_settles_the_term_before() -> None:
    contracts = table("contracts", [contract("K1", "A", "2024-01-01"), contract("K1", "A", "2025-01-01")])
    outcomes = table(
        "outcomes", [outcome("K1", "2025-01-01", "renewed"), outcome("K1", "2025-12-20", "churned", after=0)]
    )
    joined = join_calls(
        calls({"at": "2024-12-01", "contract_id": "K1"}, {"at": "2025-12-01", "contract_id": "K1"}), contracts, outcomes
    ).calls
    assert joined["outcome"].tolist() == ["renewed", "churned"]
    assert [str(day.date()) for day in joined["term_started_on"]] == ["2024-01-01", "2025-01-01"]


def test_a_renewed_term_under_a_new_contract_id_is_one_running_line() -> None:
    contracts = table(
        "contracts",
        [contract("K1", "A", "2024-01-01", renewal_due_on="2025-01-01"), contract("K2", "A", "2025-01-01")],
    )
    outcomes = table("outcomes", [outcome("K1", "2024-12-20", "renewed")])
    joined = join_calls(
        calls({"at": "2024-11-01", "customer_id": "A"}, {"at": "2025-11-01", "customer_id": "A"}), contracts, outcomes
    ).calls
    assert joined["joined_contract_id"].tolist() == ["K1", "K2"]


def test_late_and_pending_outcomes_are_told_apart() -> None:
    contracts = table("contracts", [contract("K1", "A"), contract("K2", "B")])
    day = pd.Timestamp("2025-01-10") + pd.Timedelta(days=LATE_DAYS + 1)
    outcomes = table("outcomes", [outcome("K1", str(day.date()), "renewed")])
    joined = join_calls(
        calls({"at": "2025-01-10", "contract_id": "K1"}, {"at": "2025-01-10", "contract_id": "K2"}), contracts, outcomes
    ).calls
    assert joined["outcome_timing"].tolist() == ["late", "pending"]


def test_a_shared_phone_is_ambiguous_and_a_number_outside_its_time_window_is_nobodys() -> None:
    contracts = table("contracts", [contract("K1", "A", phone="h"), contract("K2", "B", phone="h"),
                                    contract("K3", "C", phone="g")])  # fmt: skip
    outcomes = table("outcomes", [outcome("K3", "2025-03-01", "churned", after=0)])
    joined = join_calls(
        calls(
            {"at": "2025-06-01", "phone": "h"}, {"at": "2025-06-01", "phone": "g"}, {"at": "2026-06-01", "phone": "g"}
        ),
        contracts,
        outcomes,
    ).calls
    assert joined["join_status"].tolist() == ["ambiguous", "matched", "no_customer"]


def test_leading_zeros_eaten_by_a_spreadsheet_are_put_back_and_counted() -> None:
    contracts = table("contracts", [contract("00012", "0007"), contract("00345", "0123")])
    result = join_calls(calls({"at": "2025-06-01", "contract_id": "12"}, {"at": "2025-06-01", "customer_id": "123"}),
                        contracts, empty_table("outcomes"))  # fmt: skip
    assert result.calls["joined_contract_id"].tolist() == ["00012", "00345"]
    assert result.report.counts["leading_zeros_restored"] == 2


def test_the_report_counts_what_could_not_be_joined_and_every_call_once() -> None:
    contracts = table("contracts", [contract("K1", "A", mrr_yen=3000), contract("K2", "B", mrr_yen=1000)])
    outcomes = table(
        "outcomes", [outcome("K2", "2025-05-01", "upsell", after=2000), outcome("K9", "2025-05-01", "renewed")]
    )
    result = join_calls(
        calls(
            {"at": "2025-06-01", "contract_id": "K1"},
            {"at": "2025-06-01"},
            {"at": "2025-06-01", "customer_id": "Z"},
            {"contract_id": "K8"},
        ),
        contracts,
        outcomes,
    )
    counts = result.report.counts
    assert (
        counts["matched"]
        + counts["ambiguous"]
        + counts["calls_without_customer"]
        + counts["customers_without_contract"]
        == counts["calls"]
    )
    assert counts["calls_without_customer"] == 2
    assert counts["customers_without_contract"] == 1
    assert counts["calls_of_unknown_contract"] == 1
    assert counts["outcomes_without_call"] == 1
    assert counts["outcomes_of_unknown_contract"] == 1
    assert counts["time_unknown"] == 1
    assert (result.report.mrr_covered_yen, result.report.mrr_yen) == (3000, 5000)
    assert result.report.mrr_share_covered == 0.6


def test_nothing_to_join_gives_an_empty_report_not_an_error() -> None:
    result = join_calls(empty_table("calls"), empty_table("contracts"), empty_table("outcomes"))
    assert result.report.counts["calls"] == 0
    assert result.report.mrr_share_covered is None
