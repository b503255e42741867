"""Which group a customer belongs to, fixed by what was known at the opening of the period."""

from typing import Any

import pandas as pd

from models.figures.ledger import Ledger

LOOKBACK_DAYS = 365


def by_contract(ledger: Ledger, column: str, on: pd.Timestamp) -> "pd.Series[Any]":
    """Each customer's plan, industry, region, segment or tier: that of the last term begun by `on`."""
    begun = ledger.terms[ledger.terms["started_on"] <= on].dropna(subset=[column])
    return (
        begun.sort_values("started_on", kind="stable")
        .drop_duplicates("customer_id", keep="last")
        .set_index("customer_id")[column]
    )


def by_call(calls: pd.DataFrame, column: str, on: pd.Timestamp, days: int = LOOKBACK_DAYS) -> "pd.Series[Any]":
    """Operators or teams whom each customer spoke with in the days before `on`; a customer may have several.

    `calls`: joined calls with started_at (UTC) and joined_customer_id. Calls during the period are not used: whoever
    stays longer calls more often, so that grouping by them would make every operator look good at keeping customers.
    """
    day = calls["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None)
    before = calls[(day < on) & (day >= on - pd.Timedelta(days=days))]
    pairs = before[["joined_customer_id", column]].dropna().drop_duplicates()
    groups: pd.Series[Any] = pairs.set_index("joined_customer_id")[column]
    return groups
