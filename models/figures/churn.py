"""When customers leave: by month and by the phase of their life with the product."""

from typing import Any

import numpy as np
import pandas as pd

from models.figures.ledger import Ledger

ONBOARDING_DAYS = 90  # from the first start
RENEWAL_DAYS = 60  # before and after the due date of the term in force
PHASES = ("onboarding", "adoption", "renewal")


def lost_customers(ledger: Ledger, as_of: pd.Timestamp) -> pd.DataFrame:
    """Customers whose MRR is 0 at the end of `as_of`, with the day on which it fell to 0 for good.

    Columns: customer_id, lost_on (day of the event), phase (onboarding = within 90 days of the first start; else
    renewal = within 60 days of the due date of the line's term in force; else adoption).
    """
    in_time = ledger.steps["effective_on"] <= as_of + pd.Timedelta(days=1)
    steps = ledger.steps[in_time & (ledger.steps["delta_yen"] != 0)]
    ordered = steps.sort_values("effective_on", kind="stable")
    total = ordered.groupby("customer_id")["delta_yen"].cumsum()
    last = ordered.assign(total=total).drop_duplicates("customer_id", keep="last")
    ended = last.loc[last["total"] == 0, ["customer_id", "line", "on"]]
    first = ledger.first_start.reindex(ended["customer_id"]).to_numpy()
    near_due = _near_due(ledger, ended)
    young = (ended["on"].to_numpy() - first) < np.timedelta64(ONBOARDING_DAYS, "D")
    phase = np.select([young, near_due], ["onboarding", "renewal"], "adoption")
    lost = pd.DataFrame({"customer_id": ended["customer_id"], "lost_on": ended["on"], "phase": phase})
    return lost.sort_values(["lost_on", "customer_id"], ignore_index=True)


def _near_due(ledger: Ledger, ended: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Whether a term of the line was due within `RENEWAL_DAYS` of the end."""
    if "renewal_due_on" not in ledger.terms:
        return np.zeros(len(ended), dtype=bool)
    pairs = ended.merge(ledger.terms[["line", "renewal_due_on"]], on="line").dropna()
    gap = (pairs["on"] - pairs["renewal_due_on"]).abs()
    near = pairs.loc[gap <= pd.Timedelta(days=RENEWAL_DAYS), "line"]
    return ended["line"].isin(near).to_numpy()


def churned_by_month_and_phase(lost: pd.DataFrame) -> pd.DataFrame:
    """Customers lost, months as rows, phases as columns, with their total."""
    months = lost["lost_on"].dt.strftime("%Y-%m").rename("month")
    table = pd.crosstab(months, lost["phase"]).reindex(columns=list(PHASES), fill_value=0)
    return table.assign(total=table.sum(axis=1))
