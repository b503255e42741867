"""The ledger: every contract as a line of MRR steps, from which every figure is counted.

The MRR of a line on a day is `mrr_after_yen` of its last event before that day (ties by event id, else file order);
before any event it is `mrr_yen` of the term in force. So a start counts from its own day, an event from the day after,
and what happens on the opening day of a period falls in the period.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.figures.lines import lines_of_events, lines_of_terms, looked_up, near_renewals

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Ledger:
    """`steps`: line, customer_id, contract_id, kind (started, repriced or an event kind), on, effective_on, mrr_yen
    (after), delta_yen (against the step before it), sorted by line and time. `terms`: the contracts with their `line`.
    `events`: the outcomes of known contracts with line and customer_id, in order. `first_start`: by customer_id.
    `uncovered`: what could not be placed, by closed code.
    """

    steps: pd.DataFrame
    terms: pd.DataFrame
    events: pd.DataFrame
    first_start: "pd.Series[Any]"
    uncovered: dict[str, int]

    def line_mrr(self, day: pd.Timestamp) -> "pd.Series[Any]":
        """MRR in yen of each line begun by that day, indexed by line."""
        past = self.steps[self.steps["effective_on"] <= day]
        return past.drop_duplicates("line", keep="last").set_index("line")["mrr_yen"]

    def customer_mrr(self, day: pd.Timestamp) -> "pd.Series[Any]":
        """MRR in yen of each customer with a line begun by that day, indexed by customer_id; 0 after churn."""
        past = self.steps[self.steps["effective_on"] <= day].drop_duplicates("line", keep="last")
        return past.groupby("customer_id", sort=True)["mrr_yen"].sum()

    def between(self, opening: pd.Timestamp, closing: pd.Timestamp) -> pd.DataFrame:
        """The steps that lead from the MRR on `opening` to the MRR on `closing` (first day after the period)."""
        effective = self.steps["effective_on"]
        return self.steps[(effective > opening) & (effective <= closing)]


def build_ledger(contracts: pd.DataFrame, outcomes: pd.DataFrame) -> Ledger:
    """The ledger of canonical `contracts` (one row per term) and `outcomes`.

    Events of unknown contracts and events dated before their contract's first start are left out and counted as
    `unknown_contract` and `before_start`. `chain_broken` counts events whose `mrr_before_yen` is not the line's MRR at
    that moment: the ledger follows `mrr_after_yen` all the same, so that the sums still close. `yearly_suspected`
    counts those among them that are off by a factor of exactly twelve.

    >>> day = pd.Timestamp
    >>> contracts = pd.DataFrame({"contract_id": ["K1"], "customer_id": ["C1"], "started_on": [day("2025-01-01")],
    ...     "mrr_yen": [1000], "renewal_due_on": [pd.NaT]})
    >>> outcomes = pd.DataFrame({"contract_id": ["K1"], "on": [day("2025-03-10")], "kind": ["upsell"],
    ...     "mrr_before_yen": [1000], "mrr_after_yen": [1500]})
    >>> ledger = build_ledger(contracts, outcomes)
    >>> [int(ledger.customer_mrr(day(on))["C1"]) for on in ("2025-03-10", "2025-03-11")]
    [1000, 1500]
    """
    terms = contracts.sort_values(["customer_id", "started_on", "contract_id"], kind="stable").reset_index(drop=True)
    events = _ordered_events(outcomes)
    started = looked_up(events["contract_id"], terms.groupby("contract_id")["started_on"].min())
    early = events["on"] < started
    uncovered = {"unknown_contract": int(started.isna().sum()), "before_start": int(early.sum())}
    events = events[started.notna() & ~early].reset_index(drop=True)
    terms["line"] = lines_of_terms(terms, events)
    events["line"] = lines_of_events(terms, events)
    events["customer_id"] = looked_up(events["line"], terms.drop_duplicates("line").set_index("line")["customer_id"])
    steps = _steps(terms, events)
    uncovered["chain_broken"] = _broken_chains(steps)
    uncovered["yearly_suspected"] = len(yearly_suspected(steps))
    uncovered["near_renewal_other_line"] = near_renewals(terms, events)
    uncovered["ended_without_event"] = _ended_without_event(terms, events)
    return Ledger(steps, terms, events, terms.groupby("customer_id")["started_on"].min(), uncovered)


def _ordered_events(outcomes: pd.DataFrame) -> pd.DataFrame:
    """By day, then event id (as numbers if all are), then file order."""
    events = outcomes.reset_index(drop=True)
    events["file_order"] = np.arange(len(events))
    ids = events["event_id"] if "event_id" in events else pd.Series(pd.NA, index=events.index, dtype="string")
    numeric = bool(ids.dropna().str.fullmatch(r"\d{1,18}").all())
    events["event_order"] = pd.to_numeric(ids).astype("Int64") if numeric else ids
    ordered = events.sort_values(["on", "event_order", "file_order"], na_position="last", ignore_index=True)
    return ordered.drop(columns=["event_order", "file_order"])


def _steps(terms: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    first_event = events.groupby("line")["on"].min()
    starts = terms.assign(kind=np.where(terms["line"].duplicated(), "repriced", "started"), on=terms["started_on"])
    no_event_yet = ~(looked_up(starts["line"], first_event) < starts["on"])  # NaT compares false: no event at all
    starts = starts[(starts["kind"] == "started") | no_event_yet]
    starts = starts.assign(effective_on=starts["on"], rank=0)
    starts["mrr_before_yen"] = pd.Series(pd.NA, index=starts.index, dtype="Int64")
    changes = events[events["mrr_after_yen"].notna()]
    changes = changes.assign(effective_on=changes["on"] + _DAY, mrr_yen=changes["mrr_after_yen"], rank=1)
    names = ["line", "customer_id", "contract_id", "kind", "on", "effective_on", "mrr_yen", "mrr_before_yen", "rank"]
    steps = pd.concat([starts[names], changes[names]], ignore_index=True)
    steps["mrr_yen"] = steps["mrr_yen"].astype("int64")
    steps = steps.sort_values(["line", "effective_on", "rank"], kind="stable", ignore_index=True)
    before = steps.groupby("line")["mrr_yen"].shift(fill_value=0)
    return steps.assign(delta_yen=steps["mrr_yen"] - before).drop(columns="rank")


def _broken_chains(steps: pd.DataFrame) -> int:
    told = steps["mrr_before_yen"].astype("Int64")
    return int((told.notna() & (told != steps["mrr_yen"] - steps["delta_yen"])).sum())


def yearly_suspected(steps: pd.DataFrame) -> pd.DataFrame:
    """Ledger steps whose event tells an MRR before it of exactly twelve times, or a twelfth of, what the line had."""
    told = steps["mrr_before_yen"].astype("Int64").fillna(0)
    had = steps["mrr_yen"] - steps["delta_yen"]
    return steps[(told > 0) & (had > 0) & ((told == 12 * had) | (12 * told == had))]


def _ended_without_event(terms: pd.DataFrame, events: pd.DataFrame) -> int:
    """Lines whose last term has ended although no event says so. They count as running: only events end MRR."""
    if "ended_on" not in terms:
        return 0
    last = terms.drop_duplicates("line", keep="last")
    settled = events.loc[events["kind"].isin(["renewed", "churned"]), "line"]
    return int((last["ended_on"].notna() & ~last["line"].isin(settled)).sum())
