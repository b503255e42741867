"""Exported transcripts are those that were asked for, masked, with the times to be silent, and on record."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pipeline.commands.export_transcripts import command
from pipeline.commands.export_vcon import command as vcon_command
from pipeline.errors import BadInput
from pipeline.formats.read import read_transcript_file
from pipeline.formats.transcript_export import INDEX, export_transcripts
from pipeline.formats.write import FORMATS
from pipeline.playing.sound import muted_spans
from pipeline.store import audit, text_corrections
from pipeline.store.call_filter import CallFilter
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.store.schema import recordings, transcripts
from tests.api.world import all_calls, fill, telling_call
from tests.pipeline.formats.vcon_schema import VCON

TELLING = "20261003-0017"


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def exported(store: Store, out: Path, *formats: str, **wanted: Any) -> dict[str, dict[str, Any]]:
    with store.reading() as connection:
        export_transcripts(connection, out, CallFilter(**wanted), formats or ("json",))
    lines = (out / INDEX).read_text(encoding="utf-8").splitlines()
    return {line["call_id"]: line for line in map(json.loads, lines)}


def test_every_analysed_call_is_written_in_every_format_and_listed(filled: Store, tmp_path: Path) -> None:
    index = exported(filled, tmp_path, *FORMATS)
    assert len(index) == len(all_calls())
    for line in index.values():
        assert len(line["files"]) == len(FORMATS)
        assert all((tmp_path / name).stat().st_size for name in line["files"])
    said = [u.text for u in telling_call().utterances]
    for suffix in (".json", ".csv", ".vcon.json"):
        assert [u.text for u in read_transcript_file(tmp_path / f"{TELLING}{suffix}").utterances] == said


def test_times_to_be_silent_are_those_of_the_player(filled: Store, tmp_path: Path) -> None:
    line = exported(filled, tmp_path)[TELLING]
    spans = muted_spans(read_transcript_file(tmp_path / f"{TELLING}.json"))
    assert spans and line["muted_ms"] == [list(span) for span in spans]


def test_vcon_of_a_stored_call_has_its_dialog(filled: Store, tmp_path: Path) -> None:
    exported(filled, tmp_path, "vcon")
    document = json.loads((tmp_path / f"{TELLING}.vcon.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, VCON)
    assert document["dialog"][0]["start"].startswith("2026-10-03")


def test_words_that_somebody_put_right_are_exported_as_they_were_said(filled: Store, tmp_path: Path) -> None:
    own = sa.select(transcripts.c.transcript_id).join(recordings).where(recordings.c.call_id == TELLING)
    with filled.writing() as connection:
        number = connection.execute(own).scalar_one()
        word_list = sa.update(transcripts).where(transcripts.c.transcript_id == number)
        connection.execute(word_list.values(corrections=[[3, 0, 1, "絵"], [4, 0, 1, "は"]]))
        text_corrections.keep(connection, number, 3, "え、そんな機能が。", "sato", ())
        taken_back = text_corrections.keep(connection, number, 2, "取り消した言葉。", "sato", ())
        text_corrections.withdraw(connection, taken_back, "sato")
    index = exported(filled, tmp_path, "json", "vtt")
    assert [call for call, line in index.items() if line["corrected"]] == [TELLING]
    assert index[TELLING]["corrected"] == [3]
    shown = read_transcript_file(tmp_path / f"{TELLING}.json")
    heard = telling_call().utterances
    assert [u.text for u in shown.utterances] == [
        u.text if i != 3 else "え、そんな機能が。" for i, u in enumerate(heard)
    ]
    assert (shown.utterances[3].words, shown.utterances[3].confidence) == ((), None)
    assert (shown.utterances[3].start_ms, shown.utterances[3].end_ms) == (heard[3].start_ms, heard[3].end_ms)
    assert [item.utterance for item in shown.corrections] == [4]
    assert "え、そんな機能が。" in (tmp_path / f"{TELLING}.vtt").read_text(encoding="utf-8")


def test_operator_and_period_narrow_the_export(filled: Store, tmp_path: Path) -> None:
    everything = exported(filled, tmp_path / "all")
    operator, day = everything[TELLING]["operator_id"], datetime(2026, 10, 3, tzinfo=UTC)
    own = exported(filled, tmp_path / "own", operator_id=operator)
    assert own.keys() == {call for call, line in everything.items() if line["operator_id"] == operator}
    late = exported(filled, tmp_path / "late", since=day)
    assert late.keys() == {
        call
        for call, line in everything.items()
        if line["started_at"] and datetime.fromisoformat(line["started_at"]) >= day
    }
    assert len(late) < len(everything) > len(own)


def test_call_that_was_stored_without_masking_is_left_out_and_told(filled: Store, tmp_path: Path) -> None:
    with filled.writing() as connection:
        own = sa.select(recordings.c.recording_id).where(recordings.c.call_id == TELLING).scalar_subquery()
        plain = sa.update(transcripts).where(transcripts.c.recording_id == own).values(options={"mask": False})
        connection.execute(plain)
    with filled.reading() as connection:
        done = export_transcripts(connection, tmp_path, CallFilter(), ["json"])
    assert (done.calls, done.unmasked) == (len(all_calls()) - 1, 1)
    assert not (tmp_path / f"{TELLING}.json").exists()


def test_call_id_with_a_slash_stays_in_the_folder(filled: Store, tmp_path: Path) -> None:
    (hostile,) = (call.call_id for call in all_calls() if "/" in call.call_id)
    folder = tmp_path / "inner"
    index = exported(filled, folder / "out")
    assert index[hostile]["files"] == [hostile.replace("/", "%2F") + ".json"]
    assert [path.name for path in folder.iterdir()] == ["out"]


def test_nothing_to_export_is_a_clear_refusal(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="まだ分析した通話"):
        exported(store, tmp_path)
    fill(store)
    with pytest.raises(BadInput, match="書き出す通話がありません"):
        exported(store, tmp_path, operator_id="NOBODY")


def test_vcon_of_the_archive_has_a_command_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}") as store:
        fill(store)
    CliRunner().invoke(vcon_command, ["--out", "calls"], catch_exceptions=False, standalone_mode=False)
    files = [path for path in (tmp_path / "calls").iterdir() if path.name != INDEX]
    assert len(files) == len(all_calls())
    for path in files:
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), VCON)


def test_the_command_writes_the_export_and_the_record_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}") as store:
        fill(store)
        arguments = ["--out", "texts", "--format", "vtt", "--since", "2026-10-03", "--until", "2026-10-03", "--json"]
        told = CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
        assert json.loads(told.stdout.splitlines()[-1])["calls"] >= 1
        assert (tmp_path / "texts" / f"{TELLING}.vtt").exists()
        with store.reading() as connection:
            (entry,) = audit.list_entries(connection, action="export")
    assert (entry.action, entry.details["formats"], entry.details["since"]) == (
        "export.transcripts",
        ["vtt"],
        "2026-10-03",
    )
