from collections import Counter
from datetime import date

import pandas as pd

from models.contribution.index_calls import index_calls
from models.contribution.options import Options
from models.contribution.tables import Tables, guard, last_day
from tests.models.contribution.tables import AS_OF, call, event, tables, term

RENEWED = event("2025-06-20", "renewed", 10_000, 10_000)


def design(data: Tables) -> tuple[pd.DataFrame, Counter[str]]:
    return index_calls(guard(data, AS_OF), Options())


def test_first_call_in_the_ninety_days_before_the_due_date_is_the_index_call() -> None:
    calls = [call("early", "2025-04-01 10:00"), call("first", "2025-04-02 10:00"), call("second", "2025-05-01 10:00")]
    rows, dropped = design(tables(calls, events=[RENEWED]))
    assert rows["call_id"].tolist() == ["first"]
    assert dropped["calls_outside_window"] == 1
    assert dropped["later_calls_of_a_term"] == 1


def test_calls_on_or_after_the_outcome_are_excluded_and_counted() -> None:
    calls = [
        call("before", "2025-06-19 10:00"),
        call("same day", "2025-06-20 00:30"),
        call("after", "2025-06-25 10:00"),
    ]
    rows, dropped = design(tables(calls, events=[RENEWED]))
    assert rows["call_id"].tolist() == ["before"]
    assert dropped["calls_after_outcome_excluded"] == 2


def test_the_day_of_a_call_is_the_japanese_day() -> None:
    late_evening_utc = call("c", "2025-06-20 00:30")  # still 19 June in UTC
    rows, dropped = design(tables([late_evening_utc], events=[RENEWED]))
    assert rows.empty
    assert dropped["calls_after_outcome_excluded"] == 1


def test_a_term_is_pending_until_the_horizon_is_over_even_if_its_outcome_is_known() -> None:
    terms = [term(due="2025-11-01", started_on="2024-11-01")]
    events = [event("2025-10-01", "churned", 10_000, 0)]
    rows, dropped = design(tables([call("c", "2025-09-15 10:00")], terms, events))
    assert rows.empty
    assert dropped["not_yet_mature"] == 1


def test_the_horizon_is_over_on_its_last_day() -> None:
    on_time = call("c", "2025-09-02 10:00")  # 120 days before the extract
    rows, _ = design(tables([on_time], [term(started_on="2024-11-01", due="2025-11-01")]))
    assert len(rows) == 1


def test_month_to_month_contract_counts_its_first_call_and_is_kept_unless_churned() -> None:
    calls = [call("first", "2025-01-10 10:00"), call("next", "2025-03-10 10:00")]
    rows, _ = design(tables(calls, [term(due=None)], [event("2025-08-01", "churned", 10_000, 0)]))
    assert rows["call_id"].tolist() == ["first"]
    assert rows["renewed"].tolist() == [1.0]  # the churn came 203 days later
    assert rows["mrr_delta_yen"].tolist() == [0.0]


def test_churn_loses_the_whole_mrr_as_it_was_at_the_call() -> None:
    events = [event("2025-02-01", "upsell", 10_000, 12_000), event("2025-06-20", "churned", 12_000, 0)]
    rows, _ = design(tables([call("c", "2025-05-01 10:00")], events=events))
    assert rows[["renewed", "mrr_before_yen", "mrr_delta_yen", "earlier_upsell"]].to_numpy().tolist() == [
        [0.0, 12_000.0, -12_000.0, 1.0]
    ]


def test_growth_within_the_horizon_counts_and_later_growth_does_not() -> None:
    events = [RENEWED, event("2025-08-29", "upsell", 10_000, 11_000), event("2025-08-30", "upsell", 11_000, 19_000)]
    rows, _ = design(tables([call("c", "2025-05-01 10:00")], events=events))
    assert rows[["renewed", "upsell", "mrr_delta_yen"]].to_numpy().tolist() == [[1.0, 1.0, 1_000.0]]


def test_a_repeat_purchase_leaves_the_mrr_alone() -> None:
    events = [RENEWED, event("2025-07-10", "repeat_purchase", float("nan"), float("nan"))]
    rows, dropped = design(tables([call("c", "2025-05-01 10:00")], events=events))
    assert rows["mrr_delta_yen"].tolist() == [0.0]
    assert dropped["terms_with_unusable_events"] == 0


def test_terms_of_one_contract_have_their_own_outcomes() -> None:
    terms = [term(started_on="2023-07-01", due="2024-07-01"), term()]
    events = [event("2024-07-01", "renewed", 10_000, 10_000), event("2025-06-20", "churned", 10_000, 0)]
    calls = [call("first year", "2024-05-01 10:00"), call("second year", "2025-05-01 10:00")]
    rows, dropped = design(tables(calls, terms, events))
    assert rows.set_index("call_id")["renewed"].to_dict() == {"first year": 1.0, "second year": 0.0}
    assert dropped["calls_after_outcome_excluded"] == 0


def test_a_call_without_contract_joins_by_customer_only_where_one_contract_was_running() -> None:
    calls = [call("c", "2025-05-01 10:00", contract_id=None)]
    alone, _ = design(tables(calls, events=[RENEWED]))
    assert len(alone) == 1
    several, dropped = design(tables(calls, [term(), term("K2")], [RENEWED]))
    assert several.empty
    assert dropped["ambiguous_contract"] == 1


def test_strangers_repeats_and_the_future_are_counted_apart() -> None:
    calls = [
        call("c", "2025-05-01 10:00"),
        call("c", "2025-05-01 10:00"),
        call("stranger", "2025-05-02 10:00", contract_id="K9"),
        call("future", "2026-01-01 10:00"),
        call("nobody", "2025-05-03 10:00", contract_id=None, customer_id=None),
    ]
    rows, dropped = design(tables(calls, events=[RENEWED]))
    assert rows["call_id"].tolist() == ["c"]
    counted = ("duplicate_calls", "unknown_contract", "calls_in_the_future", "calls_without_contract")
    assert [dropped[name] for name in counted] == [1, 1, 1, 1]


def test_impossible_amounts_and_dates_take_their_term_out() -> None:
    terms = [term("K1", mrr_yen=float("inf")), term("K2", mrr_yen=-5), term("K3"), term("K4")]
    events = [
        event("2024-01-01", "churned", 10_000, 0, "K3"),  # before the start
        event("2025-06-01", "upsell", 10_000, float("-inf"), "K4"),
    ]
    calls = [call(name, "2025-05-01 10:00", contract_id=name) for name in ("K1", "K2", "K3", "K4")]
    rows, dropped = design(tables(calls, terms, events))
    assert rows.empty
    assert dropped["implausible_mrr"] == 2
    assert dropped["events_before_start"] == 1
    assert dropped["events_implausible_amount"] == 1
    assert dropped["terms_with_unusable_events"] == 2


def test_an_event_that_the_index_call_of_the_term_before_may_have_caused_is_no_placebo() -> None:
    terms = [term("K1", started_on="2023-07-01", due="2024-07-01"), term("K2")]
    events = [event("2024-09-15", "upsell", 10_000, 11_000, "K2")]
    calls = [call("a", "2024-06-20 10:00"), call("b", "2025-05-01 10:00", contract_id="K2")]
    rows, _ = design(tables(calls, terms, events))
    assert rows.set_index("call_id")["earlier_upsell"].to_dict() == {"a": 0.0, "b": 0.0}
    alone, _ = design(tables(calls[1:], terms, events))
    assert alone["earlier_upsell"].tolist() == [1.0]


def test_a_renewed_term_hands_over_to_the_next_contract_of_the_customer() -> None:
    terms = [term("K1", started_on="2023-07-01", due="2024-07-01"), term("K2")]
    events = [
        event("2024-06-20", "renewed", 10_000, 10_000, "K1"),
        event("2025-06-20", "renewed", 10_000, 10_000, "K2"),
    ]
    rows, dropped = design(tables([call("c", "2025-05-01 10:00", contract_id=None)], terms, events))
    assert rows["contract_id"].tolist() == ["K2"]
    assert dropped["ambiguous_contract"] == 0


def test_a_call_of_a_customer_after_the_churn_counts_as_after_the_outcome() -> None:
    calls = [call("c", "2025-06-25 10:00", contract_id=None)]
    rows, dropped = design(tables(calls, events=[event("2025-06-20", "churned", 10_000, 0)]))
    assert rows.empty
    assert dropped["calls_after_outcome_excluded"] == 1


def test_the_last_day_of_the_data_is_the_last_record_that_is_not_in_the_future() -> None:
    data = tables([call("c", "2025-05-01 10:00"), call("wrong", "2099-01-01 10:00")], events=[RENEWED])
    assert last_day(data, AS_OF) == date(2025, 6, 20)
    snapshots: list[dict[str, object]] = [{"customer_id": "U1", "on": pd.Timestamp("2025-07-01"), "health_score": 1.0}]
    assert last_day(tables([call("c", "2025-05-01 10:00")], snapshots=snapshots), AS_OF) == date(2025, 7, 1)
    assert last_day(tables([call("wrong", "2099-01-01 10:00")]), AS_OF) is None


def test_a_term_cannot_end_on_the_day_it_begins() -> None:
    rows, dropped = design(tables([call("c", "2025-05-01 10:00")], events=[event("2024-07-01", "churned", 10_000, 0)]))
    assert rows.empty
    assert dropped["events_before_start"] == 1
