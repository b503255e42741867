"""Churn in time: a monthly hazard with the exposure switching on after the index call, and plain survival curves.

The home of statsmodels in the estimate.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.contribution.design import exposure
from models.contribution.options import Options
from models.contribution.tables import Guarded
from models.contribution.text import Message
from models.contribution.verdicts import EXPERIMENT, refuse

_MONTH_DAYS = 30.4375
_MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Hazard:
    """`odds_ratio`: monthly odds of churn after an exposed call against after another call, with its 95 % interval.

    None, with messages, where there are too few churns.
    """

    messages: tuple[Message, ...]
    odds_ratio: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    churned: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan–Meier: share still under contract after `days`. Descriptive, whatever the groups."""

    days: tuple[float, ...]
    share: tuple[float, ...]
    n: int


def churn_hazard(guarded: Guarded, rows: pd.DataFrame, name: str, options: Options) -> Hazard:
    """The effect of `name` in the index call on the months after it (discrete-time logit, errors by customer).

    That there was a call at all switches on at the same time for everybody called, so that only what was said differs:
    months before the call count as unexposed, which is what makes the comparison free of immortal time.
    """
    months = person_months(guarded, rows, exposure(rows, name, options.moments))
    exposed = months["exposed"] == 1
    churned = int(months["churned"].sum())
    least = min(int(months.loc[exposed, "churned"].sum()), int(months.loc[~exposed, "churned"].sum()))
    if churned < options.lines.refuse_rarer_outcome or least < options.lines.refuse_cell:
        finding = refuse(
            "too_few_churns",
            f"解約は{churned}件です。{options.lines.refuse_rarer_outcome}件以上、通話の前後それぞれ"
            f"{options.lines.refuse_cell}件以上から解約の時期を比べます。期間を延ばしてください。",
            f"There are {churned} churns. Their timing is compared from "
            f"{options.lines.refuse_rarer_outcome} in all and {options.lines.refuse_cell} in each group. "
            "Use a longer period.",
        )
        return Hazard((finding.message, EXPERIMENT))
    return _fit(months, churned)


def person_months(guarded: Guarded, rows: pd.DataFrame, exposed: "pd.Series[float]") -> pd.DataFrame:
    """One row per contract and month from its start to its churn or `as_of`.

    Columns customer_id, month (0 …), log_mrr, called and exposed (0/1, from the month after the index call), churned.
    """
    lines = guarded.terms.groupby("contract_id", as_index=False).agg(
        customer_id=("customer_id", "first"), started_on=("started_on", "min"), mrr_yen=("mrr_yen", "first")
    )
    churns = guarded.outcomes[guarded.outcomes["kind"] == "churned"].groupby("contract_id")["on"].min()
    lines["churned_on"] = lines["contract_id"].map(churns)
    first = rows.assign(exposed=exposed).sort_values("day").drop_duplicates("contract_id").set_index("contract_id")
    lines["called_on"], lines["said"] = (
        lines["contract_id"].map(first["day"]),
        lines["contract_id"].map(first["exposed"]),
    )
    end = lines["churned_on"].fillna(guarded.as_of)
    lines["last"] = ((end - lines["started_on"]).dt.days / _MONTH_DAYS).clip(0, _MOST_MONTHS - 1).astype(int)
    lines["call_month"] = (lines["called_on"] - lines["started_on"]).dt.days / _MONTH_DAYS
    months = lines.loc[lines.index.repeat(lines["last"] + 1)]
    months = months.assign(month=months.groupby(level=0).cumcount())
    after = (months["month"] > months["call_month"]).astype(float)
    ends = (months["month"] == months["last"]) & months["churned_on"].notna() & (months["last"] < _MOST_MONTHS - 1)
    return pd.DataFrame(
        {
            "customer_id": months["customer_id"],
            "month": months["month"].astype(float),
            "log_mrr": np.log1p(months["mrr_yen"]),
            "called": after,
            "exposed": after * months["said"].fillna(0.0),
            "churned": ends.astype(float),
        }
    ).reset_index(drop=True)


def _fit(months: pd.DataFrame, churned: int) -> Hazard:
    import statsmodels.api as sm

    x = pd.DataFrame(
        {
            "exposed": months["exposed"],
            "called": months["called"],
            "log_month": np.log1p(months["month"]),
            "month": months["month"] / 12,
            "log_mrr": months["log_mrr"] - months["log_mrr"].mean(),
        }
    )
    x = sm.add_constant(x.loc[:, x.std() > 0])
    groups, _ = pd.factorize(months["customer_id"])
    model = sm.Logit(months["churned"], x).fit(disp=0, cov_type="cluster", cov_kwds={"groups": groups})
    low, high = model.conf_int().loc["exposed"]
    return Hazard(
        messages=(),
        odds_ratio=float(np.exp(model.params["exposed"])),
        ci_low=float(np.exp(low)),
        ci_high=float(np.exp(high)),
        p=float(model.pvalues["exposed"]),
        churned=churned,
        months=len(months),
    )


def survival_curves(rows: pd.DataFrame, exposed: "pd.Series[float]", as_of: date) -> dict[str, Curve]:
    """Kaplan–Meier from the index call, for calls with (`exposed`) and without (`comparison`) the moment."""
    from statsmodels.duration.survfunc import SurvfuncRight

    churned_on = rows["outcome_on"].where(rows["outcome"] == "churned")
    end = churned_on.fillna(pd.Timestamp(as_of))
    days = (end - rows["day"]).dt.days.clip(lower=1).to_numpy(dtype=float)
    status = churned_on.notna().to_numpy(dtype=int)
    curves = {}
    for name, arm in (("exposed", 1.0), ("comparison", 0.0)):
        inside = (exposed == arm).to_numpy()
        if inside.any() and status[inside].any():
            fit = SurvfuncRight(days[inside], status[inside])
            curves[name] = Curve(tuple(map(float, fit.surv_times)), tuple(map(float, fit.surv_prob)), int(inside.sum()))
    return curves
