"""Curves say how long contracts went on as far as that is known, and no further."""

import pandas as pd
import pytest

from models.contribution.index_calls import index_calls
from models.contribution.options import Options
from models.contribution.survival import AT_RISK, Curve, survival_curves
from models.contribution.tables import guard
from tests.models.contribution.tables import AS_OF, call, event, tables, term

CUSTOMERS = 20
Events = list[dict[str, object]]


def yearly(events: Events, later_terms: list[dict[str, object]], *, due: str | None = "2024-07-01") -> Curve | None:
    """Twenty customers with a term from 2023-07-01 and a call with a proposal a month before 2024-07-01."""
    terms, calls = [], []
    for i in range(CUSTOMERS):
        terms.append(term(f"K{i}", "2023-07-01", due, customer_id=f"U{i}"))
        called = "2024-06-01 10:00" if due else "2023-08-01 10:00"
        calls.append(call(f"c{i}", called, contract_id=f"K{i}", customer_id=f"U{i}", n_proposal=1))
    guarded = guard(tables(calls, terms + later_terms, events), AS_OF)
    rows, _ = index_calls(guarded, Options(moments=("proposal",)))
    rows = rows[rows["started_on"] == pd.Timestamp("2023-07-01")]
    return survival_curves(rows, (rows["n_proposal"] > 0).astype(float), guarded).get("exposed")


def settled(churned: int) -> Events:
    """On the due date the first so many leave; the others renew."""
    kinds = ["churned"] * churned + ["renewed"] * (CUSTOMERS - churned)
    return [
        event("2024-07-01", kind, 10_000, 0 if kind == "churned" else 10_000, f"K{i}") for i, kind in enumerate(kinds)
    ]


def test_renewed_term_is_followed_for_the_term_that_it_began_and_no_longer() -> None:
    curve = yearly(settled(5), [])
    assert curve is not None
    assert (curve.days[0], curve.share[0], curve.n) == (30.0, 0.75, CUSTOMERS)
    assert (curve.days[-1], curve.share[-1]) == (396.0, 0.75)  # 1 June 2024 to 2 July 2025: a year of 366 days on


def test_churn_of_a_later_term_under_a_new_contract_is_seen() -> None:
    later = [term(f"N{i}", "2024-07-01", "2025-07-01", customer_id=f"U{i}") for i in range(5, CUSTOMERS)]
    left = [event("2025-07-01", "churned", 10_000, 0, f"N{i}") for i in range(5, 8)]
    stayed = [event("2025-07-01", "renewed", 10_000, 10_000, f"N{i}") for i in range(8, CUSTOMERS)]
    curve = yearly(settled(5) + left + stayed, later)
    assert curve is not None
    at = dict(zip(curve.days, curve.share, strict=True))
    assert at[30.0] == pytest.approx(0.75)
    assert at[395.0] == pytest.approx(0.75 * 12 / 15)
    assert curve.days[-1] == (pd.Timestamp(AS_OF) - pd.Timestamp("2024-06-01")).days


def test_contract_without_due_date_is_followed_to_the_last_day_of_the_data() -> None:
    left = [event("2024-08-01", "churned", 10_000, 0, f"K{i}") for i in range(4)]
    curve = yearly(left, [], due=None)
    assert curve is not None
    assert curve.share[-1] == pytest.approx(0.8)
    assert curve.days == (366.0, (pd.Timestamp(AS_OF) - pd.Timestamp("2023-08-01")).days)


def test_curve_ends_where_few_are_still_followed_and_none_is_drawn_of_nothing() -> None:
    curve = yearly(settled(CUSTOMERS - AT_RISK + 1), [])
    assert curve is not None and curve.days[-1] == 30.0
    assert yearly(settled(0), []) is None
