"""A vCon holds what the draft requires, invents nothing, and reads back as the same transcript."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from pipeline.errors import BadInput
from pipeline.formats.vcon import RecordingFacts, call_uuid, from_vcon, to_vcon
from pipeline.records import AudioFacts, Transcript, Utterance, Word

JST = timezone(timedelta(hours=9))
CREATED = datetime(2026, 1, 6, 1, 30, tzinfo=JST)
STARTED = datetime(2026, 1, 5, 10, 0, tzinfo=JST)
CALL = Transcript(
    "call-1",
    AudioFacts(12.5, 2, 8000, "pcm_mulaw", "wav", 12.5, 1.0),
    None,
    {},
    (Utterance("operator", "はい。", 0, 1000, 1500, 0.9, ("backchannel",), (Word(1000, 1500, 0, 2),)),),
)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")


def test_required_members_of_the_draft_are_there() -> None:
    vcon = to_vcon(CALL, RecordingFacts(STARTED, "a.wav", "audio/x-wav", b"\x01" * 64), CREATED)
    assert {"uuid", "created_at", "parties"} <= vcon.keys()
    assert vcon["vcon"] == "0.4.0"
    assert RFC3339.fullmatch(vcon["created_at"])
    (dialog,) = vcon["dialog"]
    assert dialog["type"] == "recording"
    assert RFC3339.fullmatch(dialog["start"])
    assert dialog["parties"] == [0, 1]
    assert dialog["duration"] == 12.5
    assert re.fullmatch(r"sha512-[A-Za-z0-9_-]{86}", dialog["content_hash"])
    (analysis,) = vcon["analysis"]
    assert {"type", "vendor"} <= analysis.keys()
    assert analysis["dialog"] == 0
    assert isinstance(analysis["body"], str)


def test_audio_is_never_inside() -> None:
    assert not {"body", "url"} & to_vcon(CALL, RecordingFacts(STARTED, "a.wav"), CREATED)["dialog"][0].keys()


def test_unknown_start_is_not_invented() -> None:
    vcon = to_vcon(CALL, RecordingFacts(None), CREATED)
    assert "dialog" not in vcon
    assert "dialog" not in vcon["analysis"][0]


def test_transcript_comes_back_as_it_was() -> None:
    facts = RecordingFacts(STARTED, "a.wav", "audio/x-wav")
    assert from_vcon(to_vcon(CALL, facts, CREATED)) == (CALL, facts)


def test_uuid_is_version_8_and_the_same_for_the_same_call() -> None:
    assert call_uuid("call-1") == call_uuid("call-1") != call_uuid("call-2")
    assert call_uuid("call-1").version == 8


def test_wtf_transcription_of_another_vendor_is_read() -> None:
    body = {"segments": [{"id": 0, "start": 0.5, "end": 1.25, "text": " はい ", "confidence": 0.7, "speaker": "Agent"}]}
    analysis = {"type": "wtf_transcription", "vendor": "x", "schema": "wtf-1.0", "body": body}
    transcript, facts = from_vcon({"uuid": "u", "created_at": "x", "parties": [], "analysis": [analysis]})
    assert transcript.utterances == (Utterance("operator", "はい", None, 500, 1250, 0.7),)
    assert facts.started_at is None


@pytest.mark.parametrize(
    "document", [{}, {"analysis": "x"}, {"analysis": [{"type": "transcript", "body": "{"}]}, {"dialog": [{}]}]
)
def test_what_is_no_vcon_with_a_transcript_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        from_vcon(document)
