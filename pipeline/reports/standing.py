"""Scores of operators and teams over the calls of a period, compared on like calls."""

import pandas as pd

from models.figures.expansion import months_between
from models.figures.operators import operator_scores
from models.scoring import score

BY = ("operator_id", "team")


def standing(calls: pd.DataFrame, contracts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """`operator_id` and `team` → the table of `operator_scores`; empty where no call was analysed.

    `calls`: joined calls with their `tally` (None where not analysed). The case mix is reason, queue, plan and months
    since the customer's first start, as known when the call began.
    """
    totals = [None if tally is None else score(tally).total for tally in calls["tally"]]
    scored = _with_case_mix(calls.drop(columns="tally").assign(score=pd.array(totals, dtype="Float64")), contracts)
    told = {by: operator_scores(scored, "score", by=by) for by in BY if by in scored}
    return {by: table for by, table in told.items() if len(table)}


def _with_case_mix(calls: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """With `plan` of the joined term and `tenure_months`, missing where the call is not joined."""
    keys = ["joined_contract_id", "term_started_on"]
    plans = contracts[["contract_id", "started_on", "plan"]].set_axis([*keys, "plan"], axis="columns")
    first = contracts.groupby("customer_id")["started_on"].min()
    begun = first.reindex(calls["joined_customer_id"]).set_axis(calls.index)
    day = calls["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None)
    found = calls.drop(columns="plan", errors="ignore").merge(plans.drop_duplicates(keys), on=keys, how="left")
    found["tenure_months"] = months_between(begun, day).to_numpy()
    return found
