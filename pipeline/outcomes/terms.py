"""The outcome of each contract term: its first `renewed` or `churned`."""

from typing import Any

import pandas as pd

from models.figures.ledger import Ledger

DECIDING = ("renewed", "churned")


def term_outcomes(ledger: Ledger) -> pd.DataFrame:
    """The ledger's terms (rows 0 …) with outcome, outcome_on and running_until.

    An event belongs to the contract's last term begun before its day, so that a renewal dated on the start of the next
    term settles the one before. `running_until`: the day on which the term's line churned for good; NaT while it runs.
    """
    terms = ledger.terms.reset_index(drop=True)
    events = ledger.events[ledger.events["kind"].isin(DECIDING)]
    first = events.assign(term=_term_of_event(events, terms)).drop_duplicates("term").set_index("term")
    outcome_on = first["on"].reindex(terms.index)
    outcome = first["kind"].reindex(terms.index)
    return terms.assign(outcome=outcome, outcome_on=outcome_on, running_until=_churned_on(ledger, terms))


def _term_of_event(events: pd.DataFrame, terms: pd.DataFrame) -> "pd.Series[Any]":
    """Row of `terms` for each event; the first term's for an event on or before the first start."""
    if events.empty:
        return pd.Series(dtype="int64")
    right = terms.reset_index(names="term")[["contract_id", "started_on", "term"]].sort_values("started_on")
    found = pd.merge_asof(
        events[["contract_id", "on"]],
        right,
        left_on="on",
        right_on="started_on",
        by="contract_id",
        allow_exact_matches=False,
    )["term"].set_axis(events.index)
    first = right.drop_duplicates("contract_id").set_index("contract_id")["term"]
    return found.fillna(first.reindex(events["contract_id"]).set_axis(events.index)).astype("int64")


def _churned_on(ledger: Ledger, terms: pd.DataFrame) -> "pd.Series[Any]":
    """Day of the last churn of each term's line, unless the line was reactivated after it."""
    turns = ledger.events[ledger.events["kind"].isin(["churned", "reactivated"])]
    last = turns.drop_duplicates("line", keep="last").set_index("line")
    churned = last.loc[last["kind"] == "churned", "on"]
    return churned.reindex(terms["line"]).set_axis(terms.index)
