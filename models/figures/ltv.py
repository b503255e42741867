"""Lifetime value in its usual variants. Each names its assumption; where the data cannot carry one it is refused."""

import numpy as np
import pandas as pd

from models.figures.cohort import Cohort
from models.figures.figure import Figure, Label
from models.figures.ledger import Ledger
from models.figures.months import MonthGrid
from models.figures.survival import RetentionCurve

FEWEST_CHURNS = 20
TOO_FEW_CHURNS = Label(
    f"解約が {FEWEST_CHURNS} 件に満たないため、解約率から求める LTV は出しません。",
    f"Fewer than {FEWEST_CHURNS} churns: an LTV from the churn rate would be noise.",
)
TOO_FEW_WATCHED = Label(
    "観察できた顧客が少ないため、継続曲線から求める LTV は出しません。",
    "Too few customers have been watched for an LTV from the retention curve.",
)
NO_CUSTOMERS = Label("対象の顧客がいません。", "There are no customers to count.")


def arpa_yen(ledger: Ledger, day: pd.Timestamp) -> Figure:
    """Average revenue per account: MRR ÷ customers with MRR on that day, in yen a month.

    Two customers at 100 and one at 40 yen: 80.
    """
    mrr = ledger.customer_mrr(day)
    mrr = mrr[mrr > 0]
    total = int(mrr.sum())
    value = round(total / len(mrr)) if len(mrr) else None
    return Figure("arpa_yen", value, "yen", len(mrr), total, len(mrr), ledger.uncovered)


def ltv_basic(price_yen: float, orders_per_year: float, years: float, *, n: int, margin: float = 1.0) -> Figure:
    """平均購入単価 × 購入頻度 × 継続期間 × 粗利率: mean order value × orders a year × years of staying × margin.

    5,000 yen, 12 orders a year, 3 years, margin 0.5: 90,000 yen.
    """
    if not n:
        return Figure("ltv_basic_yen", None, "yen", 0, refusal=NO_CUSTOMERS)
    return Figure("ltv_basic_yen", round(price_yen * orders_per_year * years * margin), "yen", n)


def ltv_from_churn(arpa: Figure, months: pd.DataFrame, *, margin: float = 1.0) -> Figure:
    """ARPA × margin ÷ monthly churn rate, the rate being all churns ÷ all customer-months of `monthly_figures`.

    80 yen, 30 churns in 1,000 customer-months: 80 ÷ 0.03 = 2,667. Assumes that churn never changes with age. Refused
    below 20 churns.
    """
    churns, exposure = int(months["churned"].sum()), int(months["n"].sum())
    if churns < FEWEST_CHURNS or arpa.value is None:
        return Figure("ltv_from_churn_yen", None, "yen", churns, churns, exposure, refusal=TOO_FEW_CHURNS)
    value = round(arpa.value * margin * exposure / churns)
    return Figure("ltv_from_churn_yen", value, "yen", churns, churns, exposure)


def ltv_observed(arpa: Figure, curve: RetentionCurve, *, margin: float = 1.0) -> Figure:
    """Recommended: ARPA × margin × area under the Kaplan–Meier curve to its last reliable month, with its interval.

    80 yen and a restricted mean of 20 months (18 to 22): 1,600 yen (1,440 to 1,760). It counts nothing beyond what was
    watched, so it is a floor. The interval covers the curve, not the ARPA.
    """
    if arpa.value is None or not curve.reliable_months:
        return Figure("ltv_observed_yen", None, "yen", curve.n, refusal=TOO_FEW_WATCHED)
    value, low, high = (round(arpa.value * margin * months) for months in curve.mean_months())
    return Figure("ltv_observed_yen", value, "yen", curve.n, low=low, high=high)


def ltv_discounted(
    arpa: Figure,
    curve: RetentionCurve,
    *,
    margin: float = 1.0,
    monthly_growth: float = 0.0,
    yearly_discount: float = 0.0,
) -> Figure:
    """The observed LTV by whole months, the MRR growing by g and discounted by r:
    Σ S(m) · ARPA · margin · (1+g)ᵐ ÷ (1+r)^(m/12).

    80 yen, all stay two reliable months, growth 10 % a month, no discount: 80 + 88 = 168.
    """
    if arpa.value is None or not curve.reliable_months:
        return Figure("ltv_discounted_yen", None, "yen", curve.n, refusal=TOO_FEW_WATCHED)
    months = np.arange(int(curve.reliable_months))
    stay = np.array([curve.at(float(month)) for month in months])
    factor = ((1 + monthly_growth) / (1 + yearly_discount) ** (1 / 12)) ** months
    return Figure("ltv_discounted_yen", round(float(arpa.value * margin * np.sum(stay * factor))), "yen", curve.n)


def mean_monthly_growth(grid: MonthGrid) -> float | None:
    """Mean monthly change of MRR of customers who stayed the month: Σ (end − start) ÷ Σ start over customer-months."""
    mrr = grid.mrr.to_numpy()
    opening, closing = mrr[:, :-1], mrr[:, 1:]
    stayed = (opening > 0) & (closing > 0)
    base = int(opening[stayed].sum())
    return float((closing - opening)[stayed].sum() / base) if base else None


def repeat_rate(cohort: Cohort) -> Figure:
    """リピート率: customers of the cohort with at least one repeat purchase in the period ÷ customers of the cohort.

    Of 4 customers 1 bought again, twice: 0.25.
    """
    again = cohort.events.loc[cohort.events["kind"] == "repeat_purchase", "customer_id"].nunique()
    value = again / cohort.size if cohort.size else None
    return Figure("repeat_rate", value, "rate", cohort.size, int(again), cohort.size, cohort.uncovered)
