"""What was known of a customer before a term was settled, and how it was: what health weights are offered from."""

import pandas as pd

from models.figures.ledger import build_ledger
from pipeline.outcomes.terms import term_outcomes

LEAD_DAYS = 30  # a score that only drops in the last weeks helps nobody


def settled_with_snapshots(contracts: pd.DataFrame, outcomes: pd.DataFrame, snapshots: pd.DataFrame) -> pd.DataFrame:
    """One row per settled term with `stayed` and the columns of the customer's last snapshot at least `LEAD_DAYS`
    before the outcome; terms without such a snapshot are left out.
    """
    terms = term_outcomes(build_ledger(contracts, outcomes)).dropna(subset=["outcome_on"])
    left = pd.DataFrame(
        {
            "customer_id": terms["customer_id"],
            "stayed": terms["outcome"] == "renewed",
            "known_by": (terms["outcome_on"] - pd.Timedelta(days=LEAD_DAYS)).astype("datetime64[s]"),
        }
    ).sort_values("known_by")
    right = snapshots.sort_values("on")
    found = pd.merge_asof(left, right, left_on="known_by", right_on="on", by="customer_id", allow_exact_matches=True)
    return found.dropna(subset=["on"]).reset_index(drop=True)
