"""Utterances as people heard them: kept beside the transcript, the latest one that stands is shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.records import MaskedRange, Transcript
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.schema import masked_ranges, recordings, text_corrections, transcripts, utterances


@dataclass(frozen=True, slots=True)
class TextCorrection:
    """One utterance put right."""

    correction_id: int
    utterance: int
    text: str
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was heard and what was said, for measuring the recogniser."""

    call_id: str
    utterance: int
    speaker: str
    heard: str
    said: str
    speech_version: str


def keep(
    connection: sa.Connection, transcript_id: int, utterance: int, text: str, actor: str, hidden: Sequence[MaskedRange]
) -> int:
    """Write a correction whose personal data is masked already; `hidden` is silenced in the recording from now on."""
    who = person(actor)
    version = sa.select(transcripts.c.speech_version).where(transcripts.c.transcript_id == transcript_id)
    row = {
        "transcript_id": transcript_id,
        "utterance": utterance,
        "text": text,
        "corrected_by": who,
        "corrected_at": datetime.now(UTC),
        "speech_version": connection.execute(version).scalar_one(),
    }
    key = connection.execute(sa.insert(text_corrections).values(row)).inserted_primary_key
    assert key is not None
    _hide(connection, transcript_id, hidden)
    told: dict[str, audit.Detail] = {"transcript": transcript_id, "utterance": utterance, "masked": len(hidden)}
    audit.record(connection, who, "transcripts.correct", str(key[0]), told)
    return int(key[0])


def withdraw(connection: sa.Connection, correction_id: int, actor: str) -> None:
    """Show what was heard again. Raises `BadInput` for another's correction."""
    who = person(actor)
    own = (text_corrections.c.correction_id == correction_id) & (text_corrections.c.corrected_by == who)
    standing = own & text_corrections.c.withdrawn_at.is_(None)
    if (
        connection.execute(sa.update(text_corrections).where(standing).values(withdrawn_at=datetime.now(UTC))).rowcount
        != 1
    ):
        raise BadInput(Text("取り消せる訂正ではありません。", "This correction is not yours to withdraw."))
    audit.record(connection, who, "transcripts.correct_withdraw", str(correction_id))


def corrections_of(connection: sa.Connection, transcript_id: int) -> dict[int, TextCorrection]:
    """The correction that stands of each corrected utterance."""
    query = _standing().where(text_corrections.c.transcript_id == transcript_id)
    return {row.utterance: _correction(row) for row in connection.execute(query)}


def corrected_utterances(connection: sa.Connection) -> Iterator[Corrected]:
    """Every corrected utterance, in the order of the transcripts."""
    latest = _standing().subquery()
    query = (
        sa.select(*latest.c, recordings.c.call_id, utterances.c.speaker, utterances.c.text.label("heard"))
        .join(transcripts, transcripts.c.transcript_id == latest.c.transcript_id)
        .join(recordings, recordings.c.recording_id == transcripts.c.recording_id)
        .join(
            utterances,
            (utterances.c.transcript_id == latest.c.transcript_id) & (utterances.c.position == latest.c.utterance),
        )
        .order_by(latest.c.transcript_id, latest.c.utterance)
    )
    for row in connection.execute(query):
        yield Corrected(row.call_id, row.utterance, row.speaker, row.heard, row.text, row.speech_version)


def as_said(transcript: Transcript, texts: Mapping[int, str]) -> Transcript:
    """The transcript with these texts of some utterances; what was measured on the text they replace goes with it."""
    utterances = tuple(
        replace(utterance, text=texts[number], words=(), confidence=None) if number in texts else utterance
        for number, utterance in enumerate(transcript.utterances)
    )
    by_word_list = tuple(item for item in transcript.corrections if item.utterance not in texts)
    return replace(transcript, utterances=utterances, corrections=by_word_list)


def _standing() -> sa.Select[Any]:
    same = text_corrections.alias()
    newer = sa.exists().where(
        same.c.transcript_id == text_corrections.c.transcript_id,
        same.c.utterance == text_corrections.c.utterance,
        same.c.correction_id > text_corrections.c.correction_id,
        same.c.withdrawn_at.is_(None),
    )
    return sa.select(text_corrections).where(text_corrections.c.withdrawn_at.is_(None), ~newer)


def _hide(connection: sa.Connection, transcript_id: int, hidden: Sequence[MaskedRange]) -> None:
    last = sa.select(sa.func.coalesce(sa.func.max(masked_ranges.c.position), -1)).where(
        masked_ranges.c.transcript_id == transcript_id
    )
    first = int(connection.execute(last).scalar_one()) + 1
    for position, item in enumerate(hidden, first):
        values = {"kind": item.kind, "utterance": item.utterance, "start_ms": item.start_ms, "end_ms": item.end_ms}
        row = {"transcript_id": transcript_id, "position": position, **values}
        connection.execute(sa.insert(masked_ranges).values(row))


def _correction(row: sa.Row[Any]) -> TextCorrection:
    return TextCorrection(row.correction_id, row.utterance, row.text, row.corrected_by, row.corrected_at)
