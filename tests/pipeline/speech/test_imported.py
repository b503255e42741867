"""A transcript made elsewhere is masked, put right and measured before anything is written."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from phrases.entry import Word
from pipeline.audio.notes import NOTES
from pipeline.errors import ItemError, Reason
from pipeline.records import Acoustics, AudioFacts
from pipeline.settings import PrivacySettings, Settings, SpeechSettings
from pipeline.speech.imported import imported_transcript
from pipeline.speech.reader import Reader

VTT = """WEBVTT

00:00.000 --> 00:02.000
<v オペレーター>カード番号をお願いします。

00:03.000 --> 00:09.000
<v お客様>4242 4242 4242 4242、守るかの契約です。
"""
CLAIMS_MASKED = """{"call_id": "c-1", "options": {"recipe": 1, "mask": true},
 "utterances": [{"speaker": "customer", "text": "電話は090-1234-5678です。"}]}"""


def test_imported_transcript_is_masked_corrected_and_measured(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(VTT, encoding="utf-8")
    reader = Reader([Word("マモルカ", (), ("守るか",))])
    found = imported_transcript(tmp_path / "a.vtt", call_id="c-1", settings=Settings(), reader=reader)
    assert found.call_id == "c-1"
    assert [u.text for u in found.utterances][1].endswith("、マモルカの契約です。")
    assert "4242" not in repr(found)
    assert [m.kind for m in found.masked] == ["card"]
    assert found.audio is not None and found.model is not None and found.acoustics is not None
    assert (found.audio.duration_s, found.audio.notes) == (9.0, ("imported",))
    assert (found.model.name, found.model.version) == ("imported", "vtt")
    assert found.acoustics.response_delay_ms is None
    assert set(found.audio.notes) <= NOTES.keys()


@pytest.mark.parametrize("mask", [True, False])
def test_imported_transcript_counts_as_masked_where_it_was_masked_here(tmp_path: Path, mask: bool) -> None:
    """Else nobody who may only read masked words saw it, or everybody a transcript that only calls itself masked."""
    (tmp_path / "a.json").write_text(CLAIMS_MASKED, encoding="utf-8")
    settings = Settings(privacy=PrivacySettings(mask=mask))
    found = imported_transcript(tmp_path / "a.json", call_id="c-1", settings=settings, reader=Reader())
    assert found.options == {"imported": "json", "mask": mask}
    assert ("1234" in repr(found.utterances)) is not mask


def test_nothing_that_a_file_says_beside_its_utterances_reaches_the_store(tmp_path: Path) -> None:
    """A card number is masked in what was said; it may as well stand in the words before a correction, or anywhere."""
    card = "4242424242424242"
    said = {
        "speaker": "customer",
        "text": f"{card}です。",
        "start_ms": 0,
        "end_ms": 3000,
        "flags": [card, "backchannel"],
    }
    document = {
        "call_id": card,
        "options": {"prompt": card, "number": int(card)},
        "audio": asdict(AudioFacts(60.0, 1, 8000, card, card, None, None, notes=(card,))),
        "model": {"name": card, "version": card, "sha256": card},
        "utterances": [said, {"speaker": "customer", "text": "はい。"}],
        "corrections": [{"utterance": 1, "start": 0, "end": 2, "heard": card}],
        "masked": [{"kind": card, "utterance": 1, "start_ms": None, "end_ms": None}],
        "acoustics": asdict(Acoustics(9, 9, 9, 0.5, (), (), 1, 1.0, 1.0, miitel_formula=card)),
        card: card,
    }
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    found = imported_transcript(tmp_path / "a.json", call_id="c-1", settings=Settings(), reader=Reader())
    assert "4242" not in repr(found)
    assert found.audio is not None and found.audio.duration_s == 60.0
    assert [u.flags for u in found.utterances] == [("backchannel",), ()]


@pytest.mark.parametrize(
    "said",
    [
        [{"text": "はい。", "start_ms": 0, "end_ms": 3_600_001}],
        [{"text": "あ" * 9_001}] * 8,
        [{"text": ""}] * 3_601,
    ],
    ids=["it ends after the longest call", "nobody says so much in that time", "nor so often"],
)
def test_more_than_can_be_said_in_the_longest_call_is_refused(tmp_path: Path, said: list[dict[str, object]]) -> None:
    """All of a call is looked through at once, by the one process of a night that finds its moments."""
    (tmp_path / "a.json").write_text(json.dumps({"call_id": "c", "utterances": said}), encoding="utf-8")
    hour = Settings(speech=SpeechSettings(max_hours=1))
    with pytest.raises(ItemError) as caught:
        imported_transcript(tmp_path / "a.json", call_id="c", settings=hour, reader=Reader())
    assert caught.value.reason is Reason.TOO_LONG
    hours = Settings(speech=SpeechSettings(max_hours=2))
    assert imported_transcript(tmp_path / "a.json", call_id="c", settings=hours, reader=Reader()).call_id == "c"


@pytest.mark.parametrize("name", ["a.vtt", "a.json"])
def test_file_that_the_system_does_not_give_is_tried_again(tmp_path: Path, name: str) -> None:
    with pytest.raises(ItemError) as caught:
        imported_transcript(tmp_path / name, call_id="c", settings=Settings(), reader=Reader())
    assert (caught.value.reason, caught.value.retryable) == (Reason.IO_ERROR, True)


def test_file_that_is_no_transcript_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text("議事録", encoding="utf-8")
    with pytest.raises(ItemError) as caught:
        imported_transcript(tmp_path / "a.vtt", call_id="c", settings=Settings(), reader=Reader())
    assert caught.value.reason is Reason.NOT_TRANSCRIPT
