"""The Parquet export: whole files only, the same totals as the store, and nothing that nobody asked for."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from pipeline.commands.export_parquet import command
from pipeline.errors import BadInput
from pipeline.reports.export import broken_files, export_parquet
from pipeline.store import audit, exports
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.api.world import fill, telling_call

DAY = date(2026, 11, 20)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def exported(store: Store, out: Path, *, with_text: bool = False) -> Path:
    with store.reading() as connection:
        return export_parquet(connection, out, DAY, with_text=with_text)


def rows(out: Path, sql: str) -> list[tuple[object, ...]]:
    tables = [path.name for path in out.iterdir() if path.is_dir()]
    connection = duckdb.connect()
    for table in tables:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{out}/{table}/*/*.parquet')")
    return connection.execute(sql).fetchall()


def test_the_manifest_counts_and_hashes_every_file(filled: Store, tmp_path: Path) -> None:
    manifest = exported(filled, tmp_path)
    told = json.loads(manifest.read_text(encoding="utf-8"))
    assert set(told["tables"]) == {*exports.INPUTS, *exports.RESULTS}
    assert told["run_id"] == 1 and told["versions"]["formula"] == "score-1"
    for name, table in told["tables"].items():
        assert table["rows"] == len(pd.read_parquet(tmp_path / table["file"])), name
    assert broken_files(manifest) == []
    (tmp_path / told["tables"]["moments"]["file"]).write_bytes(b"PAR1")
    assert broken_files(manifest) == [(tmp_path / "moments/dt=2026-11-20/part-0.parquet").as_posix()]


def test_duckdb_reads_the_same_totals_as_the_night_reported(filled: Store, tmp_path: Path) -> None:
    exported(filled, tmp_path)
    with filled.reading() as connection:
        from pipeline.store.reports import latest_report

        body = latest_report(connection)
    assert body is not None
    moments, minutes = body["centre"]["moments"], body["centre"]["operator_minutes"]
    assert rows(tmp_path, "SELECT count(*) FROM moments WHERE label = 'proposal'") == [(moments["proposal"]["n"],)]
    sums = "sum(n_proposal), sum(proposal_declined), round(sum(operator_speech_ms) / 60000, 2), sum(n_success_phrase)"
    assert rows(tmp_path, f"SELECT {sums} FROM scores") == [
        (
            moments["proposal"]["n"],
            moments["proposal"]["reactions"]["declined"],
            minutes,
            body["centre"]["success_phrases"],
        )
    ]
    joined = rows(tmp_path, "SELECT count(*) FROM joins WHERE join_status = 'matched'")
    assert joined == [(body["coverage"]["join"]["counts"]["matched"],)]


def test_words_are_exported_only_when_asked_for_and_then_masked(filled: Store, tmp_path: Path) -> None:
    exported(filled, tmp_path / "plain")
    assert not (tmp_path / "plain" / "utterances").exists()
    exported(filled, tmp_path / "words", with_text=True)
    said = rows(tmp_path / "words", "SELECT text FROM utterances WHERE call_id = '20261003-0017' ORDER BY position")
    assert [text for (text,) in said] == [utterance.text for utterance in telling_call().utterances]
    assert any("[電話番号]" in str(text) for (text,) in said)


def test_phone_numbers_are_not_exported_not_even_hashed(filled: Store, tmp_path: Path) -> None:
    told = json.loads(exported(filled, tmp_path).read_text(encoding="utf-8"))
    assert not [name for table in told["tables"].values() for name in table["columns"] if "phone" in name]


def test_batches_are_one_table_with_one_schema(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = json.loads(exported(filled, tmp_path / "a").read_text(encoding="utf-8"))["tables"]
    monkeypatch.setattr(exports, "BATCH", 3)
    parts = json.loads(exported(filled, tmp_path / "b").read_text(encoding="utf-8"))["tables"]
    for name, table in whole.items():
        assert (parts[name]["rows"], parts[name]["columns"]) == (table["rows"], table["columns"])
        one, other = (pd.read_parquet(tmp_path / side / table["file"]) for side in "ab")
        pd.testing.assert_frame_equal(one, other)


def test_a_cut_off_export_leaves_no_manifest_and_no_half_file(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(filled, tmp_path)
    before = (tmp_path / "moments/dt=2026-11-20/part-0.parquet").read_bytes()

    def fails(pins: object) -> object:
        raise OSError("disk full")

    monkeypatch.setitem(exports._RESULTS, "moments", fails)
    with pytest.raises(OSError, match="disk full"):
        exported(filled, tmp_path)
    assert not list(tmp_path.glob("manifest-*"))
    assert (tmp_path / "moments/dt=2026-11-20/part-0.parquet").read_bytes() == before


def test_an_empty_store_is_a_clear_refusal(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="まだ何も"):
        exported(store, tmp_path)


def test_the_command_writes_the_export_and_the_record_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    fill(store)
    arguments = ["--out", "bi", "--date", "2026-11-20", "--json"]
    told = CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
    assert json.loads(told.stdout)["tables"]["scores"]["rows"] > 0
    with store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="export")
    store.close()
    assert (entry.action, entry.object, entry.details["with_text"]) == ("export.parquet", "2026-11-20", False)
