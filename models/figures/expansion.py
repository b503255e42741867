"""Expansion: upsell and cross-sell among an opening cohort; how often, at what price, how long after the start."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from models.figures.cohort import Cohort
from models.figures.figure import Figure, rate

EXPANSION_KINDS = ("upsell", "cross_sell")


def expansion_rate(cohort: Cohort, kinds: Collection[str] = EXPANSION_KINDS, name: str = "expansion_rate") -> Figure:
    """Customers of the cohort with at least one such event in the period ÷ customers of the cohort.

    Of 4 customers one is upsold twice and one once: 2 ÷ 4 = 0.5.
    """
    customers = expansion_events(cohort, kinds)["customer_id"].nunique()
    return rate(name, int(customers), cohort.size, cohort.size, cohort.uncovered)


def mean_expansion_price(cohort: Cohort, kinds: Collection[str] = EXPANSION_KINDS) -> Figure:
    """Σ (MRR after − before) ÷ number of events, rounded to whole yen a month; `n` = events.

    Three upsells of 1,000, 2,000 and 2,000 yen a month: 5,000 ÷ 3 = 1,667.
    """
    events = expansion_events(cohort, kinds)
    total = int((events["mrr_after_yen"] - events["mrr_before_yen"]).sum())
    value = _rounded(total, len(events)) if len(events) else None
    return Figure("mean_expansion_price_yen", value, "yen", len(events), total, len(events), cohort.uncovered)


def _rounded(total: int, count: int) -> int:
    """To the nearest whole yen, halves away from zero, without passing through floating point."""
    quotient = (2 * abs(total) + count) // (2 * count)
    return quotient if total >= 0 else -quotient


def median_expansion_month(cohort: Cohort, kinds: Collection[str] = EXPANSION_KINDS) -> Figure:
    """Median over events of the calendar months since the customer's first start; `n` = events.

    Started 31 January, upsold 1 March: 2 months.
    """
    months = expansion_months(cohort, kinds)
    value = float(months.median()) if len(months) else None
    return Figure("median_expansion_month", value, "months", len(months), uncovered=cohort.uncovered)


def expansion_months(cohort: Cohort, kinds: Collection[str] = EXPANSION_KINDS) -> "pd.Series[Any]":
    """Calendar months from the customer's first start to each event, one value per event."""
    events = expansion_events(cohort, kinds)
    start = cohort.first_start.reindex(events["customer_id"]).set_axis(events.index)
    return months_between(start, events["on"])


def expansion_month_histogram(cohort: Cohort, kinds: Collection[str] = EXPANSION_KINDS) -> dict[int, int]:
    """Month since start → number of events."""
    counts = expansion_months(cohort, kinds).value_counts().sort_index()
    return {int(str(month)): int(count) for month, count in counts.items()}


def expansion_events(cohort: Cohort, kinds: Collection[str] = EXPANSION_KINDS) -> pd.DataFrame:
    """The cohort's events of these kinds in the period."""
    return cohort.events[cohort.events["kind"].isin(list(kinds))]


def months_between(start: "pd.Series[Any]", end: "pd.Series[Any]") -> "pd.Series[Any]":
    """Difference in calendar months: 31 January to 1 February is one month, 1 to 31 January none."""
    months: pd.Series[Any] = (end.dt.year - start.dt.year) * 12 + end.dt.month - start.dt.month
    return months
