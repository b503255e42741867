"""vCon (draft-ietf-vcon-vcon-core-03, unsigned form): one call as a document other contact-centre tools read.

The audio itself is never put in: the file's name and SHA-512 point to it.
"""

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.errors import BadInput
from pipeline.formats.interchange import read_json, transcript_from_json, transcript_to_json
from pipeline.formats.shapes import BrokenTranscript, WrongValue, consistent, shaped
from pipeline.language import Text
from pipeline.records import Speaker, Transcript

VENDOR = "kouken"
SCHEMA = "kouken-transcript-1"
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
PARTIES: tuple[Speaker, ...] = ("operator", "customer")
ROLES: dict[str, Speaker] = {"operator": "operator", "agent": "operator", "customer": "customer"}


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """The recording a vCon points to. `started_at` has a zone; None where it is not known."""

    started_at: datetime | None
    filename: str | None = None
    mediatype: str | None = None
    sha512: bytes | None = None


def to_vcon(transcript: Transcript, recording: RecordingFacts, created_at: datetime) -> dict[str, Any]:
    """The vCon of one call. Without a known start it has no dialog: the draft requires one, and we invent none."""
    document: dict[str, Any] = {
        "vcon": "0.4.0",
        "uuid": str(call_uuid(transcript.call_id)),
        "created_at": created_at.isoformat(),
        "subject": transcript.call_id,
        "parties": [{"name": who} for who in PARTIES],
        "analysis": [_analysis(transcript, recording.started_at is not None)],
    }
    if recording.started_at is not None:
        document["dialog"] = [_dialog(transcript, recording, recording.started_at)]
    return document


def _analysis(transcript: Transcript, has_dialog: bool) -> dict[str, Any]:
    analysis: dict[str, Any] = {
        "type": "transcript",
        "vendor": VENDOR,
        "schema": SCHEMA,
        "mediatype": "application/json",
        "encoding": "json",
        "body": json.dumps(transcript_to_json(transcript), ensure_ascii=False),
    }
    return analysis | ({"dialog": 0} if has_dialog else {})


def _dialog(transcript: Transcript, recording: RecordingFacts, started_at: datetime) -> dict[str, Any]:
    dialog: dict[str, Any] = {"type": "recording", "start": started_at.isoformat(), "parties": [0, 1]}
    if transcript.audio is not None:
        dialog["duration"] = transcript.audio.duration_s
    if recording.filename:
        dialog["filename"] = recording.filename
    if recording.mediatype:
        dialog["mediatype"] = recording.mediatype
    if recording.sha512:
        dialog["content_hash"] = f"sha512-{_base64url(recording.sha512)}"
    return dialog


def from_vcon(document: dict[str, Any]) -> tuple[Transcript, RecordingFacts]:
    """The transcript and the recording's facts of a vCon: ours, or any with a WTF transcription.

    Raises `BadInput` where there is no transcript or the document is none, `BrokenTranscript` where one is there and
    cannot be read.
    """
    analysis = _transcription(document)
    try:
        return _transcript(document, analysis), _facts(document.get("dialog") or [])
    except WrongValue as error:
        why = Text(f"{error.place}: {error.why.ja}", f"{error.place} {error.why.en}")
        raise BrokenTranscript(_unreadable(why), place=error.place) from None
    except UNREADABLE as error:
        raise BrokenTranscript(_unreadable(_kind(error))) from None


def _transcription(document: dict[str, Any]) -> dict[str, Any]:
    try:
        for analysis in document.get("analysis") or []:
            if analysis.get("type") in ("transcript", "wtf_transcription", "wtf-transcription"):
                return dict(analysis)
    except UNREADABLE as error:
        raise BadInput(_unreadable(_kind(error))) from None
    raise BadInput(Text("この vCon に書き起こしはありません。", "This vCon holds no transcript."))


def _unreadable(why: Text) -> Text:
    return Text(f"vCon として読めません({why.ja})", f"This is no vCon ({why.en})")


def _kind(error: Exception) -> Text:
    return Text(type(error).__name__, type(error).__name__)


def _facts(dialogs: list[dict[str, Any]]) -> RecordingFacts:
    recording = next((dialog for dialog in dialogs if dialog["type"] == "recording"), None)
    if recording is None:
        return RecordingFacts(None)
    return RecordingFacts(
        started_at=datetime.fromisoformat(recording["start"]),
        filename=recording.get("filename"),
        mediatype=recording.get("mediatype"),
    )


def _transcript(document: dict[str, Any], analysis: dict[str, Any]) -> Transcript:
    body = analysis["body"]
    content = read_json(body) if isinstance(body, str) else body
    if analysis.get("schema") == SCHEMA:
        return transcript_from_json(content)
    values = {
        "call_id": str(document.get("subject") or document["uuid"]),
        "audio": None,
        "model": None,
        "options": {"imported": analysis.get("vendor", "")},
        "utterances": [_from_wtf(segment) for segment in content["segments"]],
    }
    return consistent(shaped(Transcript, values))


def _from_wtf(segment: dict[str, Any]) -> dict[str, Any]:
    return {
        "speaker": ROLES.get(str(segment.get("speaker", "")).lower(), "unknown"),
        "text": str(segment["text"]).strip(),
        "start_ms": round(float(segment["start"]) * 1000),
        "end_ms": round(float(segment["end"]) * 1000),
        "confidence": segment.get("confidence"),
    }


def call_uuid(call_id: str) -> uuid.UUID:
    """A version 8 UUID (RFC 9562) made of the call id: exporting twice names the same vCon."""
    digest = bytearray(hashlib.sha256(f"{VENDOR}:{call_id}".encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return uuid.UUID(bytes=bytes(digest))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
