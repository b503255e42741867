"""Retention: how much of an opening cohort, in yen and in customers, is there at the end. No new customers.

Sources of the definitions: Baremetrics' and ChurnZero's published formulas of net revenue retention; GRR is the
customer-capped variant, which differs from 1 − gross churn when one customer both grows and shrinks.
"""

from typing import Any

import pandas as pd

from models.figures.cohort import Cohort
from models.figures.figure import Figure, rate


def nrr(cohort: Cohort) -> Figure:
    """Net revenue retention 売上継続率: the cohort's MRR at the end ÷ at the start.

    Two customers open with 100 and 50 yen; one grows to 120, one churns: 120 ÷ 150 = 0.8.
    """
    return rate("nrr", cohort.closing_yen, cohort.opening_yen, cohort.size, cohort.uncovered)


def grr(cohort: Cohort) -> Figure:
    """Gross revenue retention, each customer capped at the opening MRR: Σ min(end, start) ÷ Σ start. Never above 1.

    The same two customers: (100 + 0) ÷ 150 = 0.667.
    """
    kept = int(cohort.closing.where(cohort.closing < cohort.opening, cohort.opening).sum())
    return rate("grr", kept, cohort.opening_yen, cohort.size, cohort.uncovered)


def logo_churn_rate(cohort: Cohort) -> Figure:
    """Customers of the cohort without any MRR at the end ÷ customers of the cohort.

    The same two customers: 1 ÷ 2 = 0.5. A customer who ends one of two contracts has shrunk, not churned.
    """
    return rate("logo_churn_rate", int((cohort.closing == 0).sum()), cohort.size, cohort.size, cohort.uncovered)


def mrr_churn_rate(cohort: Cohort) -> Figure:
    """Gross revenue churn: every fall of MRR in the period (churn and contraction) ÷ MRR at the start.

    The same two customers: 50 ÷ 150 = 0.333. Counted by event, so a customer who first grew and then churned loses
    more than the opening MRR; GRR caps that, this does not.
    """
    return rate("mrr_churn_rate", _fall(cohort.steps), cohort.opening_yen, cohort.size, cohort.uncovered)


def net_mrr_churn_rate(cohort: Cohort) -> Figure:
    """Gross revenue churn less every rise of MRR in the period ÷ MRR at the start = 1 − NRR.

    The same two customers: (50 − 20) ÷ 150 = 0.2.
    """
    net = _fall(cohort.steps) - _rise(cohort.steps)
    return rate("net_mrr_churn_rate", net, cohort.opening_yen, cohort.size, cohort.uncovered)


def _fall(steps: pd.DataFrame) -> int:
    return -int(steps["delta_yen"].clip(upper=0).sum())


def _rise(steps: pd.DataFrame) -> int:
    return int(steps["delta_yen"].clip(lower=0).sum())


def bridge(cohort: Cohort) -> dict[str, int]:
    """From opening to closing MRR in whole yen: `opening`, the deltas by kind of step, `closing`. They add up exactly.

    The same two customers: {"opening": 150, "upsell": 20, "churned": -50, "closing": 120}.
    """
    by_kind: pd.Series[Any] = cohort.steps.groupby("kind")["delta_yen"].sum()
    deltas = {str(kind): int(yen) for kind, yen in by_kind.items() if yen}
    return {"opening": cohort.opening_yen, **deltas, "closing": cohort.closing_yen}
