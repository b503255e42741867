"""The retention figures of many periods and groups at once, as the sums that they are the quotients of.

The same definitions as in `retention` and `customers`; counted from arrays, so that five years of periods cost a night
little, and kept, so that a page has nothing to count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from models.figures.expansion import EXPANSION_KINDS
from models.figures.groups import by_contract
from models.figures.ledger import Ledger
from models.figures.spans import Span

ALL = "all"
SUMS = (
    "n",
    "opening_yen",
    "closing_yen",
    "kept_yen",
    "fall_yen",
    "rise_yen",
    "churned",
    "expanded",
    "expansions",
    "expansion_yen",
)
Ints = np.ndarray[Any, np.dtype[np.int64]]


def span_sums(ledger: Ledger, spans: Sequence[Span], columns: Sequence[str]) -> pd.DataFrame:
    """One row per span, dimension and value, with `SUMS` over the customers of the cohort in that group.

    Dimension `all` (value empty) is every customer; a dimension of `columns` groups them by their last contract begun
    by the opening, the value empty where it does not say. Spans without a cohort have no row.
    """
    customers = pd.Index(ledger.first_start.index)
    flows = _Flows.of(ledger, customers)
    known = [column for column in columns if column in ledger.terms and ledger.terms[column].notna().any()]
    everybody = np.zeros(len(customers), dtype=np.int64), np.array([""], dtype=object)
    labels: list[tuple[str, str, str]] = []
    sums: list[Ints] = [np.empty((0, len(SUMS)), dtype=np.int64)]
    groups: dict[str, tuple[Ints, np.ndarray[Any, Any]]] = {}
    opened: date | None = None
    for span in sorted(spans):
        if span.opening != opened:
            opened = span.opening
            groups = {ALL: everybody} | {name: _grouped(ledger, name, opened, customers) for name in known}
        facts = flows.within(span)
        if facts[:, 0].any():
            for name, (codes, levels) in groups.items():
                summed = _summed(facts, codes, len(levels))
                told = summed[:, 0] > 0
                sums.append(summed[told])
                labels += [(span.name, name, level) for level in levels[told]]
    return pd.concat(
        [
            pd.DataFrame(labels, columns=["span", "dimension", "value"], dtype="str"),
            pd.DataFrame(np.concatenate(sums), columns=list(SUMS)),
        ],
        axis="columns",
    )


def _grouped(ledger: Ledger, column: str, on: date, customers: "pd.Index[Any]") -> tuple[Ints, np.ndarray[Any, Any]]:
    """The group of each customer, as its place among the values, which come sorted."""
    values = by_contract(ledger, column, pd.Timestamp(on)).reindex(customers).astype("string").fillna("")
    codes, levels = pd.factorize(values, sort=True)
    return codes, np.array(levels, dtype=object)


def _summed(facts: Ints, codes: Ints, groups: int) -> Ints:
    """(groups, SUMS): the facts of all customers of each group."""
    sums = np.zeros((groups, len(SUMS)), dtype=np.int64)
    np.add.at(sums, codes, facts)
    return sums


@dataclass(frozen=True, slots=True)
class _Flows:
    """The ledger's steps and expansions in order of time, each with the place of its customer."""

    size: int
    step_on: "np.ndarray[Any, Any]"
    step_of: Ints
    delta: Ints
    event_on: "np.ndarray[Any, Any]"
    event_of: Ints
    added: Ints

    @classmethod
    def of(cls, ledger: Ledger, customers: "pd.Index[Any]") -> "_Flows":
        steps = ledger.steps.sort_values("effective_on", kind="stable")
        events = ledger.events[ledger.events["kind"].isin(EXPANSION_KINDS)].sort_values("on", kind="stable")
        added = (events["mrr_after_yen"] - events["mrr_before_yen"]).fillna(0)
        return cls(
            len(customers),
            steps["effective_on"].to_numpy(),
            customers.get_indexer(pd.Index(steps["customer_id"])),
            steps["delta_yen"].to_numpy(dtype=np.int64),
            events["on"].to_numpy(),
            customers.get_indexer(pd.Index(events["customer_id"])),
            added.to_numpy(dtype=np.int64),
        )

    def within(self, span: Span) -> Ints:
        """(customers, SUMS) of one span; rows of customers outside the cohort are zero."""
        opening, closing = np.datetime64(span.opening), np.datetime64(span.closing)
        first, last = (int(place) for place in np.searchsorted(self.step_on, [opening, closing], side="right"))
        delta, of = self.delta[first:last], self.step_of[first:last]
        at_opening = _totals(self.step_of[:first], self.delta[:first], self.size)
        at_closing = at_opening + _totals(of, delta, self.size)
        begin, end = (int(place) for place in np.searchsorted(self.event_on, [opening, closing], side="left"))
        events = self.event_of[begin:end]
        expansions = _totals(events, np.ones(len(events), dtype=np.int64), self.size)
        cohort = at_opening > 0
        facts = [
            cohort,
            at_opening,
            at_closing,
            np.minimum(at_opening, at_closing),
            _totals(of, -np.minimum(delta, 0), self.size),
            _totals(of, np.maximum(delta, 0), self.size),
            at_closing == 0,
            expansions > 0,
            expansions,
            _totals(events, self.added[begin:end], self.size),
        ]
        return np.where(cohort[:, None], np.stack(facts, axis=1).astype(np.int64), 0)


def _totals(of: Ints, values: Ints, size: int) -> Ints:
    totals = np.zeros(size, dtype=np.int64)
    np.add.at(totals, of, values)
    return totals
