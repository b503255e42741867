"""Which terms are one stream of MRR, and which events belong to it.

A *line* is one stream of MRR. Terms of one contract id share a line. A renewed term is continued on its line by the
customer's term under a new contract id, if that starts on the due date or on the day of the renewal, or the day after,
at exactly the MRR that the renewed contract had come to. A term begun after a churn is a new line. Other terms are
lines of their own, beside it.
"""

from typing import Any

import numpy as np
import pandas as pd

NEAR_RENEWAL_DAYS = 31  # a start this near a renewal that does not continue it is counted, for a person to look at


def looked_up(keys: "pd.Series[Any]", table: "pd.Series[Any]") -> "pd.Series[Any]":
    """The table's value for each key, missing where it has none. Keeps the dtype also where the table is empty."""
    return table.reindex(keys).set_axis(keys.index)


def lines_of_terms(terms: pd.DataFrame, events: pd.DataFrame) -> "pd.Series[Any]":
    """A line number for each term (terms sorted by customer and start)."""
    before = _previous_term_of_contract(terms, events)
    before = before.fillna(_renewed_predecessor(terms, events, taken=before))
    lines = np.arange(len(terms))
    for term in np.flatnonzero(before.notna().to_numpy()):  # a predecessor starts earlier, so its line is settled
        lines[term] = lines[int(before.iloc[term])]
    return pd.Series(lines, index=terms.index)


def _previous_term_of_contract(terms: pd.DataFrame, events: pd.DataFrame) -> "pd.Series[Any]":
    """Row of the term before it under the same contract id, unless the contract stood churned at its start."""
    rows = pd.Series(np.arange(len(terms), dtype="float64"), index=terms.index)
    previous = rows.groupby([terms["customer_id"], terms["contract_id"]], sort=False).shift()
    return previous.mask(_stands_churned(terms, events))


def _stands_churned(terms: pd.DataFrame, events: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the contract's last churn or reactivation by the start of each term is a churn."""
    turns = events.loc[events["kind"].isin(["churned", "reactivated"]), ["contract_id", "on", "kind"]]
    if turns.empty:
        return pd.Series(False, index=terms.index)
    starts = terms[["contract_id", "started_on"]].assign(row=np.arange(len(terms))).sort_values("started_on")
    found = pd.merge_asof(starts, turns, left_on="started_on", right_on="on", by="contract_id").sort_values("row")
    return (found["kind"] == "churned").fillna(False).astype(bool).set_axis(terms.index)


def _renewed_predecessor(terms: pd.DataFrame, events: pd.DataFrame, *, taken: "pd.Series[Any]") -> "pd.Series[Any]":
    """Row of the renewed term that a term under a new contract id continues; each is continued once."""
    pairs = _after_renewals(terms, events)
    at_once = [(pairs["started_on"] - pairs[end]).dt.days.isin([0, 1]) for end in ("due_on", "renewed_on")]
    continues = (
        (at_once[0] | at_once[1])
        & (pairs["mrr_yen"] == pairs["mrr_before_yen"])
        & pairs["row"].isin(np.flatnonzero(taken.isna()))
    )
    chosen = pairs[continues].sort_values(["row", "row_before"]).drop_duplicates("row").drop_duplicates("row_before")
    return chosen.set_index("row")["row_before"].reindex(np.arange(len(terms))).set_axis(terms.index)


def _after_renewals(terms: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Pairs of a contract's first term (row, started_on, mrr_yen) and an earlier renewed contract of that customer
    (row_before of its last term, due_on, renewed_on, mrr_before_yen = what its last event left).
    """
    by_contract = events.groupby("contract_id")
    renewed_on = events[events["kind"] == "renewed"].groupby("contract_id")["on"].last()
    rows = terms[["customer_id", "contract_id", "started_on", "mrr_yen"]].assign(row=np.arange(len(terms)))
    rows["due_on"] = terms.get("renewal_due_on", pd.Series(pd.NaT, index=terms.index))
    last = rows[rows["contract_id"].isin(renewed_on.index)].drop_duplicates("contract_id", keep="last")
    renewals = looked_up(last["contract_id"], renewed_on)
    last = pd.DataFrame(
        {
            "customer_id": last["customer_id"],
            "row_before": last["row"],
            "due_on": last["due_on"].fillna(renewals),
            "renewed_on": renewals,
            "mrr_before_yen": looked_up(last["contract_id"], by_contract["mrr_after_yen"].last()),
        }
    )
    first = rows.drop(columns="due_on").drop_duplicates(["customer_id", "contract_id"])
    pairs = first.merge(last, on="customer_id")
    return pairs[pairs["row_before"] < pairs["row"]]


def lines_of_events(terms: pd.DataFrame, events: pd.DataFrame) -> "pd.Series[Any]":
    """The line of the contract's last term begun by the event's day; begun before it, for a renewal or churn.

    So a churn on the very day on which the contract begins anew ends the line before, not the new one.
    """
    if events.empty:
        return pd.Series(dtype="int64")
    decides = events["kind"].isin(["renewed", "churned"]).to_numpy()
    left = events[["contract_id"]].assign(day=events["on"] - decides * np.timedelta64(1, "D"), row=events.index)
    right = terms[["contract_id", "started_on", "line"]].sort_values("started_on", kind="stable")
    found = pd.merge_asof(
        left.sort_values("day", kind="stable"), right, left_on="day", right_on="started_on", by="contract_id"
    ).set_index("row")["line"]
    first = right.drop_duplicates("contract_id").set_index("contract_id")["line"]
    return found.reindex(events.index).fillna(looked_up(events["contract_id"], first)).astype("int64")


def near_renewals(terms: pd.DataFrame, events: pd.DataFrame) -> int:
    """Contracts begun near the renewal of another of that customer yet counted beside it: perhaps they continue it."""
    pairs = _after_renewals(terms, events)
    near = (pairs["started_on"] - pairs["due_on"]).dt.days.abs() <= NEAR_RENEWAL_DAYS
    begins_a_line = terms["line"].to_numpy()[pairs["row"]] == pairs["row"]
    return int(pairs.loc[near & begins_a_line, "row"].nunique())
