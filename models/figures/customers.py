"""Facts of each customer of a cohort, from which the figures of any group of them are sums."""

from typing import Any

import pandas as pd

from models.figures.cohort import Cohort
from models.figures.expansion import expansion_events, expansion_months

ALL = "__all__"
UNKNOWN = "__unknown__"


def customer_facts(cohort: Cohort) -> pd.DataFrame:
    """One row per customer: opening, closing, kept (capped), fall and rise in yen; churned and expanded as 0 or 1;
    number of expansions and the yen they added.
    """
    deltas = cohort.steps["delta_yen"]
    by_customer = cohort.steps["customer_id"]
    events = expansion_events(cohort)
    added = (events["mrr_after_yen"] - events["mrr_before_yen"]).groupby(events["customer_id"])
    facts = pd.DataFrame({"opening_yen": cohort.opening, "closing_yen": cohort.closing})
    facts["kept_yen"] = facts.min(axis=1)
    facts["fall_yen"] = -deltas.clip(upper=0).groupby(by_customer).sum()
    facts["rise_yen"] = deltas.clip(lower=0).groupby(by_customer).sum()
    facts["churned"] = facts["closing_yen"] == 0
    facts["expansions"] = added.size()
    facts["expansion_yen"] = added.sum()
    facts = facts.fillna(0).astype("int64")
    return facts.assign(expanded=(facts["expansions"] > 0).astype("int64"))


def figures_by_group(cohort: Cohort, groups: "pd.Series[Any]", minimum_n: int = 1) -> pd.DataFrame:
    """The block of figures for each group of customers, one row per group and a last row `ALL`.

    `groups`: values indexed by customer_id; a customer may stand in several (operators), then the rows overlap and do
    not add up to `ALL`. Customers in none are the row `UNKNOWN`. Groups below `minimum_n` customers keep their n and
    have no rates.

    A and B on plan "x" open with 100 and 50 yen and end with 120 and 0: row x has n 2, nrr 0.8, logo_churn_rate 0.5.
    """
    facts = customer_facts(cohort)
    inside = groups[groups.index.isin(facts.index)].dropna().astype("string")
    outside = facts.index.difference(inside.index)
    members = pd.concat([inside, pd.Series(UNKNOWN, index=outside), pd.Series(ALL, index=facts.index)])
    rows = facts.reindex(members.index).groupby(members.to_numpy()).sum()
    rows.insert(0, "n", members.value_counts().reindex(rows.index))
    rows["median_expansion_month"] = _median_months(cohort, members).reindex(rows.index)
    return _with_rates(rows, minimum_n).sort_index(key=lambda names: names.isin([UNKNOWN, ALL]), kind="stable")


def _median_months(cohort: Cohort, members: "pd.Series[Any]") -> "pd.Series[Any]":
    months = pd.DataFrame(
        {"customer_id": expansion_events(cohort)["customer_id"], "months": expansion_months(cohort)}
    ).merge(pd.DataFrame({"customer_id": members.index, "group": members.to_numpy()}), on="customer_id")
    return months.groupby("group")["months"].median()


def _with_rates(rows: pd.DataFrame, minimum_n: int) -> pd.DataFrame:
    enough = rows["n"] >= minimum_n
    opening = rows["opening_yen"].where(enough)
    size = rows["n"].where(enough)
    events = rows["expansions"].where(enough & (rows["expansions"] > 0))
    return rows.assign(
        nrr=rows["closing_yen"] / opening,
        grr=rows["kept_yen"] / opening,
        logo_churn_rate=rows["churned"] / size,
        mrr_churn_rate=rows["fall_yen"] / opening,
        expansion_rate=rows["expanded"] / size,
        mean_expansion_price_yen=(rows["expansion_yen"] / events).round().astype("Int64"),
        median_expansion_month=rows["median_expansion_month"].where(enough),
    )
