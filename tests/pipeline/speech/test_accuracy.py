"""`kouken evaluate asr` reads truth files and transcripts, by channel, and names what it cannot read."""

import json
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.formats.interchange import transcript_to_json, write_document
from pipeline.records import Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.accuracy import as_json, evaluate


def write_truth(folder: Path, call_id: str, *sentences: tuple[str, str], operator_channel: int = 0) -> None:
    document = {
        "call_id": call_id,
        "duration": 10.0,
        "operator_channel": operator_channel,
        "sentences": [{"turn": 0, "speaker": who, "start": 0, "end": 1, "text": text} for who, text in sentences],
    }
    (folder / f"{call_id}.truth.json").write_text(json.dumps(document), encoding="utf-8")


def write_transcript(folder: Path, call_id: str, *utterances: Utterance) -> None:
    write_document(transcript_to_json(Transcript(call_id, None, None, {}, utterances)), folder / f"{call_id}.json")


def test_error_rates_are_by_channel_whatever_the_speaker_was_called(tmp_path: Path) -> None:
    write_truth(tmp_path, "a", ("operator", "解約です"), ("customer", "はい"), operator_channel=1)
    write_transcript(
        tmp_path, "a", Utterance("operator", "はい", channel=0), Utterance("customer", "契約です。", channel=1)
    )
    document = as_json(evaluate(tmp_path, tmp_path, Settings(), lambda call_id: None))
    assert document["operator"]["cer"] == 0.25
    assert document["customer"]["cer"] == 0
    assert document["per_call"] == [{"call_id": "a", "operator": 0.25, "customer": 0.0}]
    assert document["operator"].keys() == {"cer", "ci_low", "ci_high", "reading_cer"}


def test_reading_is_blind_to_spelling(tmp_path: Path) -> None:
    write_truth(tmp_path, "a", ("operator", "お申し込みですね"), ("customer", "はい"))
    write_transcript(tmp_path, "a", Utterance("operator", "お申込みですね"), Utterance("customer", "はい"))
    document = as_json(evaluate(tmp_path, tmp_path, Settings(), lambda call_id: None))
    assert document["operator"]["cer"] > 0
    assert document["operator"]["reading_cer"] == 0


def test_folder_without_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=str(tmp_path)):
        evaluate(tmp_path, None, Settings(), lambda call_id: None)


def test_missing_recording_is_named_before_anything_is_transcribed(tmp_path: Path) -> None:
    write_truth(tmp_path, "a", ("operator", "はい"))
    with pytest.raises(BadInput, match="a"):
        evaluate(tmp_path, None, Settings(), lambda call_id: None)


def test_broken_truth_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.truth.json").write_text('{"sentences": [{}]}')
    with pytest.raises(BadInput, match=r"b\.truth\.json"):
        evaluate(tmp_path, tmp_path, Settings(), lambda call_id: None)
