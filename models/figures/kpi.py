"""The block of figures that a board reads for one period, under its published names."""

import pandas as pd

from models.figures.cohort import Cohort, open_cohort
from models.figures.expansion import expansion_rate, mean_expansion_price, median_expansion_month
from models.figures.figure import Figure, Period, calendar_year
from models.figures.ledger import build_ledger
from models.figures.retention import grr, logo_churn_rate, mrr_churn_rate, nrr


def kpi_figures(cohort: Cohort) -> dict[str, Figure]:
    """The figures of the block, each with what it was counted from."""
    return {
        "cohort_customers": Figure(
            "cohort_customers", cohort.size, "customers", cohort.size, uncovered=cohort.uncovered
        ),
        "NRR": nrr(cohort),
        "GRR_customer_capped": grr(cohort),
        "customer_churn_rate": logo_churn_rate(cohort),
        "gross_revenue_churn_rate": mrr_churn_rate(cohort),
        "upsell_or_cross_sell_customer_rate": expansion_rate(cohort),
        "avg_expansion_unit_price_yen_per_month": mean_expansion_price(cohort),
        "median_expansion_month_since_start": median_expansion_month(cohort),
    }


def kpi_block(contracts: pd.DataFrame, outcomes: pd.DataFrame, period: Period) -> dict[str, float | int | None]:
    """The block's plain values from canonical tables: rates as fractions, yen as integers, None where undefined."""
    cohort = open_cohort(build_ledger(contracts, outcomes), period)
    return {name: figure.value for name, figure in kpi_figures(cohort).items()}


def yearly_kpi_blocks(
    contracts: pd.DataFrame, outcomes: pd.DataFrame, as_of: pd.Timestamp
) -> dict[str, dict[str, float | int | None]]:
    """`kpi_<year>` for each calendar year with a cohort at its opening, up to the year of `as_of`.

    A year that `as_of` cuts short is counted as far as it goes; the caller says so beside it. Rows after `as_of` are
    left out.
    """
    ledger = build_ledger(contracts[contracts["started_on"] <= as_of], outcomes[outcomes["on"] <= as_of])
    if ledger.first_start.empty:
        return {}
    blocks = {}
    for year in range(ledger.first_start.min().year, as_of.year + 1):
        cohort = open_cohort(ledger, calendar_year(year))
        if cohort.size:
            blocks[f"kpi_{year}"] = {name: figure.value for name, figure in kpi_figures(cohort).items()}
    return blocks
