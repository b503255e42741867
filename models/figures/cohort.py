"""A cohort: the customers with MRR at the opening of a period, and what became of them by its close."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.figures.figure import Period
from models.figures.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Cohort:
    """`opening` and `closing`: MRR in yen by customer_id, of the customers with MRR > 0 at the opening only.
    `steps`: their ledger steps in the period, whose deltas lead from opening to closing, to the yen.
    `events`: their outcomes dated in the period. `first_start`: of each of them.
    """

    period: Period
    opening: "pd.Series[Any]"
    closing: "pd.Series[Any]"
    steps: pd.DataFrame
    events: pd.DataFrame
    first_start: "pd.Series[Any]"
    uncovered: dict[str, int]

    @property
    def size(self) -> int:
        """How many customers."""
        return len(self.opening)

    @property
    def opening_yen(self) -> int:
        """Their MRR at the start."""
        return int(self.opening.sum())

    @property
    def closing_yen(self) -> int:
        """Their MRR at the end."""
        return int(self.closing.sum())


def open_cohort(ledger: Ledger, period: Period, customers: "pd.Index[Any] | None" = None) -> Cohort:
    """The cohort of the period, of all customers or of the given ones (a plan, a region …)."""
    at_opening = ledger.customer_mrr(period.opening)
    opening = at_opening[at_opening > 0]
    if customers is not None:
        opening = opening[opening.index.isin(customers)]
    closing = ledger.customer_mrr(period.closing).reindex(opening.index, fill_value=0)
    steps, events = ledger.between(period.opening, period.closing), ledger.events
    in_period = (events["on"] >= period.opening) & (events["on"] < period.closing)
    return Cohort(
        period,
        opening,
        closing,
        steps[steps["customer_id"].isin(opening.index)],
        events[in_period & events["customer_id"].isin(opening.index)],
        ledger.first_start.reindex(opening.index),
        ledger.uncovered,
    )
