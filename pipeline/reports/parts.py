"""The calls of a night's report, some at a time: a report holds sums, and never all calls at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from models.scoring import Tally
from pipeline.outcomes.join import Joiner
from pipeline.store import call_facts, scores, tables
from pipeline.store.call_batches import call_batches
from pipeline.store.call_facts import CallFacts
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins

SIZE = 2_000  # calls: some 10 MB


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the calls, each of them whole, by call id.

    `known`: every call known, by its row in the calls table or by its recording alone, with what it was joined to.
    `analysed`: the rows of those whose recordings were analysed, one for each recording; `tallies[i]` and `facts[i]`
    (None where nothing was counted yet) belong to row i.
    """

    known: pd.DataFrame
    analysed: pd.DataFrame
    tallies: Sequence[Tally]
    facts: Sequence[CallFacts | None]


def each_part(connection: Connection, pins: Pins, joiner: Joiner) -> Iterator[Part]:
    """Every call that these pins know."""
    for some in call_batches(connection, SIZE):
        calls = tables.read_table(connection, "calls", pins.loads.get("calls"), some)
        counted = scores.each_tally(connection, pins.speech, pins.tagging, pins.formula, pins.run_id, some)
        tallied = list(counted)
        analysed = [call.call_id for call, _ in tallied]
        known = joiner.join(with_unlisted(calls, analysed))
        facts = call_facts.read_facts(connection, (call.transcript_id for call, _ in tallied))
        yield Part(
            known,
            known.set_index("call_id").loc[analysed].reset_index(),
            [tally for _, tally in tallied],
            [facts.get(call.transcript_id) for call, _ in tallied],
        )


def with_unlisted(calls: pd.DataFrame, analysed: Sequence[str]) -> pd.DataFrame:
    """The calls table, and a row that holds nothing but its id for every analysed call that has none."""
    listed = set(calls["call_id"])
    unlisted = pd.DataFrame({"call_id": sorted(set(analysed) - listed)}, dtype="string")
    return pd.concat([calls, unlisted.reindex(columns=calls.columns).astype(calls.dtypes.to_dict())], ignore_index=True)
