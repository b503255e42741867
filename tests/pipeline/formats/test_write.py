"""Each format is a file of its own beside the others."""

import json
from pathlib import Path

import pytest

from pipeline.commands.transcribe import command
from pipeline.formats.write import FORMATS, write_transcript
from pipeline.records import Transcript, Utterance

CALL = Transcript("a", None, None, {}, (Utterance("operator", "はい。", 0, 0, 900),))


def test_every_format_is_written_and_read_by_its_own_kind(tmp_path: Path) -> None:
    write_transcript(CALL, tmp_path / "out", "a", list(FORMATS))
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(written) == ["a.csv", "a.json", "a.srt", "a.vcon.json", "a.vtt"]
    assert json.loads(written["a.json"])["utterances"][0]["text"] == "はい。"
    assert json.loads(written["a.vcon.json"])["vcon"] == "0.4.0"
    assert written["a.vtt"].startswith(b"WEBVTT\n")
    assert written["a.csv"].startswith(b"\xef\xbb\xbfcall_id,")
    assert b"\r\n" in written["a.csv"]
    assert b"\r\r" not in written["a.csv"]


def test_unknown_format_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_transcript(CALL, tmp_path, "a", ["docx"])


def test_command_offers_every_format() -> None:
    (option,) = [parameter for parameter in command.params if parameter.name == "formats"]
    assert list(option.type.choices) == list(FORMATS)  # type: ignore[attr-defined]
