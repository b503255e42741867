"""The commands' words, files and exit codes, as a person or a script meets them."""

import json
from pathlib import Path

import pytest

from pipeline.cli import run
from pipeline.errors import ExitCode
from pipeline.records import Utterance
from pipeline.speech import files
from tests.pipeline.audio.making import speechlike, write_wav
from tests.pipeline.speech.fakes import FakeRecogniser
from tests.pipeline.speech.test_accuracy import write_transcript, write_truth


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "load_recogniser", lambda settings, data_dir, words: FakeRecogniser("もしもし", "はい"))
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_transcribe_writes_one_file_per_recording(tmp_path: Path) -> None:
    write_wav(tmp_path / "call-1.wav", speechlike(3))
    assert run(["transcribe", "call-1.wav", "--out", "out", "--format", "json", "--format", "vtt"]) == ExitCode.DONE
    assert sorted(path.name for path in Path("out").iterdir()) == ["call-1.json", "call-1.vtt"]
    document = json.loads(Path("out/call-1.json").read_text("utf-8"))
    assert document["call_id"] == "call-1"
    assert document["audio"]["coverage"] == 1.0
    assert document["options"]["mask"] is True
    assert all(u["start_ms"] is not None for u in document["utterances"])


def test_transcribe_names_the_bad_file_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_wav(tmp_path / "good.wav", speechlike(3))
    Path("bad.wav").write_text("<html>404</html>")
    assert run(["transcribe", "bad.wav", "good.wav", "--out", "out", "--lang", "en"]) == ExitCode.SOME_QUARANTINED
    told = capsys.readouterr().err
    assert "1/2 bad.wav: NOT_AUDIO This is not an audio file" in told
    assert "2/2 good.wav" in told
    assert [path.name for path in Path("out").iterdir()] == ["good.json"]


def test_transcribe_of_a_missing_file_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["transcribe", "gone.wav", "--out", "out", "--lang", "ja"]) == ExitCode.BAD_INPUT
    assert "gone.wav" in capsys.readouterr().err


def test_evaluate_asr_prints_the_documented_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_truth(tmp_path, "a", ("operator", "解約です"), ("customer", "はい"))
    write_transcript(
        tmp_path, "a", Utterance("operator", "契約です", channel=0), Utterance("customer", "はい", channel=1)
    )
    assert run(["evaluate", "asr", ".", "--pred", ".", "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    assert document["operator"]["cer"] == 0.25
    assert document["customer"]["reading_cer"] == 0
    assert document["per_call"] == [{"call_id": "a", "operator": 0.25, "customer": 0.0}]


def test_evaluate_asr_counts_the_names_of_a_word_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_truth(tmp_path, "a", ("operator", "マモルカとマモルカです"), ("customer", "はい"))
    write_transcript(
        tmp_path,
        "a",
        Utterance("operator", "マモルカと守るかです", channel=0),
        Utterance("customer", "マモルカ", channel=1),
    )
    Path("words.csv").write_text("surface,misheard\nマモルカ,守るか\n", encoding="utf-8")
    assert run(["evaluate", "asr", ".", "--pred", ".", "--words", "words.csv", "--json"]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["names"] == {"said": 2, "heard": 1, "invented": 1}
    Path("words.csv").write_text('surface\n"A', encoding="utf-8")
    assert run(["evaluate", "asr", ".", "--pred", ".", "--words", "words.csv"]) == ExitCode.BAD_INPUT
    assert "words.csv" in capsys.readouterr().err
