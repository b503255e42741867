"""Conversations counted by month, operator, team and group: sums from which a page makes any period's figures."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.figures.book import CONTRACT_GROUPS
from models.figures.span_sums import ALL
from models.scoring import CATEGORIES, REACTIONS, Tally
from pipeline.records import CUSTOMER_LABELS
from pipeline.reports.build import Material
from pipeline.store.call_facts import CallFacts
from pipeline.store.schema.kept import CELL_COUNTS

DIMENSIONS = ("reason", *CONTRACT_GROUPS)
_KEYS = ["month", "operator_id", "team"]
_SPOKEN = ("operator_talk_ms", "customer_talk_ms", "duration_ms", "silence_ms", "silences")


def conversation_cells(material: Material, facts: Mapping[int, CallFacts]) -> pd.DataFrame:
    """One row per dimension, value, month, operator and team, with `CELL_COUNTS`. Calls without a time have no month.

    `facts`: by transcript id. The groups of a call are those of the contract term that it was joined to.
    """
    known = _keyed(material.join.calls, material.contracts)
    known = known.assign(known=1, matched=(material.join.calls["join_status"] == "matched").to_numpy(dtype=np.int64))
    counted = [
        _counts(tally, facts.get(key)) for tally, key in zip(material.tallies, material.transcript_ids, strict=True)
    ]
    analysed = pd.concat(
        [_keyed(material.analysed, material.contracts), pd.DataFrame(counted, columns=list(CELL_COUNTS[2:]))], axis=1
    )
    both = pd.concat([known, analysed], ignore_index=True).dropna(subset=["month"])
    both[list(CELL_COUNTS)] = both[list(CELL_COUNTS)].fillna(0).astype("int64")
    told = [name for name in DIMENSIONS if (both[name] != "").any()]
    parts = [_summed(both.assign(all=""), name) for name in (ALL, *told)]
    return pd.concat(parts, ignore_index=True)


def _summed(calls: pd.DataFrame, dimension: str) -> pd.DataFrame:
    sums = calls.groupby([*_KEYS, dimension])[list(CELL_COUNTS)].sum().reset_index()
    return sums.rename(columns={dimension: "value"}).assign(dimension=dimension)


def _keyed(calls: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """month (None where the time is unknown), operator, team and every dimension; what is unknown is empty text."""
    day = calls["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None)
    keys = ["joined_contract_id", "term_started_on"]
    own = [name for name in CONTRACT_GROUPS if name in contracts]
    terms = contracts[["contract_id", "started_on", *own]].set_axis([*keys, *own], axis="columns").drop_duplicates(keys)
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
    measured = facts is not None and facts.duration_ms is not None
    return (
        tally.calls,
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
    )
