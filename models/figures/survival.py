"""How long customers stay: Kaplan–Meier over lifetimes that are cut at `as_of`, never at today."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.figures.churn import lost_customers
from models.figures.figure import Figure, Label
from models.figures.ledger import Ledger

MONTH_DAYS = 365.25 / 12
Z95 = 1.959963984540054
RELIABLE_AT_RISK = 30  # beyond the last month with this many still watched the curve is hearsay

NOT_WATCHED = Label(
    "その月数まで観察できた顧客が少ないため、出しません。", "Too few customers have been watched for that long."
)

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class RetentionCurve:
    """The share of customers still there after `months` (one entry per event time), with its pointwise 95 % interval
    (complementary log-log). `at_risk` and `events` at each time; `reliable_months`: until when it is to be trusted.
    """

    months: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    events: Floats
    n: int
    churned: int
    reliable_months: float

    def at(self, month: float) -> float:
        """The share still there at that month."""
        passed = self.months <= month
        return float(self.survival[passed][-1]) if passed.any() else 1.0

    def mean_months(self) -> tuple[float, float, float]:
        """Area under the curve until `reliable_months` (restricted mean lifetime in months) and its 95 % interval.

        Variance by Greenwood: Σ (area beyond tᵢ)² · dᵢ ÷ (nᵢ (nᵢ − dᵢ)).
        """
        inside = self.months < self.reliable_months
        edges = np.concatenate([[0.0], self.months[inside], [self.reliable_months]])
        heights = np.concatenate([[1.0], self.survival[inside]])
        areas = np.diff(edges) * heights
        beyond = areas.sum() - np.cumsum(areas)[:-1]
        at_risk, events = self.at_risk[inside], self.events[inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = np.where(at_risk > events, events / (at_risk * (at_risk - events)), 0.0)
        error = float(np.sqrt(np.sum(beyond**2 * weights)))
        mean = float(areas.sum())
        return mean, max(0.0, mean - Z95 * error), mean + Z95 * error


def lifetimes(ledger: Ledger, as_of: pd.Timestamp) -> pd.DataFrame:
    """Per customer begun by `as_of`: months (of 30.4 days) from first start to loss or to the end of `as_of`; `lost`.

    Indexed by customer_id. A customer who left and came back counts as staying.
    """
    first = ledger.first_start[ledger.first_start <= as_of]
    lost = lost_customers(ledger, as_of).set_index("customer_id")["lost_on"].reindex(first.index)
    end = lost.fillna(as_of)
    months = (end - first).dt.days.clip(lower=0) / MONTH_DAYS
    return pd.DataFrame({"months": months.astype(float), "lost": lost.notna()}, index=first.index)


def times_to_first_expansion(ledger: Ledger, as_of: pd.Timestamp) -> pd.DataFrame:
    """Per customer begun by `as_of`: months from first start to the first upsell or cross-sell (`lost` is true), or to
    the loss of the customer or the end of `as_of` without one. Feed it to `retention_curve`: 1 − S is the share upsold.
    """
    kinds = ledger.events["kind"].isin(["upsell", "cross_sell"]) & (ledger.events["on"] <= as_of)
    expanded = ledger.events[kinds].groupby("customer_id")["on"].min()
    lives = lifetimes(ledger, as_of)
    first = ledger.first_start.reindex(lives.index)
    months = (expanded.reindex(lives.index) - first).dt.days / MONTH_DAYS
    in_time = months.notna() & (months <= lives["months"])
    return pd.DataFrame({"months": months.where(in_time, lives["months"]).astype(float), "lost": in_time})


def expanded_within(curve: RetentionCurve, months: int = 12) -> Figure:
    """Share of customers with a first upsell or cross-sell within so many months of their start, by Kaplan–Meier.

    Most customers never buy more, so a median month among those who did says little; this counts the others too.
    """
    name = f"expanded_within_{months}_months"
    if curve.reliable_months < months:
        return Figure(name, None, "rate", curve.n, refusal=NOT_WATCHED)
    passed = curve.months <= months
    if not passed.any():
        return Figure(name, 0.0, "rate", curve.n)
    low, high = float(1 - curve.high[passed][-1]), float(1 - curve.low[passed][-1])
    return Figure(name, 1 - curve.at(months), "rate", curve.n, low=low, high=high)


def retention_curve(lives: pd.DataFrame) -> RetentionCurve:
    """Kaplan–Meier of lifetimes (columns months, lost). Raises `ValueError` if there are none.

    Lives of 2, 4 (lost), 6 (lost) and 8 months: 1 until month 4, then 2/3, from month 6 on 1/3.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    if lives.empty:
        raise ValueError("no lifetimes")
    time = lives["months"].to_numpy(dtype=float)
    lost = lives["lost"].to_numpy(dtype=float)
    if not lost.any():
        flat = np.empty(0)
        return RetentionCurve(flat, flat, flat, flat, flat, flat, len(lives), 0, _reliable(time))
    curve = SurvfuncRight(time, lost)
    survival = np.asarray(curve.surv_prob, dtype=float)
    low, high = _log_log_interval(survival, np.asarray(curve.surv_prob_se, dtype=float))
    return RetentionCurve(
        np.asarray(curve.surv_times, dtype=float),
        survival,
        low,
        high,
        np.asarray(curve.n_risk, dtype=float),
        np.asarray(curve.n_events, dtype=float),
        len(lives),
        int(lost.sum()),
        _reliable(time),
    )


def _reliable(time: Floats) -> float:
    """The last time at which at least `RELIABLE_AT_RISK` customers are still watched."""
    if len(time) < RELIABLE_AT_RISK:
        return 0.0
    return float(np.sort(time)[-RELIABLE_AT_RISK])


def _log_log_interval(survival: Floats, error: Floats) -> tuple[Floats, Floats]:
    """On the scale log(−log S), where the interval cannot leave 0 to 1."""
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    scale = np.where(inside, Z95 * error / (safe * np.abs(np.log(safe))), 0.0)
    low = np.where(inside, safe ** np.exp(scale), survival)
    high = np.where(inside, safe ** np.exp(-scale), survival)
    return low, high
