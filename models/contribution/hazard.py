"""Churn in time: the monthly hazard from the index call on."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contribution.design import Design
from models.contribution.options import Options
from models.contribution.text import Message
from models.contribution.verdicts import EXPERIMENT, refuse

_MONTH_DAYS = 30.4375
_MOST_MONTHS = 120


NOT_FITTED = refuse(
    "hazard_not_fitted",
    "解約の時期の計算が収束しませんでした。期間を延ばして件数を増やしてください。",
    "The timing of churn could not be fitted. Use a longer period with more contracts.",
)


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


def churn_hazard(design: Design, as_of: date, options: Options) -> Hazard:
    """Monthly odds of churn after an exposed index call against after another one (discrete-time logit).

    Time runs from the index call: whether it was exposed is known from the first month on, and the months that a
    customer had to stay to be called at all count for nobody (no immortal time). Adjusted for everything the effect is
    adjusted for; errors clustered by customer and operator. Month-to-month contracts only: where there is a due date,
    the contract ends when it is due.
    """
    months = person_months(design, as_of)
    exposed = months["exposed"] == 1
    churned = int(months["churned"].sum())
    least = min(int(months.loc[exposed, "churned"].sum()), int(months.loc[~exposed, "churned"].sum()))
    if churned < options.lines.refuse_rarer_outcome or least < options.lines.refuse_cell:
        finding = refuse(
            "too_few_churns",
            f"月ごとの契約の、通話の後の解約は{churned}件です。{options.lines.refuse_rarer_outcome}件以上、場面の有無それぞれ"
            f"{options.lines.refuse_cell}件以上から解約の時期を比べます。期間を延ばしてください。",
            f"{churned} month-to-month contracts churned after their call. The timing is compared from "
            f"{options.lines.refuse_rarer_outcome} in all and {options.lines.refuse_cell} in each group. "
            "Use a longer period.",
        )
        return Hazard((finding.message, EXPERIMENT))
    return _fit(months, design, churned)


def person_months(design: Design, as_of: date) -> pd.DataFrame:
    """One row per month-to-month contract and month from its index call to its churn or `as_of`.

    Columns row (position in the design), month (0 …), exposed (0/1), churned (0/1, in its last month only).
    """
    rows = design.rows.reset_index(drop=True)
    open_ended = np.flatnonzero(rows["renewal_due_on"].isna())
    rows, exposed = rows.iloc[open_ended], design.d[open_ended]
    churned_on = rows["outcome_on"].where(rows["outcome"] == "churned")
    stayed = (churned_on.fillna(pd.Timestamp(as_of)) - rows["day"]).dt.days / _MONTH_DAYS
    last = stayed.clip(0, _MOST_MONTHS - 1).astype(int).to_numpy()
    ended = (churned_on.notna() & (stayed < _MOST_MONTHS)).to_numpy()
    place = np.repeat(np.arange(len(rows)), last + 1)
    month = np.concatenate([np.arange(length + 1) for length in last]) if len(rows) else np.empty(0)
    return pd.DataFrame(
        {
            "row": open_ended[place],
            "month": month.astype(float),
            "exposed": exposed[place],
            "churned": (ended[place] & (month == last[place])).astype(float),
        }
    )


def _fit(months: pd.DataFrame, design: Design, churned: int) -> Hazard:
    import statsmodels.api as sm

    row = months["row"].to_numpy()
    time = np.column_stack([np.ones(len(months)), np.log1p(months["month"]), months["month"] / 12])
    x = np.column_stack([months["exposed"], time, design.matrix()[row]])
    customer, operator = design.clusters.customer[row], design.clusters.operator[row]
    clusters = np.column_stack([customer, operator]) if operator.any() else customer
    model = sm.GLM(months["churned"].to_numpy(), x[:, independent(x)], family=sm.families.Binomial())
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": clusters})
    low, high = fit.conf_int()[0]
    if not (fit.converged and np.isfinite([low, high]).all()):
        return Hazard((NOT_FITTED.message, EXPERIMENT))
    return Hazard(
        messages=(),
        odds_ratio=float(np.exp(fit.params[0])),
        ci_low=float(np.exp(low)),
        ci_high=float(np.exp(high)),
        p=float(fit.pvalues[0]),
        churned=churned,
        months=len(months),
    )


def independent(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which columns (p,) of x (n, p) are not a combination of the ones before them."""
    left = np.abs(np.diag(np.linalg.qr(x, mode="r")))
    kept: NDArray[np.bool_] = left > 1e-8 * np.sqrt(len(x))
    return kept
