"""Conversations counted by month, operator, team and group: sums from which a page makes any period's figures."""

import numpy as np
import pandas as pd

from models.figures.book import CONTRACT_GROUPS
from models.figures.span_sums import ALL
from models.scoring import CATEGORIES, REACTIONS, Tally
from pipeline.records import CUSTOMER_LABELS
from pipeline.reports.parts import Part
from pipeline.store.call_facts import CallFacts
from pipeline.store.schema.kept import CELL_COUNTS

DIMENSIONS = ("reason", *CONTRACT_GROUPS)
_KEYS = ["month", "operator_id", "team"]
_SPOKEN = ("operator_talk_ms", "customer_talk_ms", "duration_ms", "silence_ms", "silences")


class ConversationCells:
    """The cells, added up part by part. The groups of a call are those of the contract term that it was joined to."""

    def __init__(self, contracts: pd.DataFrame) -> None:
        keys = ["joined_contract_id", "term_started_on"]
        own = [name for name in CONTRACT_GROUPS if name in contracts]
        terms = contracts[["contract_id", "started_on", *own]].set_axis([*keys, *own], axis="columns")
        self._terms = terms.drop_duplicates(keys)
        typed = {"month": "datetime64[s]", "operator_id": "string", "team": "string", ALL: "string"}
        none = pd.DataFrame(columns=[*typed, *CELL_COUNTS]).astype(typed | dict.fromkeys(CELL_COUNTS, "int64"))
        self._sums = {ALL: none}

    def take(self, part: Part) -> None:
        """Count the calls of a part, too. Calls without a time have no month."""
        known = _keyed(part.known, self._terms)
        known = known.assign(known=1, matched=(part.known["join_status"] == "matched").to_numpy(dtype=np.int64))
        counted = [_counts(tally, facts) for tally, facts in zip(part.tallies, part.facts, strict=True)]
        analysed = pd.concat(
            [_keyed(part.analysed, self._terms), pd.DataFrame(counted, columns=list(CELL_COUNTS[2:]))], axis=1
        )
        both = pd.concat([known, analysed], ignore_index=True).dropna(subset=["month"])
        both = both.assign(**{ALL: ""})
        both[list(CELL_COUNTS)] = both[list(CELL_COUNTS)].fillna(0).astype("int64")
        before = self._sums[ALL].rename
        for name in (ALL, *DIMENSIONS):
            if name in self._sums or (both[name] != "").any():
                so_far = self._sums[name] if name in self._sums else before(columns={ALL: name})  # nobody had one
                self._sums[name] = _added(so_far, _summed(both, [*_KEYS, name]), [*_KEYS, name])

    def frame(self) -> pd.DataFrame:
        """One row per dimension, value, month, operator and team, with `CELL_COUNTS`."""
        parts = [
            self._sums[name].rename(columns={name: "value"}).assign(dimension=name)
            for name in (ALL, *DIMENSIONS)
            if name in self._sums
        ]
        return pd.concat(parts, ignore_index=True)


def _added(before: pd.DataFrame, sums: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return sums if before.empty else _summed(pd.concat([before, sums]), keys)


def _summed(calls: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return calls.groupby(keys)[list(CELL_COUNTS)].sum().reset_index()


def _keyed(calls: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """month (None where the time is unknown), operator, team and every dimension; what is unknown is empty text."""
    day = calls["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None)
    keys = ["joined_contract_id", "term_started_on"]
    groups = calls[keys].merge(terms, on=keys, how="left").reindex(columns=list(CONTRACT_GROUPS))
    named = {name: calls[name].to_numpy() for name in ("operator_id", "team", "reason")}
    frame = (
        pd.DataFrame(named | {name: groups[name].to_numpy() for name in CONTRACT_GROUPS}).astype("string").fillna("")
    )
    months = day.dt.to_period("M").dt.start_time.to_numpy()
    return frame.assign(month=pd.Series(months, dtype="datetime64[s]"))


def _counts(tally: Tally, facts: CallFacts | None) -> tuple[int, ...]:
    """Of one recording, in the order of `CELL_COUNTS` after the first two."""
    spoken = facts.utterances if facts else 0
    numbers = [tally.number(category) for category in CATEGORIES]
    each = [*numbers, sum(numbers)]
    untimed = {} if tally.operator_speech_ms else tally.moments
    measured = facts is not None and facts.duration_ms is not None
    return (
        tally.calls,
        int(spoken > 0),
        tally.operator_speech_ms,
        spoken,
        spoken * spoken,
        tally.success_phrases,
        int(measured),
        *((getattr(facts, name) or 0) if measured else 0 for name in _SPOKEN),
        *(tally.moments.get(category, {}).get(reaction, 0) for category in CATEGORIES for reaction in REACTIONS),
        *(int(number > 0) for number in numbers),
        *(number * number for number in each),
        *(number * spoken for number in each),
        *(tally.signals.get(label, 0) for label in CUSTOMER_LABELS),
        *(untimed.get(category, {}).get(reaction, 0) for category in CATEGORIES for reaction in REACTIONS),
    )
