"""Moments worth hearing: one operator's that the customer took up, with the second at which they begin."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from models.scoring import CATEGORIES
from pipeline.store.call_filter import CallFilter, of_analysed, of_filter
from pipeline.store.pages import Pins
from pipeline.store.schema import calls, moments, recordings, taggings, transcripts, utterances

READ = 60
GLAD = ("accepted", "welcomed")


@dataclass(frozen=True, slots=True)
class Clip:
    """A moment of a call. `index`: of its first utterance, whose words these are."""

    call_id: str
    recording_id: int
    started_at: datetime | None
    label: str
    reaction: str
    confidence: float
    index: int
    start_ms: int | None
    text: str


def best_clips(connection: sa.Connection, pins: Pins, wanted: CallFilter, each: int = 2) -> list[Clip]:
    """Of each moment the surest ones, those that were accepted first; `wanted` names the operator and the period.

    Only the operator's three moments have a reaction.
    """
    first = utterances.c.position == moments.c.first_utterance
    query = of_analysed(
        sa.select(
            recordings.c.call_id,
            recordings.c.recording_id,
            calls.c.started_at,
            moments.c.label,
            moments.c.reaction,
            moments.c.confidence,
            moments.c.first_utterance,
            utterances.c.start_ms,
            utterances.c.text,
        ),
        pins,
    )
    query = (
        of_filter(query, pins, wanted)
        .join(moments, moments.c.tagging_id == taggings.c.tagging_id)
        .join(utterances, (utterances.c.transcript_id == transcripts.c.transcript_id) & first)
        .where(moments.c.reaction.in_(GLAD))  # by label, SQLite would read every moment there is
        .order_by(moments.c.reaction, moments.c.confidence.desc(), taggings.c.tagging_id.desc())
        .limit(READ)
    )
    found: dict[str, list[Clip]] = {label: [] for label in CATEGORIES}
    for row in connection.execute(query):
        if len(found[row.label]) < each:
            found[row.label].append(Clip(*row))
    return [clip for clips in found.values() for clip in clips]
