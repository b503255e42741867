"""Transcripts as they were made, and what tagging found in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from pipeline.formats.interchange import acoustics_from_json
from pipeline.records import AudioFacts, Correction, MaskedRange, ModelInfo, Moment, Tag, Transcript, Utterance, Word
from pipeline.store.schema import (
    masked_ranges,
    moments,
    recordings,
    taggings,
    tags,
    transcripts,
    utterances,
)


@dataclass(frozen=True, slots=True)
class Tagging:
    """The versions that turned a transcript into tags and moments."""

    dictionary_version: str
    rules_version: str

    @property
    def version(self) -> str:
        """Both as one word."""
        return f"{self.dictionary_version}+{self.rules_version}"


class Unstorable(Exception):
    """A transcript holds a value that the database cannot hold; the transaction is to be given up."""


def save_transcript(connection: sa.Connection, recording_id: int, speech_version: str, transcript: Transcript) -> int:
    """Write one transcript whole; its id. Raises `Unstorable`."""
    try:
        return _save(connection, recording_id, speech_version, transcript)
    except (OverflowError, sa.exc.DataError) as error:
        raise Unstorable(type(error).__name__) from error
    except sa.exc.StatementError as error:
        if isinstance(error.orig, ValueError):  # a number that JSON does not have
            raise Unstorable(type(error.orig).__name__) from error
        raise


def _save(connection: sa.Connection, recording_id: int, speech_version: str, transcript: Transcript) -> int:
    assert transcript.audio is not None and transcript.model is not None
    row = {
        "recording_id": recording_id,
        "speech_version": speech_version,
        "audio": asdict(transcript.audio),
        "model": asdict(transcript.model),
        "options": transcript.options,
        "duration_s": transcript.audio.duration_s,
        "corrections": [[c.utterance, c.start, c.end, c.heard] for c in transcript.corrections] or None,
        "acoustics": asdict(transcript.acoustics) if transcript.acoustics else None,
    }
    key = connection.execute(sa.insert(transcripts).values(row)).inserted_primary_key
    assert key is not None
    transcript_id = int(key[0])
    if transcript.utterances:
        rows = [_utterance_row(transcript_id, index, item) for index, item in enumerate(transcript.utterances)]
        connection.execute(sa.insert(utterances), rows)
    if transcript.masked:
        ranges = [
            {"transcript_id": transcript_id, "position": index, **asdict(item)}
            for index, item in enumerate(transcript.masked)
        ]
        connection.execute(sa.insert(masked_ranges), ranges)
    return transcript_id


def read_of(connection: sa.Connection, recording_id: int, speech_version: str) -> tuple[int, Transcript]:
    """The transcript of a recording by a speech version, and its id."""
    query = (
        sa.select(transcripts.c.transcript_id, recordings.c.call_id)
        .join(recordings, recordings.c.recording_id == transcripts.c.recording_id)
        .where(transcripts.c.recording_id == recording_id, transcripts.c.speech_version == speech_version)
    )
    row = connection.execute(query).one()
    return row.transcript_id, read_transcript(connection, row.transcript_id, row.call_id)


def read_transcript(connection: sa.Connection, transcript_id: int, call_id: str) -> Transcript:
    """One transcript with its utterances."""
    head = connection.execute(sa.select(transcripts).where(transcripts.c.transcript_id == transcript_id)).one()
    said = sa.select(utterances).where(utterances.c.transcript_id == transcript_id).order_by(utterances.c.position)
    hidden = sa.select(masked_ranges).where(masked_ranges.c.transcript_id == transcript_id)
    audio = {**head.audio, "notes": tuple(head.audio["notes"])}
    return Transcript(
        call_id=call_id,
        audio=AudioFacts(**audio),
        model=ModelInfo(**head.model),
        options=head.options,
        utterances=tuple(_utterance(row) for row in connection.execute(said)),
        masked=tuple(
            MaskedRange(row.kind, row.utterance, row.start_ms, row.end_ms)
            for row in connection.execute(hidden.order_by(masked_ranges.c.position))
        ),
        corrections=tuple(Correction(*item) for item in head.corrections or ()),
        acoustics=acoustics_from_json(head.acoustics),
    )


def save_tagging(
    connection: sa.Connection,
    transcript_id: int,
    tagging: Tagging,
    found: Sequence[Tag],
    decided: Sequence[Moment],
) -> int:
    """Write what one tagging found in one transcript, whole; its id."""
    row = {
        "transcript_id": transcript_id,
        "tagging_version": tagging.version,
        "dictionary_version": tagging.dictionary_version,
        "rules_version": tagging.rules_version,
    }
    key = connection.execute(sa.insert(taggings).values(row)).inserted_primary_key
    assert key is not None
    tagging_id = int(key[0])
    if found:
        rows = [{"tagging_id": tagging_id, "position": index, **asdict(tag)} for index, tag in enumerate(found)]
        connection.execute(sa.insert(tags), rows)
    if decided:
        connection.execute(
            sa.insert(moments), [_moment_row(tagging_id, index, moment) for index, moment in enumerate(decided)]
        )
    return tagging_id


def read_tags(connection: sa.Connection, tagging_id: int) -> tuple[Tag, ...]:
    """The evidence of one tagging, in the order it was found."""
    query = sa.select(tags).where(tags.c.tagging_id == tagging_id).order_by(tags.c.position)
    return tuple(
        Tag(
            utterance=row.utterance,
            start=row.start,
            end=row.end,
            label=row.label,
            source=row.source,
            phrase_id=row.phrase_id,
            match_level=row.match_level,
            confidence=row.confidence,
            cancelled_by=row.cancelled_by,
        )
        for row in connection.execute(query)
    )


def read_moments(connection: sa.Connection, tagging_id: int) -> tuple[Moment, ...]:
    """The decisions of one tagging, in the order of the call."""
    query = sa.select(moments).where(moments.c.tagging_id == tagging_id).order_by(moments.c.position)
    return tuple(
        Moment(
            label=row.label,
            utterances=tuple(range(row.first_utterance, row.last_utterance + 1)),
            confidence=row.confidence,
            reasons=tuple(row.reasons),
            reaction=row.reaction,
        )
        for row in connection.execute(query)
    )


def _utterance_row(transcript_id: int, position: int, item: Utterance) -> dict[str, object]:
    return {
        "transcript_id": transcript_id,
        "position": position,
        "speaker": item.speaker,
        "channel": item.channel,
        "start_ms": item.start_ms,
        "end_ms": item.end_ms,
        "text": item.text,
        "confidence": item.confidence,
        "flags": list(item.flags),
        "words": [[word.start_ms, word.end_ms, word.start, word.end] for word in item.words],
    }


def _utterance(row: sa.Row[tuple[object, ...]]) -> Utterance:
    return Utterance(
        speaker=row.speaker,
        text=row.text,
        channel=row.channel,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        confidence=row.confidence,
        flags=tuple(row.flags),
        words=tuple(Word(*word) for word in row.words),
    )


def _moment_row(tagging_id: int, position: int, moment: Moment) -> dict[str, object]:
    return {
        "tagging_id": tagging_id,
        "position": position,
        "label": moment.label,
        "first_utterance": moment.utterances[0],
        "last_utterance": moment.utterances[-1],
        "confidence": moment.confidence,
        "reasons": list(moment.reasons),
        "reaction": moment.reaction,
    }
