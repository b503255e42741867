"""The same figures month by month: a grid of MRR per customer and month, counted once from the ledger's deltas."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.figures.ledger import Ledger


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """`mrr`: yen by customer_id (rows) on the first of each month (columns), the last column closing the last month.
    `fall`, `rise`: yen by customer in the month that the column opens (one column fewer).
    """

    mrr: pd.DataFrame
    fall: pd.DataFrame
    rise: pd.DataFrame


def month_grid(ledger: Ledger, first: pd.Timestamp, last: pd.Timestamp) -> MonthGrid:
    """The grid from the month of `first` to the month of `last`, both whole.

    MRR on a day is the sum of the deltas that have taken effect by it, so one pass over the ledger fills every column.
    """
    days = pd.date_range(first.replace(day=1), last.replace(day=1) + pd.DateOffset(months=1), freq="MS")
    steps = ledger.steps[ledger.steps["effective_on"] <= days[-1]]
    column = np.searchsorted(days.to_numpy(), steps["effective_on"].to_numpy())
    customers = pd.Index(ledger.first_start.index)
    row = customers.get_indexer(steps["customer_id"])
    deltas = steps["delta_yen"].to_numpy()
    mrr = _summed(row, column, deltas, (len(customers), len(days))).cumsum(axis=1)
    fall = _summed(row, column, -np.minimum(deltas, 0), mrr.shape)[:, 1:]
    rise = _summed(row, column, np.maximum(deltas, 0), mrr.shape)[:, 1:]
    months = days[:-1]
    return MonthGrid(
        pd.DataFrame(mrr, index=customers, columns=days),
        pd.DataFrame(fall, index=customers, columns=months),
        pd.DataFrame(rise, index=customers, columns=months),
    )


def _summed(row: Any, column: Any, yen: Any, shape: tuple[int, int]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    totals = np.zeros(shape, dtype=np.int64)
    np.add.at(totals, (row, column), yen)
    return totals


def monthly_figures(grid: MonthGrid) -> pd.DataFrame:
    """One row per month: customers and MRR at the opening, what the opening cohort came to, new customers and their
    MRR, and the rates. `closing_yen` + `new_yen` is the next month's `opening_yen`, to the yen.
    """
    mrr = grid.mrr.to_numpy()
    opening, closing = mrr[:, :-1], mrr[:, 1:]
    cohort = opening > 0
    kept = np.minimum(opening, closing)
    rows = pd.DataFrame(
        {
            "n": cohort.sum(axis=0),
            "opening_yen": opening.sum(axis=0),
            "closing_yen": np.where(cohort, closing, 0).sum(axis=0),
            "new_customers": (~cohort & (closing > 0)).sum(axis=0),
            "new_yen": np.where(cohort, 0, closing).sum(axis=0),
            "kept_yen": np.where(cohort, kept, 0).sum(axis=0),
            "fall_yen": np.where(cohort, grid.fall.to_numpy(), 0).sum(axis=0),
            "rise_yen": np.where(cohort, grid.rise.to_numpy(), 0).sum(axis=0),
            "churned": (cohort & (closing == 0)).sum(axis=0),
        },
        index=grid.fall.columns,
    )
    yen, customers = rows["opening_yen"].where(rows["n"] > 0), rows["n"].where(rows["n"] > 0)
    return rows.assign(
        nrr=rows["closing_yen"] / yen,
        grr=rows["kept_yen"] / yen,
        logo_churn_rate=rows["churned"] / customers,
        mrr_churn_rate=rows["fall_yen"] / yen,
    )


def cohort_table(grid: MonthGrid, first_start: "pd.Series[Any]", measure: str = "customers") -> pd.DataFrame:
    """Retention by month of first start (rows) and months since (columns): share of the starters still with MRR, or
    with `measure="yen"` their MRR ÷ their MRR at the first month's end. Cells after the grid's end are NaN; column
    `n` = starters.

    Four customers start in May, one churns in July: row 2025-05 is 1, 1, 0.75 …
    """
    started = first_start.reindex(grid.mrr.index)
    begun = started.dt.to_period("M")
    values = grid.mrr.to_numpy()[:, 1:]  # the MRR at the end of each month
    months = pd.PeriodIndex(grid.fall.columns, freq="M")
    rows = {}
    for position, month in enumerate(months):
        starters = values[(begun == month).to_numpy()]
        if len(starters):
            told = (starters > 0).sum(axis=0) if measure == "customers" else starters.sum(axis=0)
            base = len(starters) if measure == "customers" else told[position]
            shares = told[position:] / base if base else np.full(len(months) - position, np.nan)
            rows[str(month)] = [len(starters), *shares, *[np.nan] * position]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["n", *range(len(months))])
