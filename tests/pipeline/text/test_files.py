import json
from pathlib import Path

import pytest

from pipeline.errors import BadInput, KoukenError
from pipeline.text.files import tag_files

DIALOGUE = {
    "call_id": "d1",
    "turns": [{"speaker": "operator", "sentences": [{"text": "お見積もりをお送りしましょうか。", "labels": []}]}],
}


def run(folder: Path, *names: str) -> tuple[int, list[KoukenError | None]]:
    reports: list[KoukenError | None] = []
    failures = tag_files(
        [folder / name for name in names] or [folder], folder / "out", lambda path, problem: reports.append(problem)
    )
    return failures, reports


def test_a_labelled_call_is_read_as_a_plain_dialogue(tmp_path: Path) -> None:
    (tmp_path / "d1.json").write_text(json.dumps(DIALOGUE), encoding="utf-8")
    assert run(tmp_path)[0] == 0
    document = json.loads((tmp_path / "out" / "d1.json").read_text(encoding="utf-8"))
    assert document["moments"][0]["label"] == "proposal"
    assert document["tags"][0]["utterance"] == 0


def test_a_transcript_keeps_its_utterances_and_unknown_keys(tmp_path: Path) -> None:
    utterances = [{"speaker": "operator", "text": "はい", "start_ms": 5, "end_ms": 9}]
    transcript = {"call_id": "t", "source": "pbx", "utterances": utterances}
    (tmp_path / "t.json").write_text(json.dumps(transcript), encoding="utf-8")
    run(tmp_path)
    document = json.loads((tmp_path / "out" / "t.json").read_text(encoding="utf-8"))
    assert (document["source"], document["utterances"][0]["start_ms"], document["tags"]) == ("pbx", 5, [])


def test_a_file_that_is_no_dialogue_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(DIALOGUE), encoding="utf-8")
    failures, reports = run(tmp_path)
    assert failures == 1
    assert [report is None for report in reports] == [False, True]
    assert not (tmp_path / "out" / "a.json").exists()


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        run(tmp_path)


def test_captions_of_another_program_are_tagged(tmp_path: Path) -> None:
    cue = "WEBVTT\n\n00:00.000 --> 00:04.000\n<v オペレーター>お見積もりをお送りしましょうか。\n"
    (tmp_path / "d2.vtt").write_text(cue, encoding="utf-8")
    assert run(tmp_path, "d2.vtt")[0] == 0
    document = json.loads((tmp_path / "out" / "d2.json").read_text(encoding="utf-8"))
    assert document["utterances"][0]["end_ms"] == 4000
    assert document["moments"][0]["label"] == "proposal"


def test_odd_text_and_utterances_without_speaker_are_tagged_with_the_rest(tmp_path: Path) -> None:
    offer = "よろしければ、上位のプランのお見積もりをお送りしましょうか。"
    odd = ["", "あ", "あ" * 10_000, "😀👍", "I want to cancel.", "我想取消合同", "\ud83d 解約したい"]
    utterances = [{"speaker": "customer", "text": text, "start_ms": 0, "end_ms": 9} for text in odd]
    utterances += [{"text": offer, "start_ms": 0, "end_ms": 9}, {"speaker": None, "text": offer}]
    utterances += [{"speaker": "operator", "text": offer, "start_ms": 0, "end_ms": 9}]
    (tmp_path / "odd.json").write_text(json.dumps({"call_id": "odd", "utterances": utterances}), encoding="utf-8")
    assert run(tmp_path)[0] == 0
    document = json.loads((tmp_path / "out" / "odd.json").read_text(encoding="utf-8"))
    assert document["utterances"][6]["text"] == "\ufffd 解約したい"
    assert [utterance["speaker"] for utterance in document["utterances"][7:]] == ["unknown", "unknown", "operator"]
    assert [moment["utterances"] for moment in document["moments"] if moment["label"] == "proposal"] == [[9]]
