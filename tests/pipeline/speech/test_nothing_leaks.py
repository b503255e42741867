"""Planted personal data is in no file, no store, no export and no log: every byte written is searched."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.audio.legs import CallFiles
from pipeline.errors import ItemError
from pipeline.formats.interchange import read_document, transcript_from_json
from pipeline.formats.write import FORMATS
from pipeline.settings import Settings
from pipeline.speech import files
from pipeline.store import transcripts
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.store.schema import recordings
from tests.api.world import fill, plain_calls
from tests.pipeline.audio.making import write_wav
from tests.pipeline.speech.fakes import FakeRecogniser
from tests.pipeline.speech.test_transcribe import talk

PLANTED = {
    "card": "4242 4242 4242 4242",
    "phone": "090-1234-5678",
    "email": "planted.person@example.co.jp",
    "name": "勅使河原",
    "address": "東京都新宿区西新宿2丁目8番1号",
}
SAID = (
    "お電話ありがとうございます",
    "{name}と申します。カード番号は{card}で、電話番号は{phone}、メールは{email}、住所は{address}です".format_map(
        PLANTED
    ),
)


def spellings(text: str) -> list[bytes]:
    """A text as any program might have written it."""
    plain = [text, text.replace(" ", ""), text.replace("-", ""), json.dumps(text)[1:-1]]
    return [word.encode(encoding) for word in plain for encoding in ("utf-8", "utf-16-le", "cp932")]


def where_planted(folder: Path, logged: str) -> list[str]:
    """Files, and the log, that hold something planted."""
    contents = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    contents["log"] = logged.encode()
    return [
        f"{kind} in {place}"
        for place, content in contents.items()
        for kind, text in PLANTED.items()
        if any(spelling in content for spelling in spellings(text))
    ]


def transcribe(monkeypatch: pytest.MonkeyPatch, folder: Path, *, mask: bool) -> list[ItemError]:
    sound = write_wav(folder / "call.wav", talk(left=(1, 2), right=(3, 11)))
    monkeypatch.setattr(files, "load_recogniser", lambda *_: FakeRecogniser(*SAID))
    settings = Settings(data_dir=folder / "data", privacy={"mask": mask})
    calls = [CallFiles("call", sound)]
    return files.transcribe_files(calls, folder / "out", settings, lambda *_: None, list(FORMATS))


def store_it(folder: Path) -> None:
    transcript = transcript_from_json(read_document(folder / "out" / "call.json"))
    store: Store = open_store(f"sqlite:///{folder / 'kouken.db'}")
    fill(store, plain_calls(1, "OP-1", "", 1))
    with store.writing() as connection:
        recording = connection.execute(sa.select(recordings.c.recording_id)).scalars().all()[0]
        transcripts.save_transcript(connection, recording, "scanned", transcript)
    store.close()


def test_nothing_planted_is_written_anywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert transcribe(monkeypatch, tmp_path, mask=True) == []
    store_it(tmp_path)
    told = capfd.readouterr()
    masked = read_document(tmp_path / "out" / "call.json")["masked"]
    assert {item["kind"] for item in masked} == set(PLANTED)
    assert all(item["end_ms"] > item["start_ms"] for item in masked)  # so that playback can be muted there
    assert where_planted(tmp_path, told.out + told.err + caplog.text) == []


@pytest.mark.sqlite
def test_the_search_finds_what_is_there_once_masking_is_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    transcribe(monkeypatch, tmp_path, mask=False)
    store_it(tmp_path)
    places = {place.split(" in ")[1] for place in where_planted(tmp_path, "")}
    assert {Path(place).name for place in places} >= {"call.json", "call.vtt", "call.srt", "call.csv", "kouken.db"}
