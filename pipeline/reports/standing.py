"""Scores of operators and teams over the calls of a period, on like calls, from what the last night counted."""

from collections import defaultdict

import pandas as pd

from models.figures.expansion import months_between
from models.figures.figure import Period
from models.figures.operators import operator_scores
from models.scoring import Tally, add, score
from pipeline.store import reports, scores
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins

BY = ("operator_id", "team")


def stored_standing(
    connection: Connection, joined: pd.DataFrame, contracts: pd.DataFrame, period: Period
) -> dict[str, pd.DataFrame]:
    """`operator_id` and `team` → the table of `operator_scores`; empty before the first night.

    `joined`: all calls as joined to `contracts`. The case mix is reason, queue, plan and months since the customer's
    first start, as known when the call began.
    """
    body = reports.latest_report(connection)
    if body is None:
        return {}
    pins = Pins.of_report(body)
    tallies: dict[str, list[Tally]] = defaultdict(list)
    for call, tally in scores.each_tally(connection, pins.speech, pins.tagging, pins.formula):
        tallies[call.call_id].append(tally)
    totals = {call_id: score(add(parts)).total for call_id, parts in tallies.items()}
    calls = _with_case_mix(_in_period(joined, period), contracts)
    calls = calls.assign(score=calls["call_id"].map(totals).astype("Float64"))
    told = {by: operator_scores(calls, "score", by=by) for by in BY if by in calls}
    return {by: table for by, table in told.items() if len(table)}


def _in_period(joined: pd.DataFrame, period: Period) -> pd.DataFrame:
    day = joined["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None)
    inside: pd.DataFrame = joined[(day >= period.opening) & (day < period.closing)]
    return inside.reset_index(drop=True)


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
