"""`kouken transcribe`: each recording its own file and its own fate."""

import json
import os
from pathlib import Path

import pytest

from pipeline.audio.legs import CallFiles, group_legs
from pipeline.errors import BadInput, ItemError, Reason
from pipeline.formats.interchange import read_document
from pipeline.settings import Settings, SourcesSettings
from pipeline.speech import files
from pipeline.speech.files import find_recordings, transcribe_files
from tests.pipeline.audio.making import speechlike, write_wav
from tests.pipeline.speech.fakes import FakeRecogniser


def test_one_bad_file_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "load_recogniser", lambda settings, data_dir, words: FakeRecogniser())
    bad = tmp_path / "bad.wav"
    bad.write_text("text")
    good = write_wav(tmp_path / "good.wav", speechlike(2))
    told: list[tuple[str, ItemError | None]] = []
    failures = transcribe_files(
        group_legs([bad, good]),
        tmp_path / "out",
        Settings(data_dir=tmp_path / "data"),
        lambda path, problem: told.append((path.name, problem)),
    )
    assert [failure.reason for failure in failures] == [Reason.NOT_AUDIO]
    assert told == [("bad.wav", failures[0]), ("good.wav", None)]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.json"]


def test_folder_stands_for_its_recordings(tmp_path: Path) -> None:
    for name in ("b.WAV", "a.ogg", "notes.txt"):
        (tmp_path / name).touch()
    assert [call.main.name for call in find_recordings([tmp_path], Settings())] == ["a.ogg", "b.WAV"]


def test_legs_in_a_folder_are_one_call(tmp_path: Path) -> None:
    for name in ("c-in.wav", "c-out.wav", "c.wav"):
        (tmp_path / name).touch()
    expected = CallFiles("c", tmp_path / "c-out.wav", tmp_path / "c-in.wav", tmp_path / "c.wav")
    assert find_recordings([tmp_path], Settings()) == [expected]


def test_preset_says_who_called_and_with_it_whose_side_is_whose(tmp_path: Path) -> None:
    """On FreePBX's outgoing calls the recorded line is the operator's own: what is received is the operator."""
    for kind in ("out-0312345678-200", "in-200-0312345678"):
        for side in ("r", "t"):
            (tmp_path / f"{kind}-20261003-140500-1234567890.12-{side}.wav").touch()
    settings = Settings(sources=SourcesSettings(preset="freepbx"))
    calls = find_recordings([tmp_path], settings)
    assert [call.main.stem[-1] for call in calls] == ["t", "r"]


def test_same_name_in_two_formats_is_refused_too(tmp_path: Path) -> None:
    for name in ("call.wav", "call.mp3"):
        (tmp_path / name).touch()
    with pytest.raises(BadInput, match="call"):
        find_recordings([tmp_path], Settings())


def test_same_name_twice_is_refused_before_one_overwrites_the_other(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "call.wav").touch()
    with pytest.raises(BadInput, match="call"):
        find_recordings([tmp_path / "x", tmp_path / "y"], Settings())


NAMES = (
    "通話 1.wav",
    "📞.wav",
    "か\u3099.wav",
    "a\nb.wav",
    "x" * 251 + ".wav",
    "あ" * 83 + ".wav",
    "-rf.wav",
    "..wav",
    "noext",
)


@pytest.mark.parametrize("name", [*NAMES, os.fsdecode(b"\xff\xfe.wav")], ids=ascii)
def test_b14_any_name_gives_a_transcript_whose_name_and_id_are_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(files, "load_recogniser", lambda settings, data_dir, words: FakeRecogniser("もしもし"))
    path = write_wav(tmp_path / "plain.wav", speechlike(2)).rename(tmp_path / name)
    settings = Settings(data_dir=tmp_path / "data")
    calls = find_recordings([path], settings)
    assert transcribe_files(calls, tmp_path / "out", settings, lambda path, problem: None) == []
    (made,) = (tmp_path / "out").iterdir()
    made.name.encode()
    call_id = json.loads(made.read_text("utf-8"))["call_id"]
    assert call_id.encode() and (len(name.encode(errors="replace")) > 200 or made.stem == call_id)


def test_b14_long_names_that_begin_alike_do_not_overwrite_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(files, "load_recogniser", lambda settings, data_dir, words: FakeRecogniser("もしもし"))
    settings = Settings(data_dir=tmp_path / "data")
    paths = [write_wav(tmp_path / "p.wav", speechlike(2)).rename(tmp_path / f"{'x' * 250}{i}.wav") for i in (1, 2)]
    transcribe_files(find_recordings(paths, settings), tmp_path / "out", settings, lambda path, problem: None)
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"gone\.wav"):
        find_recordings([tmp_path / "gone.wav"], Settings())


def test_transcript_made_elsewhere_is_taken_in_and_masked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "load_recogniser", lambda *_: FakeRecogniser())
    source = tmp_path / "a.srt"
    source.write_text("1\n00:00:01,000 --> 00:00:04,000\nお客様: 090-8765-4321です。\n", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    assert transcribe_files([CallFiles("a", source)], tmp_path / "out", settings, lambda *_: None) == []
    (utterance,) = read_document(tmp_path / "out" / "a.json")["utterances"]
    assert (utterance["speaker"], utterance["text"]) == ("customer", "＊" * 13 + "です。")


def test_transcript_is_not_written_over(tmp_path: Path) -> None:
    source = tmp_path / "a.json"
    source.write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="同じ場所"):
        transcribe_files([CallFiles("a", source)], tmp_path, Settings(data_dir=tmp_path / "data"), lambda *_: None)
    assert source.read_text(encoding="utf-8") == "{}"
