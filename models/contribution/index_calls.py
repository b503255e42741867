"""The design: one row per contract term, its index call, and what came of the term afterwards.

Two errors that no adjustment mends are shut out here: calls made after the outcome (leakage), and exposure that only
those could have who stayed long enough (immortal time).
"""

from collections import Counter

import numpy as np
import pandas as pd

from models.contribution.options import Options
from models.contribution.tables import GROWTH, OUTCOMES, Guarded

_DAY = pd.Timedelta(days=1)


def index_calls(guarded: Guarded, options: Options) -> tuple[pd.DataFrame, Counter[str]]:
    """One row per analysed term, and what was left out on the way.

    Columns of the index call, of the term (`started_on`, `renewal_due_on`, `mrr_yen`, plan …) and
    renewed (0/1: renewed within the horizon; month to month: not churned in it), upsell (0/1),
    mrr_before_yen, mrr_delta_yen (churn = −MRR before), earlier_downgrade and earlier_upsell (0/1),
    earlier_move_yen (change of MRR in the year before the call), earlier_calls (of the customer, 180 days).
    """
    dropped = Counter(guarded.dropped)
    outcomes = _outcome_of_terms(guarded, dropped)
    terms = guarded.terms.merge(outcomes, on="term", how="left")
    calls = _attach(guarded.calls, terms, dropped)
    rows = _first_call(calls, terms, options, dropped)
    rows = _matured(rows, guarded.as_of, options, dropped)
    rows = _with_outcomes(rows, guarded.outcomes, options, dropped)
    rows = _with_history(rows, guarded.outcomes, guarded.calls, options)
    return rows.reset_index(drop=True), dropped


def _outcome_of_terms(guarded: Guarded, dropped: Counter[str]) -> pd.DataFrame:
    """First `renewed` or `churned` of each term: columns term, outcome_on, outcome.

    An event belongs to the last term of its contract that began before it.
    """
    events = guarded.outcomes[guarded.outcomes["kind"].isin(OUTCOMES)]
    starts = guarded.terms[["contract_id", "started_on", "term"]].sort_values("started_on")
    joined = pd.merge_asof(
        events[["contract_id", "on", "kind"]],
        starts,
        left_on="on",
        right_on="started_on",
        by="contract_id",
        allow_exact_matches=False,
    ).dropna(subset="term")
    dropped["second_outcomes_of_a_term"] += int(joined.duplicated("term").sum())
    first = joined.drop_duplicates("term").astype({"term": int})
    return first[["term", "on", "kind"]].rename(columns={"on": "outcome_on", "kind": "outcome"})


def _attach(calls: pd.DataFrame, terms: pd.DataFrame, dropped: Counter[str]) -> pd.DataFrame:
    """Calls with their `term`: by contract, else by customer and day where exactly one contract fits."""
    empty = pd.Series(None, index=calls.index, dtype="str")
    contract, customer = calls.get("contract_id", empty), calls.get("customer_id", empty)
    known = contract.isin(terms["contract_id"])
    stranger = (contract.notna() & ~known) | (contract.isna() & customer.notna() & ~customer.isin(terms["customer_id"]))
    nameless = contract.isna() & customer.isna()
    dropped["unknown_contract"] += int(stranger.sum())
    dropped["calls_without_contract"] += int(nameless.sum())
    resolved = _contract_of_customer(calls[contract.isna() & ~stranger & ~nameless], terms)
    dropped["ambiguous_contract"] += int((contract.isna() & ~stranger & ~nameless).sum()) - len(resolved)
    calls = calls.assign(contract_id=contract.where(known, resolved.reindex(calls.index)).astype("str"))
    calls = calls[calls["contract_id"].notna()].drop(columns="customer_id", errors="ignore").sort_values("day")
    starts = terms[["contract_id", "started_on", "term"]].sort_values("started_on")
    joined = pd.merge_asof(calls, starts, left_on="day", right_on="started_on", by="contract_id")
    dropped["calls_before_term"] += int(joined["term"].isna().sum())
    joined = joined.dropna(subset="term").drop(columns=["started_on", "contract_id"]).astype({"term": int})
    return joined.sort_values(["started_at", "call_id"], kind="stable")


def _contract_of_customer(calls: pd.DataFrame, terms: pd.DataFrame) -> "pd.Series[str]":
    """Contract id per call (index of `calls`): the one contract of the customer that was running that day.

    A term runs until its churn, or until it is renewed and due: then the next one takes over. Where none was running,
    the contract that began last is meant, so that calls after a churn are known as such.
    """
    if calls.empty:
        return pd.Series(dtype="str")
    over = terms["outcome_on"].where(terms["outcome"] == "churned", terms[["outcome_on", "renewal_due_on"]].max(axis=1))
    terms = terms.assign(over_on=over.where(terms["outcome"].notna()))
    pairs = calls[["customer_id", "day"]].reset_index(names="row").merge(terms, on="customer_id")
    pairs = pairs[pairs["started_on"] <= pairs["day"]]
    running = pairs[~(pairs["day"] > pairs["over_on"])].drop_duplicates(["row", "contract_id"])
    one = running[~running.duplicated("row", keep=False)]
    ended = pairs[~pairs["row"].isin(running["row"])].sort_values("started_on").drop_duplicates("row", keep="last")
    found: pd.Series[str] = pd.concat([one, ended]).set_index("row")["contract_id"]
    return found


def _first_call(calls: pd.DataFrame, terms: pd.DataFrame, options: Options, dropped: Counter[str]) -> pd.DataFrame:
    """The index call of each term: first in the window, strictly before the outcome of the term."""
    rows = calls.merge(terms, on="term", suffixes=("_of_call", ""))
    after = rows["day"] >= rows["outcome_on"]
    dropped["calls_after_outcome_excluded"] += int(after.sum())
    due = rows["renewal_due_on"]
    opening = due - pd.Timedelta(days=options.window_days)
    inside = due.isna() | ((rows["day"] >= opening) & (rows["day"] < due))
    dropped["calls_outside_window"] += int((~after & ~inside).sum())
    rows = rows[~after & inside]
    index = rows.drop_duplicates("term")
    dropped["later_calls_of_a_term"] += len(rows) - len(index)
    dropped["terms_without_call"] += len(terms) - len(index)
    nobody = index["operator_id"].isna()
    dropped["index_calls_without_operator"] += int(nobody.sum())
    return index[~nobody]


def _matured(rows: pd.DataFrame, as_of: pd.Timestamp, options: Options, dropped: Counter[str]) -> pd.DataFrame:
    over = rows["day"] + pd.Timedelta(days=options.horizon_days) <= as_of
    dropped["not_yet_mature"] += int((~over).sum())
    return rows[over]


def _with_outcomes(rows: pd.DataFrame, events: pd.DataFrame, options: Options, dropped: Counter[str]) -> pd.DataFrame:
    end = rows["day"] + pd.Timedelta(days=options.horizon_days)
    within = rows["outcome_on"] <= end
    open_ended = rows["renewal_due_on"].isna()
    churned, renewed = within & (rows["outcome"] == "churned"), within & (rows["outcome"] == "renewed")
    silent = ~open_ended & ~within
    dropped["counted_as_not_renewed_without_any_event"] += int(silent.sum())
    before = mrr_on(rows, events, rows["day"] - _DAY, rows["mrr_yen"])
    after = mrr_on(rows, events, end, before)
    growth = events[events["kind"].isin(GROWTH)]
    return rows.assign(
        renewed=np.where(open_ended, ~churned, renewed).astype(float),
        mrr_before_yen=before,
        mrr_delta_yen=after - before,
        upsell=_any_event(rows, growth, rows["day"], end).astype(float),
    )


def mrr_on(rows: pd.DataFrame, events: pd.DataFrame, day: pd.Series, otherwise: pd.Series) -> pd.Series:
    """MRR in yen of each row's contract at the end of `day`: after its last event, else `otherwise`."""
    asked = pd.DataFrame({"contract_id": rows["contract_id"], "asked": day, "row": rows.index}).sort_values("asked")
    found = pd.merge_asof(
        asked, events[["contract_id", "on", "mrr_after_yen"]], left_on="asked", right_on="on", by="contract_id"
    )
    return found.set_index("row")["mrr_after_yen"].reindex(rows.index).fillna(otherwise)


def _any_event(rows: pd.DataFrame, events: pd.DataFrame, start: pd.Series, end: pd.Series) -> pd.Series:
    """Whether the row's contract has one of `events` from `start` to `end`, both days included."""
    span = pd.DataFrame({"contract_id": rows["contract_id"], "row": rows.index, "start": start, "end": end})
    pairs = span.merge(events[["contract_id", "on"]], on="contract_id")
    hits = pairs.loc[(pairs["on"] >= pairs["start"]) & (pairs["on"] <= pairs["end"]), "row"]
    return pd.Series(rows.index.isin(hits), index=rows.index)


def _with_history(rows: pd.DataFrame, events: pd.DataFrame, calls: pd.DataFrame, options: Options) -> pd.DataFrame:
    """What was known before the call. An event that an earlier index call may have caused is no placebo."""
    eve = rows["day"] - _DAY
    settled = _last_call_of_the_term_before(rows) + pd.Timedelta(days=options.horizon_days)
    start = pd.concat([rows["started_on"], rows["day"] - 365 * _DAY, settled], axis=1).max(axis=1)
    year_ago = mrr_on(rows, events, rows["day"] - 365 * _DAY, rows["mrr_yen"])
    return rows.assign(
        earlier_downgrade=_any_event(rows, events[events["kind"] == "downgrade"], start, eve).astype(float),
        earlier_upsell=_any_event(rows, events[events["kind"].isin(GROWTH)], start, eve).astype(float),
        earlier_move_yen=rows["mrr_before_yen"] - year_ago,
        earlier_calls=_earlier_calls(rows, calls),
    )


def _last_call_of_the_term_before(rows: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Day of the customer's last index call on this contract or on one that was due when this term began."""
    mine = rows[["customer_id", "contract_id", "started_on", "day"]].reset_index(names="row")
    theirs = rows[["customer_id", "contract_id", "renewal_due_on", "day"]]
    pairs = mine.merge(theirs, on="customer_id", suffixes=("", "_before"))
    follows = (pairs["contract_id"] == pairs["contract_id_before"]) | (
        pairs["renewal_due_on"] <= pairs["started_on"] + 31 * _DAY
    )
    last = pairs[follows & (pairs["day_before"] < pairs["day"])].groupby("row")["day_before"].max()
    found: pd.Series[pd.Timestamp] = last.reindex(rows.index)
    return found


def _earlier_calls(rows: pd.DataFrame, calls: pd.DataFrame) -> pd.Series:
    """Calls of the customer in the 180 days before the index call."""
    if "customer_id" not in calls:
        return pd.Series(0.0, index=rows.index)
    asked = rows[["customer_id", "day"]].reset_index(names="row")
    pairs = asked.merge(calls[["customer_id", "day"]].rename(columns={"day": "other"}), on="customer_id")
    gap = (pairs["day"] - pairs["other"]).dt.days
    counts = pairs[(gap > 0) & (gap <= 180)].groupby("row").size()
    return counts.reindex(rows.index, fill_value=0).astype(float)
