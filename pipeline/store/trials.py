"""The calls that a dictionary is tried on: those of a report, each with the operator of the calls table as it stood."""

from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.store.pages import Pins
from pipeline.store.schema import calls, recordings, taggings, transcripts


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One analysed recording: where to read it again, and whose it is (None where that is unknown)."""

    call_id: str
    operator_id: str | None
    transcript_id: int
    tagging_id: int


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
