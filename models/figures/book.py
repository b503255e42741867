"""Every figure of one period, counted from the tables in one go: what the report, the pages and the files show."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.figures.churn import churned_by_month_and_phase, lost_customers
from models.figures.cohort import Cohort, open_cohort
from models.figures.customers import figures_by_group
from models.figures.expansion import expansion_month_histogram, expansion_rate, mean_expansion_price
from models.figures.figure import Figure, Period
from models.figures.groups import by_call, by_contract
from models.figures.health import HealthFormula, health_scores
from models.figures.kpi import kpi_figures
from models.figures.ledger import Ledger, build_ledger
from models.figures.ltv import (
    arpa_yen,
    ltv_basic,
    ltv_discounted,
    ltv_from_churn,
    ltv_observed,
    mean_monthly_growth,
    repeat_rate,
)
from models.figures.months import MonthGrid, cohort_table, month_grid, monthly_figures
from models.figures.retention import bridge, net_mrr_churn_rate
from models.figures.satisfaction import csat, nps
from models.figures.survival import (
    RetentionCurve,
    expanded_within,
    lifetimes,
    retention_curve,
    times_to_first_expansion,
)
from models.figures.tiers import TierThresholds, expected_ltv_yen, proposed_tiers, tier_comparison

CONTRACT_GROUPS = ("plan", "industry", "region", "segment", "tier")
CALL_GROUPS = ("operator_id", "team")
MINIMUM_GROUP = 10
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the tables do not tell: the gross margin of the MRR, the yearly discount of money to come, from which
    expected value on a customer deserves which touch, and how health is scored.
    """

    margin: float = 1.0
    yearly_discount: float = 0.0
    tiers: TierThresholds | None = None
    health: HealthFormula | None = None


def last_day(*days: "pd.Series[Any]") -> pd.Timestamp | None:
    """The last day that any of the tables tells: the `as_of` of the data, where none is given."""
    told = [column.max() for column in days if column.notna().any()]
    return max(told, default=None)


@dataclass(frozen=True, slots=True)
class FigureBook:
    """`block`: figures of the opening cohort; `value`: lifetime value and what it rests on; `voice`: CSAT and NPS.
    `by_group`: one table per grouping that the data tell. `complete`: whether the data reach the end of the period.
    `tiers`: customers by tier in use and proposed; `health`: last score of each customer with its formula's version;
    both empty where no thresholds, no formula or no data are given.
    """

    period: Period
    as_of: pd.Timestamp
    complete: bool
    block: dict[str, Figure]
    bridge: dict[str, int]
    value: dict[str, Figure]
    voice: dict[str, Figure]
    expansion_months: dict[int, int]
    months: pd.DataFrame
    cohorts: pd.DataFrame
    cohorts_yen: pd.DataFrame
    lost: pd.DataFrame
    by_group: dict[str, pd.DataFrame]
    tiers: pd.DataFrame
    health: pd.DataFrame
    curve: RetentionCurve | None


def figure_book(
    contracts: pd.DataFrame,
    outcomes: pd.DataFrame,
    period: Period,
    as_of: pd.Timestamp,
    *,
    calls: pd.DataFrame | None = None,
    snapshots: pd.DataFrame | None = None,
    assumptions: Assumptions | None = None,
    minimum_group: int = MINIMUM_GROUP,
) -> FigureBook:
    """Count everything. `calls`: joined calls, for the groupings by operator and team; `as_of`: last day of the data.

    Rows after `as_of` are left out, so that an old report can be made again from newer tables.
    """
    ledger = build_ledger(contracts[contracts["started_on"] <= as_of], outcomes[outcomes["on"] <= as_of])
    cohort = open_cohort(ledger, period)
    grid = all_months(ledger, as_of)
    lives = lifetimes(ledger, as_of)
    curve = retention_curve(lives) if len(lives) else None
    months = monthly_figures(grid)
    given = assumptions or Assumptions()
    voice = snapshots if snapshots is not None else pd.DataFrame()
    return FigureBook(
        period=period,
        as_of=as_of,
        complete=bool(as_of + _DAY >= period.closing),
        block={**kpi_figures(cohort), **_further_figures(cohort)},
        bridge=bridge(cohort),
        value=_value(ledger, grid, months, curve, lives, as_of, given),
        voice={"csat": csat(voice, period), "nps": nps(voice, period)},
        expansion_months=expansion_month_histogram(cohort),
        months=months,
        cohorts=cohort_table(grid, ledger.first_start),
        cohorts_yen=cohort_table(grid, ledger.first_start, "yen"),
        lost=churned_by_month_and_phase(lost_customers(ledger, as_of)),
        by_group=_by_group(ledger, cohort, calls, minimum_group),
        tiers=_tiers(ledger, curve, as_of, given),
        health=_health(voice, as_of, given.health),
        curve=curve,
    )


def all_months(ledger: Ledger, as_of: pd.Timestamp) -> MonthGrid:
    """All months with data that are over by `as_of`; at least the month of `as_of`."""
    last = (as_of + _DAY).replace(day=1) - _DAY
    first = ledger.first_start.min() if len(ledger.first_start) else as_of
    return month_grid(ledger, first, max(first, last))


def _further_figures(cohort: Cohort) -> dict[str, Figure]:
    return {
        "net_mrr_churn_rate": net_mrr_churn_rate(cohort),
        "upsell_rate": expansion_rate(cohort, ("upsell",), "upsell_rate"),
        "cross_sell_rate": expansion_rate(cohort, ("cross_sell",), "cross_sell_rate"),
        "mean_upsell_price_yen": mean_expansion_price(cohort, ("upsell",)),
        "repeat_rate": repeat_rate(cohort),
    }


def _value(
    ledger: Ledger,
    grid: MonthGrid,
    months: pd.DataFrame,
    curve: RetentionCurve | None,
    lives: pd.DataFrame,
    as_of: pd.Timestamp,
    assumptions: Assumptions,
) -> dict[str, Figure]:
    arpa = arpa_yen(ledger, as_of + _DAY)
    if curve is None:
        return {"arpa_yen": arpa}
    first_expansion = retention_curve(times_to_first_expansion(ledger, as_of))
    margin, gone = assumptions.margin, lives.loc[lives["lost"], "months"]
    years = float(gone.mean()) / 12 if len(gone) else 0.0
    growth = mean_monthly_growth(grid) or 0.0
    return {
        "expanded_within_12_months": expanded_within(first_expansion),
        "arpa_yen": arpa,
        "ltv_basic_yen": ltv_basic(float(arpa.value or 0), 12, years, n=len(gone), margin=margin),
        "ltv_from_churn_yen": ltv_from_churn(arpa, months, margin=margin),
        "ltv_observed_yen": ltv_observed(arpa, curve, margin=margin),
        "ltv_discounted_yen": ltv_discounted(
            arpa, curve, margin=margin, monthly_growth=growth, yearly_discount=assumptions.yearly_discount
        ),
    }


def _tiers(ledger: Ledger, curve: RetentionCurve | None, as_of: pd.Timestamp, assumptions: Assumptions) -> pd.DataFrame:
    mrr = ledger.customer_mrr(as_of + _DAY)
    mrr = mrr[mrr > 0]
    if assumptions.tiers is None or curve is None or not curve.reliable_months or mrr.empty:
        return pd.DataFrame()
    mean_months, _, _ = curve.mean_months()
    proposed = proposed_tiers(expected_ltv_yen(mrr, mean_months, assumptions.margin), assumptions.tiers)
    in_use = by_contract(ledger, "tier", as_of) if "tier" in ledger.terms else pd.Series(dtype="string")
    return tier_comparison(proposed, in_use)


def _health(snapshots: pd.DataFrame, as_of: pd.Timestamp, formula: HealthFormula | None) -> pd.DataFrame:
    if formula is None or snapshots.empty:
        return pd.DataFrame()
    known = snapshots[snapshots["on"] <= as_of]
    scored = known[["customer_id", "on"]].assign(score=health_scores(known, formula), formula=formula.version)
    return scored.dropna(subset=["score"]).sort_values("on", kind="stable").drop_duplicates("customer_id", keep="last")


def _by_group(
    ledger: Ledger, cohort: Cohort, calls: pd.DataFrame | None, minimum_group: int
) -> dict[str, pd.DataFrame]:
    opening = cohort.period.opening
    groups: dict[str, pd.Series[Any]] = {
        column: by_contract(ledger, column, opening)
        for column in CONTRACT_GROUPS
        if column in ledger.terms and ledger.terms[column].notna().any()
    }
    if calls is not None:
        groups |= {
            column: by_call(calls, column, opening)
            for column in CALL_GROUPS
            if column in calls and calls[column].notna().any()
        }
    return {column: figures_by_group(cohort, group, minimum_group) for column, group in groups.items()}
