"""A night takes transcripts that other programs wrote, where the archive holds no recording of the call."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pipeline.errors import ExitCode
from pipeline.formats.transcript_export import export_transcripts
from pipeline.records import Transcript
from pipeline.settings import Settings, SourcesSettings
from pipeline.speech.imported import imported_transcript
from pipeline.speech.reader import Reader
from pipeline.speech.work import TranscribeTask
from pipeline.store.call_filter import CallFilter
from pipeline.store.schema import ledger
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, QUICK, Centre
from tests.pipeline.faults import inline

SAID = """WEBVTT

00:00.000 --> 00:09.000
<v オペレーター>よろしければお見積もりをお送りしましょうか。

00:10.000 --> 00:12.000
<v お客様>お願いします。電話は090-1234-5678です。
"""
CALLS = "a,2026-10-01 10:00,OP-1,,\nb,2026-10-01 11:00,OP-1,,\n"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


def reads(task: TranscribeTask):  # type: ignore[no-untyped-def]
    """As the real worker does: a transcript is read, all else is heard."""
    if task.path.suffix in (".vtt", ".json"):
        return imported_transcript(task.path, call_id=task.call_id, settings=Settings(), reader=Reader())
    return fake_speech.transcribe(task)


@pytest.fixture
def centre_with_texts(quick_centre: Centre) -> Centre:
    return replace(quick_centre, recognition=replace(QUICK, transcribe=reads))


def test_transcript_without_a_recording_is_analysed_and_masked(centre_with_texts: Centre) -> None:
    centre = centre_with_texts
    centre.record("a.wav", PLAIN)
    centre.record("b.vtt", SAID)
    assert centre.night(CALLS) is ExitCode.DONE
    assert centre.files["done"] == 2
    assert centre.report["centre"]["moments"]["proposal"]["n"] == 1
    assert "1234" not in repr(centre.report)
    with centre.open() as store, store.reading() as connection:  # the fake recogniser says nothing of masking
        exported = export_transcripts(connection, centre.root / "out", CallFilter(), ["vtt"])
    assert (exported.calls, exported.unmasked) == (1, 1)
    assert "＊＊＊" in (centre.root / "out" / "b.vtt").read_text("utf-8")


def test_transcript_gives_way_to_the_recording_that_comes_later(centre_with_texts: Centre) -> None:
    centre = centre_with_texts
    centre.record("b.vtt", SAID)
    centre.night(CALLS)
    centre.record("sound/b.wav", PLAIN)
    assert centre.night(CALLS) is ExitCode.DONE
    assert (centre.files["done"], centre.files["skipped"]) == (1, 1)
    assert centre.report["centre"]["moments"]["proposal"]["n"] == 0


def test_what_is_no_character_ends_no_night(centre_with_texts: Centre) -> None:
    centre = centre_with_texts
    text = "よろしければ\0お見積もりをお送りしましょうか。\ud83d"
    said = {"speaker": "operator", "text": text, "start_ms": 0, "end_ms": 9000}
    centre.record("a.json", json.dumps({"call_id": "a", "utterances": [said]}))
    centre.record("b.vtt", SAID.replace("お見積もり", "\0お見積もり"))
    assert centre.night(CALLS) is ExitCode.DONE
    assert centre.files["done"] == 2
    assert centre.report["centre"]["moments"]["proposal"]["n"] == 2
    with centre.open() as store, store.reading() as connection:
        export_transcripts(connection, centre.root / "out", CallFilter(), ["vtt"])
    assert "よろしければ�お見積もりをお送りしましょうか。�" in (centre.root / "out" / "a.vtt").read_text("utf-8")


def test_broken_transcript_is_held_back_with_its_place_and_the_others_go_on(centre_with_texts: Centre) -> None:
    centre = centre_with_texts
    said = {"speaker": "operator", "text": "お電話ありがとうございます。", "start_ms": 0, "end_ms": 10**18}
    centre.record("a.json", json.dumps({"call_id": "a", "utterances": [said]}))
    centre.record("c.json", '{"call_id": "c", "utterances": [')
    centre.record("rows.json", '{"rows": [')  # of nobody's business
    centre.record("b.vtt", SAID)
    assert centre.night(CALLS) is ExitCode.SOME_QUARANTINED
    assert centre.files == {"found": 3, "done": 1, "waiting": 0, "quarantined": 2, "skipped": 0}
    with centre.open() as store, store.reading() as connection:
        rows = connection.execute(sa.select(ledger.c.reason, ledger.c.detail).where(ledger.c.state == "quarantined"))
        assert sorted(map(tuple, rows)) == [("NOT_TRANSCRIPT", "JSON"), ("NOT_TRANSCRIPT", "utterances.0.end_ms")]


def test_what_no_database_holds_ends_no_night(quick_centre: Centre) -> None:
    """A recogniser's result that cannot be stored is that recording's fault, and no other's."""

    def overflows(task: TranscribeTask) -> Transcript:
        heard = fake_speech.transcribe(task)
        said = replace(heard.utterances[0], start_ms=2**70) if task.call_id == "a" else heard.utterances[0]
        options: dict[str, object] = {"temperature": float("nan")} if task.call_id == "b" else {}
        return replace(heard, utterances=(said,), options=options)

    centre = replace(quick_centre, recognition=replace(QUICK, transcribe=overflows))
    for name in ("a.wav", "b.wav", "c.wav"):
        centre.record(name, PLAIN + f"C {name}\n")
    assert centre.night(CALLS + "c,2026-10-01 12:00,OP-1,,\n") is ExitCode.SOME_QUARANTINED
    reasons = {item["relative"]: item["reason"] for item in centre.report["coverage"]["held_back"]}
    assert reasons == {"a.wav": "ANALYSIS_FAILED", "b.wav": "ANALYSIS_FAILED"}
    assert centre.files["done"] == 1


def test_texts_are_left_alone_where_that_is_set(centre_with_texts: Centre) -> None:
    centre = centre_with_texts.with_settings(sources=SourcesSettings(transcripts=False))
    centre.record("a.wav", PLAIN)
    centre.record("b.vtt", SAID)
    centre.night(CALLS)
    assert centre.files["found"] == 1
