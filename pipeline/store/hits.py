"""Where the dictionary's entries were found: in the tagging that a report counted, by entry."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipeline.store.pages import Pins, Within
from pipeline.store.schema import calls, recordings, taggings, tags, transcripts, utterances
from pipeline.store.scores import counted


@dataclass(frozen=True, slots=True)
class HitCount:
    """Hits that count, hits that what was said around them cancelled, and calls with at least one that counts."""

    hits: int
    cancelled: int
    calls: int


@dataclass(frozen=True, slots=True)
class StoredHit:
    """One hit with the utterance it stands in: characters `start` to `end` of `text`."""

    call_id: str
    recording_id: int
    utterance: int
    start_ms: int | None
    text: str
    start: int
    end: int
    match_level: str | None
    cancelled_by: str | None
    is_masked: bool


def count_hits(connection: sa.Connection, pins: Pins) -> dict[str, HitCount]:
    """By entry, over all calls of a report; an entry without any is not there."""
    stands = tags.c.cancelled_by.is_(None)
    query = (
        _hits(pins)
        .with_only_columns(
            tags.c.phrase_id,
            sa.func.count().filter(stands),
            sa.func.count().filter(~stands),
            sa.func.count(recordings.c.call_id.distinct()).filter(stands),
        )
        .group_by(tags.c.phrase_id)
    )
    return {phrase_id: HitCount(*numbers) for phrase_id, *numbers in connection.execute(query)}


def hits_of(
    connection: sa.Connection, pins: Pins, phrase_id: str, within: Within | None = None, limit: int = 20
) -> list[StoredHit]:
    """Some hits of an entry: those that count first, of the calls analysed last first."""
    query = _hits(pins).where(tags.c.phrase_id == phrase_id)
    query = query.join(
        utterances,
        (utterances.c.transcript_id == transcripts.c.transcript_id) & (utterances.c.position == tags.c.utterance),
    )
    if within is not None:
        query = query.where(recordings.c.call_id.in_(_calls_within(pins, within)))
    is_cancelled = tags.c.cancelled_by.is_not(None)
    query = query.order_by(is_cancelled, tags.c.tagging_id.desc(), tags.c.position).limit(limit)
    return [_hit(row) for row in connection.execute(query)]


def _hits(pins: Pins) -> sa.Select[Any]:
    return (
        sa.select(
            recordings.c.call_id,
            recordings.c.recording_id,
            transcripts.c.options,
            tags,
            utterances.c.text,
            utterances.c.start_ms,
        )
        .select_from(tags)
        .join(taggings, taggings.c.tagging_id == tags.c.tagging_id)
        .join(transcripts, transcripts.c.transcript_id == taggings.c.transcript_id)
        .join(recordings, recordings.c.recording_id == transcripts.c.recording_id)
        .where(
            tags.c.source == "phrase",
            transcripts.c.speech_version == pins.speech,
            taggings.c.tagging_version == pins.tagging.version,
            counted(pins.run_id),
        )
    )


def _calls_within(pins: Pins, within: Within) -> sa.Select[tuple[str]]:
    load = pins.loads.get("calls", 0)
    return sa.select(calls.c.call_id).where(
        calls.c.from_load <= load,
        calls.c.until_load.is_(None) | (calls.c.until_load > load),
        calls.c.operator_id.in_(within.operators) | calls.c.team.in_(within.teams),
    )


def _hit(row: sa.Row[Any]) -> StoredHit:
    return StoredHit(
        row.call_id, row.recording_id, row.utterance, row.start_ms, row.text, row.start, row.end,
        row.match_level, row.cancelled_by, bool(row.options.get("mask")),
    )  # fmt: skip
