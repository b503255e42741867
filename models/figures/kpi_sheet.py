"""KPI sheet (ゴール → 目標 → 施策): what is aimed at, by what, who owns it, and whether the months are on track."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

MEASURES = (
    "nrr",
    "grr",
    "logo_churn_rate",
    "mrr_churn_rate",
    "n",
    "opening_yen",
    "churned",
    "new_customers",
    "new_yen",
)
Better = Literal["higher", "lower"]
Status = Literal["on_track", "off_track", "no_data"]


@dataclass(frozen=True, slots=True)
class Target:
    """目標: `measure` (a monthly figure, one of MEASURES) shall reach `value` by month `by`, from `baseline` in month
    `since` on a straight line; without a baseline `value` holds in every month. `actions`: the 施策 for it.
    """

    measure: str
    value: float
    better: Better
    since: str  # YYYY-MM
    by: str
    baseline: float | None = None
    actions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ValueError(f"measure must be one of {', '.join(MEASURES)}")
        if pd.Period(self.by, "M") < pd.Period(self.since, "M"):
            raise ValueError("the month it is due lies before the month it begins")


@dataclass(frozen=True, slots=True)
class Goal:
    """ゴール with its owner, the days on which it is reviewed, and its targets."""

    name: str
    owner: str
    review_on: tuple[date, ...]
    targets: tuple[Target, ...]


def track(target: Target, months: pd.DataFrame) -> pd.DataFrame:
    """One row per month of the target (index YYYY-MM): needed, actual (NaN where not known yet), status.

    `months`: the table of `monthly_figures`. Churn to fall from 0.04 in January to 0.02 in March: needed 0.04, 0.03,
    0.02; an actual of 0.031 in February is off track.
    """
    names = pd.period_range(target.since, target.by, freq="M").strftime("%Y-%m")
    actual = months[target.measure].astype("float64").set_axis(pd.DatetimeIndex(months.index).strftime("%Y-%m"))
    rows = pd.DataFrame({"needed": _needed(target, len(names)), "actual": actual.reindex(names)}, index=names)
    good = rows["actual"] >= rows["needed"] if target.better == "higher" else rows["actual"] <= rows["needed"]
    status = good.map({True: "on_track", False: "off_track"}).where(rows["actual"].notna(), "no_data")
    return rows.assign(status=status.astype("string"))


def _needed(target: Target, months: int) -> "list[float]":
    if target.baseline is None or months == 1:
        return [target.value] * months
    step = (target.value - target.baseline) / (months - 1)
    return [target.baseline + step * month for month in range(months)]


def latest_status(rows: pd.DataFrame) -> Status:
    """The status of the last month with an actual."""
    known: pd.Series[Any] = rows.loc[rows["status"] != "no_data", "status"]
    if known.empty:
        return "no_data"
    return "on_track" if known.iloc[-1] == "on_track" else "off_track"


def next_review(goal: Goal, as_of: date) -> date | None:
    """The first review after `as_of`."""
    return min((day for day in goal.review_on if day > as_of), default=None)


def sheet_rows(goals: "list[Goal]", months: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The sheet as a table: one row per target with goal, owner, measure, target, latest month, actual, needed, status,
    next review and actions.
    """
    rows = []
    for goal in goals:
        for target in goal.targets:
            told = track(target, months)
            known = told.dropna(subset=["actual"])
            rows.append(
                {
                    "goal": goal.name,
                    "owner": goal.owner,
                    "measure": target.measure,
                    "target": target.value,
                    "by": target.by,
                    "month": known.index[-1] if len(known) else None,
                    "actual": known["actual"].iloc[-1] if len(known) else None,
                    "needed": known["needed"].iloc[-1] if len(known) else None,
                    "status": latest_status(told),
                    "next_review": next_review(goal, as_of),
                    "actions": "、".join(target.actions),
                }
            )
    return pd.DataFrame(rows)
