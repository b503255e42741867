"""The calls that a dictionary is tried on: those of a report, each with the operator of the calls table as it stood,
and the contract terms that they were joined to.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.store.pages import Pins
from pipeline.store.schema import call_contracts, calls, contracts, recordings, taggings, transcripts
from pipeline.store.shown import joined_in

Term = tuple[str, str]  # contract id and first day


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One analysed recording: where to read it again, and whose it is (None where that is unknown)."""

    call_id: str
    operator_id: str | None
    transcript_id: int
    tagging_id: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The term that each call of the last report was joined to, and the MRR in yen at the start of each."""

    of_call: Mapping[str, Term]
    mrr_yen: Mapping[Term, int]


def joined_terms(connection: sa.Connection, pins: Pins) -> Terms:
    """Of calls that were joined to exactly one term, as the contracts stood for that report."""
    load = pins.loads.get("contracts", 0)
    held = (contracts.c.from_load <= load) & (contracts.c.until_load.is_(None) | (contracts.c.until_load > load))
    same = (contracts.c.contract_id == call_contracts.c.joined_contract_id) & (
        contracts.c.started_on == call_contracts.c.term_started_on
    )
    query = (
        sa.select(call_contracts.c.call_id, contracts.c.contract_id, contracts.c.started_on, contracts.c.mrr_yen)
        .join_from(call_contracts, contracts, same & held)
        .where(call_contracts.c.run_id == joined_in(), call_contracts.c.join_status == "matched")
    )
    of_call: dict[str, Term] = {}
    mrr_yen: dict[Term, int] = {}
    for call_id, contract_id, started_on, mrr in connection.execute(query):
        of_call[call_id] = term = (contract_id, str(started_on))
        mrr_yen[term] = round(mrr)
    return Terms(of_call, mrr_yen)


def stored_calls(connection: sa.Connection, pins: Pins) -> list[StoredCall]:
    """Every analysed recording of the report that pinned these versions, by call id."""
    load = pins.loads.get("calls", 0)
    held = (calls.c.from_load <= load) & (calls.c.until_load.is_(None) | (calls.c.until_load > load))
    query = (
        sa.select(recordings.c.call_id, calls.c.operator_id, transcripts.c.transcript_id, taggings.c.tagging_id)
        .select_from(recordings)
        .join(transcripts, transcripts.c.recording_id == recordings.c.recording_id)
        .join(taggings, taggings.c.transcript_id == transcripts.c.transcript_id)
        .outerjoin(calls, (calls.c.call_id == recordings.c.call_id) & held)
        .where(transcripts.c.speech_version == pins.speech, taggings.c.tagging_version == pins.tagging.version)
        .order_by(recordings.c.call_id, transcripts.c.transcript_id)
    )
    return [StoredCall(*row) for row in connection.execute(query)]
