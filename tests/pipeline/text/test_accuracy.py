import json
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.text.accuracy import as_json, evaluate_tags

QUOTE = "お見積もりをお送りしましょうか。"


def write(folder: Path, name: str, document: dict[str, object]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


def test_labelled_calls_are_compared_sentence_by_sentence(tmp_path: Path) -> None:
    sentences = [{"text": QUOTE, "labels": ["proposal"]}, {"text": "はい。", "labels": ["appeal"]}]
    write(tmp_path, "a.json", {"call_id": "a", "turns": [{"speaker": "operator", "sentences": sentences}]})
    found = as_json(evaluate_tags(tmp_path, None))
    assert found["labels"]["proposal"]["f1"] == 1.0
    assert found["labels"]["appeal"]["recall"] == 0.0
    assert found["operator_macro_f1"] == 0.5


def test_recordings_are_compared_by_time(tmp_path: Path) -> None:
    sentence = {"turn": 0, "speaker": "operator", "start": 1.0, "end": 3.0, "text": QUOTE, "labels": ["proposal"]}
    write(tmp_path / "gold", "a.truth.json", {"call_id": "a", "sentences": [sentence]})
    utterance = {"speaker": "operator", "text": QUOTE, "start_ms": 1200, "end_ms": 2800}
    write(tmp_path / "pred", "a.json", {"call_id": "a", "utterances": [utterance]})
    assert evaluate_tags(tmp_path / "gold", tmp_path / "pred").labels["proposal"].f1 == 1.0


def test_moments_that_a_transcript_carries_are_taken_as_they_are(tmp_path: Path) -> None:
    sentence = {"turn": 0, "speaker": "operator", "start": 1.0, "end": 3.0, "text": QUOTE, "labels": ["proposal"]}
    write(tmp_path / "gold", "a.truth.json", {"call_id": "a", "sentences": [sentence]})
    utterance = {"speaker": "operator", "text": QUOTE, "start_ms": 1200, "end_ms": 2800}
    write(tmp_path / "pred", "a.json", {"call_id": "a", "utterances": [utterance], "moments": []})
    assert evaluate_tags(tmp_path / "gold", tmp_path / "pred").labels["proposal"].recall == 0.0


def test_a_missing_transcript_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        evaluate_tags(tmp_path, None)
    write(tmp_path, "a.truth.json", {"call_id": "a", "sentences": []})
    with pytest.raises(BadInput, match=r"a\.json"):
        evaluate_tags(tmp_path, tmp_path / "nowhere")
