"""An experiment planned: how many contract terms it needs, how long that takes, and who is on and off, by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from typing import Literal

import numpy as np
import pandas as pd

from models.contribution.index_calls import index_calls
from models.contribution.inference import normal_quantile
from models.contribution.options import Options
from models.contribution.tables import Tables, guard

PlannedUnit = Literal["operator_day", "customer"]

_RECENT_DAYS = 365  # of index calls: the pace and the renewal share that the plan counts on
_LENGTHS = (13, 26, 52)  # weeks
_ACTIVE_DAYS = 90  # an operator or customer with a call in this time takes part


@dataclass(frozen=True, slots=True)
class Plan:
    """`terms` in all for 80 % power, of which `terms_per_week` come at the pace of the past year.

    `detectable`: points of renewal probability that so many weeks (13, 26, 52) would find instead.
    `assignment`: operator_id, on, assigned (by operator-day) or customer_id, assigned (by customer).
    """

    unit: PlannedUnit
    renewal_share: float
    terms: int
    terms_per_week: float
    weeks: int
    detectable: dict[int, float]
    assignment: pd.DataFrame


def plan_experiment(
    tables: Tables, as_of: date, unit: PlannedUnit, effect: float, followed: float, start: date, seed: int
) -> Plan | None:
    """The plan to find `effect` (points of renewal probability, 0.05 = five) where a share `followed` heeds it.

    None where no term of the past year has a call and a finished horizon: there is no pace to count on.
    """
    guarded = guard(tables, as_of)
    rows, _ = index_calls(guarded, Options())
    rows = rows[rows["day"] > rows["day"].max() - pd.Timedelta(days=_RECENT_DAYS)]
    if rows.empty:
        return None
    weeks_seen = max(((rows["day"].max() - rows["day"].min()).days + 1) / 7, 1.0)
    share, pace = float(rows["renewed"].mean()), len(rows) / weeks_seen
    active = guarded.calls[guarded.calls["day"] > guarded.as_of - pd.Timedelta(days=_ACTIVE_DAYS)]
    operators = sorted(active["operator_id"].dropna().unique())
    customers = sorted(guarded.terms["customer_id"].dropna().unique())
    per_unit = pace / (len(operators) * 5) if unit == "operator_day" and operators else len(rows) / len(customers)
    terms = terms_needed(share, effect * followed, terms_per_unit=max(per_unit, 1.0))
    weeks = ceil(terms / pace)
    detectable = {length: effect * sqrt(terms / (pace * length)) for length in _LENGTHS}
    if unit == "customer":
        assignment = assign_customers(customers, seed)
    else:
        assignment = assign_operator_days(operators, weekdays(start, weeks), seed)
    return Plan(unit, share, terms, pace, weeks, detectable, assignment)


def terms_needed(share: float, effect: float, *, terms_per_unit: float = 1.0, correlation: float = 0.02) -> int:
    """Contract terms in all, for 80 % power to find `effect` (points of probability) at a renewal share, 5 % two-sided.

    >>> terms_needed(0.8, 0.05)
    2010
    """
    widths = normal_quantile(0.975) + normal_quantile(0.8)
    inflation = 1 + (terms_per_unit - 1) * correlation
    return ceil(4 * widths**2 * share * (1 - share) / effect**2 * inflation)


def weekdays(start: date, weeks: int) -> list[date]:
    """Monday to Friday of `weeks` weeks from `start` on."""
    days = (start + timedelta(days=offset) for offset in range(7 * weeks))
    return [day for day in days if day.weekday() < 5]


def assign_operator_days(operators: Sequence[str], days: Sequence[date], seed: int) -> pd.DataFrame:
    """One on and one off in each pair of consecutive days, per operator: columns operator_id, on, assigned (bool)."""
    rng = np.random.default_rng(seed)
    ordered = sorted(days)
    rows = []
    for operator in sorted(operators):
        for pair in range(0, len(ordered), 2):
            first = bool(rng.integers(2))
            rows += [(operator, day, first ^ bool(place)) for place, day in enumerate(ordered[pair : pair + 2])]
    return pd.DataFrame(rows, columns=["operator_id", "on", "assigned"])


def assign_customers(customers: Sequence[str], seed: int) -> pd.DataFrame:
    """Half of the customers on, half off: columns customer_id, assigned (bool)."""
    rng = np.random.default_rng(seed)
    ordered = sorted(customers)
    return pd.DataFrame({"customer_id": ordered, "assigned": rng.permutation(len(ordered)) % 2 == 0})


def with_assignment(calls: pd.DataFrame, assignment: pd.DataFrame) -> pd.DataFrame:
    """The calls with `assigned` from the plan (True, False or missing), by operator and Japanese day or by customer.

    An assignment that a call already carries is replaced: the plan is what chance decided.
    """
    calls = calls.drop(columns="assigned", errors="ignore")
    if "customer_id" in assignment:
        return calls.merge(assignment[["customer_id", "assigned"]], on="customer_id", how="left")
    day = pd.to_datetime(calls["started_at"], utc=True).dt.tz_convert("Asia/Tokyo").dt.date
    planned = assignment.assign(_day=pd.to_datetime(assignment["on"]).dt.date)[["operator_id", "_day", "assigned"]]
    return calls.assign(_day=day).merge(planned, on=["operator_id", "_day"], how="left").drop(columns="_day")
