"""I2: what is past its keeping period goes, class by class; what is under legal hold stays, whoever asks."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cli import run
from pipeline.errors import BadInput, ExitCode, NotAllowed
from pipeline.nightly import run_night
from pipeline.nights.night import Request
from pipeline.progress import Silent
from pipeline.protection import places
from pipeline.protection.erase import Asked, erase
from pipeline.protection.retention import Kept, keep_to_periods, trusted_now
from pipeline.settings import RetentionSettings
from pipeline.store import audit, audit_period, copies, erasure, holdings, holds, periods
from pipeline.store.connect import Store
from pipeline.store.schema import metadata
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre
from tests.pipeline.faults import inline

OLD, NEW = "古い通話の合言葉はアジサイです", "新しい通話の合言葉はナノハナです"
ROWS = "call_id,started_at,operator_id,recording,customer_id\n"
CALLS = ROWS + "C1,2025-10-03 14:05,OP1,a.wav,U1\nC2,2026-10-03 15:05,OP1,b.wav,U2\n"
NOW = datetime(2026, 10, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


@pytest.fixture
def centre(quick_centre: Centre) -> Centre:
    quick_centre.record("a.wav", PROPOSAL + f"C {OLD}\n")
    quick_centre.record("b.wav", PLAIN + f"C {NEW}\n")
    night(quick_centre)
    return quick_centre


def night(centre: Centre, out: Path | None = None) -> ExitCode:
    request = Request(centre.archive, {"calls": centre.table("calls", CALLS)}, out)
    return run_night(request, centre.settings, Silent(), lambda: False, centre.recognition)


def keep(centre: Centre, *, dry_run: bool = False, now: datetime = NOW, **days: int) -> Kept:
    settings = centre.settings.model_copy(update={"retention": RetentionSettings(**days)})
    with centre.open() as store:
        return keep_to_periods(store, settings, "sato", now, dry_run=dry_run, stop=lambda: False)


def hold(centre: Centre, kind: holds.Kind, value: str) -> int:
    with centre.open() as store, store.writing() as connection:
        return holds.place(connection, kind, value, "令和8年(ワ)第1号", "suzuki")


def cells(centre: Centre, *tables: str) -> str:
    with centre.open() as store, store.reading() as connection:
        return "\n".join(
            repr(connection.execute(sa.select(table)).all())
            for table in metadata.sorted_tables
            if not tables or table.name in tables
        )


def test_words_go_and_numbers_stay(centre: Centre) -> None:
    before = cells(centre, "call_scores")
    assert keep(centre, transcript_days=180) == Kept(recordings=1)
    left = cells(centre)
    assert OLD not in left and NEW in left and "C1" in left
    assert cells(centre, "call_scores") == before
    assert keep(centre, transcript_days=180) == Kept()


def test_night_transcribes_and_counts_nothing_again_whose_words_are_gone(centre: Centre) -> None:
    keep(centre, transcript_days=180)
    assert night(centre) is ExitCode.DONE
    assert OLD not in cells(centre)
    assert centre.files == {"found": 2, "done": 2, "waiting": 0, "quarantined": 0, "skipped": 0}
    masked = centre.settings.privacy.model_copy(update={"mask": False})
    assert night(centre.with_settings(privacy=masked)) is ExitCode.DONE  # another speech version meets it anew
    assert OLD not in cells(centre)
    assert centre.files == {"found": 2, "done": 1, "waiting": 0, "quarantined": 0, "skipped": 1}


def test_call_past_the_last_period_goes_whole_and_does_not_come_back(centre: Centre) -> None:
    assert keep(centre, score_days=365) == Kept(calls=1)
    assert night(centre) is ExitCode.DONE
    left = cells(centre)
    assert OLD not in left and "C1" not in left and "U1" not in left and NEW in left
    assert centre.files == {"found": 2, "done": 1, "waiting": 0, "quarantined": 0, "skipped": 1}


def test_call_without_a_time_counts_from_the_night_that_first_saw_it(centre: Centre) -> None:
    centre.record("nobody knows.wav", PLAIN)
    night(centre)
    assert keep(centre, score_days=365).calls == 1
    later = datetime.now(UTC) + timedelta(days=400)
    assert keep(centre, score_days=365, now=later).calls == 2


def test_audio_copies_go_by_their_own_age(centre: Centre) -> None:
    folder = centre.settings.data_dir / "playback"
    folder.mkdir()
    for name, age in (("0a-0.opus", 40), ("0b-0.opus", 3)):
        (folder / name).write_bytes(b"sound")
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(folder / name, (moment, moment))
    assert keep(centre, audio_days=30) == Kept(copies=1)
    assert [path.name for path in folder.iterdir()] == ["0b-0.opus"]


def test_dry_run_tells_the_same_and_deletes_nothing(centre: Centre) -> None:
    before = cells(centre)
    would = keep(centre, dry_run=True, transcript_days=180, score_days=3_000, audio_days=1, audit_days=1)
    assert cells(centre) == before
    assert keep(centre, transcript_days=180, score_days=3_000, audio_days=1, audit_days=1) == would


@pytest.mark.parametrize(("kind", "value"), [("call", "C1"), ("customer", "U1")])
def test_legal_hold_keeps_a_call_from_periods_and_requests_until_it_is_released(
    centre: Centre, kind: holds.Kind, value: str
) -> None:
    number = hold(centre, kind, value)
    before = cells(centre, "utterances", "calls", "recordings")
    assert keep(centre, transcript_days=1, score_days=180) == Kept(recordings=1, held=1)
    with pytest.raises(NotAllowed) as error:
        erase(centre.settings, Asked(calls=["C1", "C2"]), "sato", dry_run=False)
    assert f"番号 {number}" in error.value.render("ja") and error.value.exit_code is ExitCode.BAD_INPUT
    assert cells(centre, "utterances", "calls", "recordings") != before  # the newer call's words are gone
    assert OLD in cells(centre, "utterances") and NEW not in cells(centre, "utterances")
    with centre.open() as store, store.writing() as connection:
        assert audit.list_entries(connection, limit=1)[0].action == "calls.erase_refused"
        holds.release(connection, number, "suzuki")
    assert keep(centre, score_days=180) == Kept(calls=1)
    assert OLD not in cells(centre)


def test_hold_that_is_not_there_cannot_be_released(store: Store) -> None:
    with pytest.raises(BadInput), store.writing() as connection:
        holds.release(connection, 7, "sato")


def test_night_that_was_not_asked_to_delete_deletes_nothing_when_the_clock_leaps() -> None:
    before = datetime(2026, 10, 9, tzinfo=UTC)
    assert trusted_now(datetime(2036, 10, 10, tzinfo=UTC), before) == before + timedelta(days=7)
    assert trusted_now(datetime(2026, 10, 10, tzinfo=UTC), before) == datetime(2026, 10, 10, tzinfo=UTC)
    assert trusted_now(datetime(2026, 10, 10, tzinfo=UTC), None) == datetime(2026, 10, 10, tzinfo=UTC)


def test_night_keeps_to_the_periods_by_itself(centre: Centre) -> None:
    assert night(centre.with_settings(retention=RetentionSettings(score_days=180))) is ExitCode.DONE
    assert OLD not in cells(centre) and NEW in cells(centre)


def test_audit_log_is_cut_where_its_chain_says_so(store: Store) -> None:
    with store.writing() as connection:
        for number in range(5):
            audit.record(connection, "sato", "calls.look", f"C{number}")
        noted = audit.list_entries(connection)[0].hash
    with store.writing() as connection:
        assert audit_period.cut(connection, datetime.now(UTC) + timedelta(days=1), "sato") == 5
        audit.record(connection, "sato", "calls.look", "C9")
    with store.reading() as connection:
        assert [entry.number for entry in audit.list_entries(connection)] == [7, 6]
        assert audit.verify(connection) == audit.Verdict(7, audit.list_entries(connection)[0].hash, None, True)
        assert audit.verify(connection, noted).is_whole
    with pytest.raises(sa.exc.DatabaseError), store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE number = 6")


def test_audit_log_that_was_cut_without_saying_so_is_broken(store: Store) -> None:
    with store.writing() as connection:
        for number in range(5):
            audit.record(connection, "sato", "calls.look", f"C{number}")
        audit_period.cut(connection, datetime.now(UTC) + timedelta(days=1), "sato")
        audit.record(connection, "sato", "calls.look", "C9")
        audit_period._allow_deleting(connection, True)
        connection.exec_driver_sql("DELETE FROM audit WHERE number = 6")
    with store.reading() as connection:
        assert audit.verify(connection).broken_at == 1


def test_erasing_reaches_every_place_that_the_program_wrote_to(centre: Centre, tmp_path: Path) -> None:
    import duckdb

    out, report = tmp_path / "bi", tmp_path / "given"
    config = tmp_path / "kouken.toml"
    config.write_text(f'data_dir = "{centre.settings.data_dir}"\n[store]\nurl = "{centre.settings.store.url}"\n')
    night(centre, report)
    assert run(["export", "parquet", "--config", str(config), "--out", str(out), "--with-text"]) == 0
    assert run(["backup", "--config", str(config), "--out", str(tmp_path / "before.zip")]) == 0
    certificate = erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    assert certificate["files"]["parquet"] >= 4 and certificate["files"]["report"] == 3
    assert certificate["left"] == [str(tmp_path / "before.zip")]
    written = [path.read_bytes() for path in [*out.rglob("*"), *centre.settings.data_dir.rglob("*")] if path.is_file()]
    assert not any(b"C1" in content and b"U1" in content for content in written)
    from pipeline.reports.export import broken_files

    (manifest,) = out.glob("manifest-*.json")
    assert broken_files(manifest) == []
    rows = duckdb.connect().execute(f"SELECT call_id FROM '{out}/calls/*/*.parquet'").fetchall()
    assert rows == [("C2",)]
    told = json.loads(manifest.read_text(encoding="utf-8"))["tables"]["calls"]
    assert told["rows"] == 1
    assert erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)["files"] == {}


def test_erasing_an_export_goes_on_where_it_was_cut_off(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.reports import erased, export

    out = tmp_path / "bi"
    with centre.open() as store, store.writing() as connection:
        manifest = export.export_parquet(connection, out, NOW.date())
        copies.remember(connection, "parquet", out)
    real = erased._rewrite
    calls: list[Path] = []

    def rewrite_two(path: Path, gone: set[str]) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(path, gone)

    monkeypatch.setattr(erased, "_rewrite", rewrite_two)
    assert str(out) in erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)["left"]
    assert not manifest.exists()
    monkeypatch.setattr(erased, "_rewrite", real)
    night(centre)
    assert manifest.exists() and export.broken_files(manifest) == []
    assert not any(b"C1" in path.read_bytes() for path in out.rglob("*.parquet"))


def test_erasing_deletes_the_exported_transcripts_of_a_call(centre: Centre, tmp_path: Path) -> None:
    out, config = tmp_path / "vcon", tmp_path / "kouken.toml"
    config.write_text(f'data_dir = "{centre.settings.data_dir}"\n[store]\nurl = "{centre.settings.store.url}"\n')
    with centre.open() as store, store.writing() as connection:  # only what was stored masked is given away
        connection.exec_driver_sql("UPDATE transcripts SET options = '{\"mask\": true}'")
    told = ["--config", str(config), "--out", str(out), "--format", "vcon", "--format", "vtt"]
    assert run(["export", "transcripts", *told]) == 0
    assert {"C1.vcon.json", "C1.vtt"} <= {path.name for path in out.iterdir()}
    assert erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)["files"]["transcripts"] == 2
    assert sorted(path.name for path in out.iterdir()) == ["C2.vcon.json", "C2.vtt", "index.jsonl"]
    assert [json.loads(line)["call_id"] for line in (out / "index.jsonl").read_text().splitlines()] == ["C2"]


def test_every_table_is_erased_with_a_call_or_named_with_the_reason_why_not(store: Store) -> None:
    reached = holdings.erased_with_a_call() | set(holdings.BY_ITSELF)
    unnamed = [
        table.name
        for table in metadata.sorted_tables
        if table.name not in reached and table.name not in holdings.KEPT and holdings.may_tell_of_a_call(table)
    ]
    assert unnamed == [], "a call_id, a foreign key, or a line in pipeline/store/holdings.py is missing"
    assert not reached & set(holdings.KEPT)
    with store.reading() as connection:
        there = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert there == set(metadata.tables), "a table that pipeline.store.schema does not know is erased by nobody"


def test_words_are_in_no_table_that_stays_without_them(store: Store) -> None:
    names = {table.name for table in holdings.of_words()}
    assert {"utterances", "call_forms", "tags", "moments", "reviews", "review_items", "search_texts"} <= names
    assert not names & {"evaluations", "taggings", "call_scores", "call_facts", "transcripts", "masked_ranges"}


def test_everything_in_the_data_folder_is_on_the_list_of_places(centre: Centre) -> None:
    with centre.open() as store, store.writing() as connection:
        erasure.erased_things(connection)
        copies.remember(connection, "backup", Path("/nowhere"))
    there = {path.name for path in centre.settings.data_dir.iterdir()}
    assert there <= {*places.ERASED, *places.KEPT}


def test_every_folder_that_the_code_makes_in_the_data_folder_is_on_the_list_of_places() -> None:
    import re

    root = Path(places.__file__).parents[2]
    code = [path.read_text(encoding="utf-8") for name in ("pipeline", "api") for path in (root / name).rglob("*.py")]
    named = {name for text in code for name in re.findall(r'data_dir / "([^"]+)"', text)}
    assert {"playback", "reports", "weights"} <= named
    assert named <= {*places.ERASED, *places.KEPT}


def test_hold_and_retention_commands(centre: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "kouken.toml"
    config.write_text(
        f'data_dir = "{centre.settings.data_dir}"\n[store]\nurl = "{centre.settings.store.url}"\n'
        "[retention]\nscore_days = 30\n"
    )
    common = ["--config", str(config), "--lang", "en"]
    assert run(["hold", "place", *common, "--reason", "case 1"]) == ExitCode.BAD_INPUT
    assert run(["hold", "place", *common, "--customer", "U1", "--reason", "case 1", "--as", "suzuki"]) == 0
    assert run(["hold", "list", *common]) == 0
    assert "customer U1" in capsys.readouterr().out
    assert run(["audit", "list", *common, "--action", "holds.place", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["actor"] == f"suzuki ({audit.system_user()})"
    assert run(["erase", *common, "--call", "C1"]) == ExitCode.BAD_INPUT
    assert "legal hold (number 1)" in capsys.readouterr().err
    assert run(["retention", *common, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["held"], told["dry_run"]) == (1, True)
    assert run(["hold", "release", *common, "1"]) == 0
    assert run(["retention", *common]) == 0
    assert "Past their keeping period" in capsys.readouterr().err
    assert "C1" not in cells(centre, "calls", "recordings")


def test_days_that_were_set_in_the_pages_come_before_those_of_the_settings_file(centre: Centre) -> None:
    with centre.open() as store, store.writing() as connection:
        periods.choose(connection, RetentionSettings(), {"score_days": 180}, "suzuki")
    assert keep(centre).calls == 1 and OLD not in cells(centre)
    with centre.open() as store, store.writing() as connection:
        periods.choose(connection, RetentionSettings(), {"score_days": 0}, "suzuki")
    assert keep(centre, score_days=1).calls == 0 and NEW in cells(centre)
