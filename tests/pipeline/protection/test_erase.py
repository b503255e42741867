"""I1: a request to erase reaches every copy, leaves a tombstone and a certificate, and nothing comes back."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cli import run
from pipeline.errors import BadInput, ExitCode
from pipeline.protection.erase import Asked, erase
from pipeline.store import audit
from pipeline.store.schema import metadata
from tests.api.world import fill, telling_call
from tests.pipeline.centre import PLAIN, Centre
from tests.pipeline.faults import inline

SECRET = "ひみつの合言葉はアジサイです"
ROWS = "call_id,started_at,operator_id,recording,customer_id,phone\n"
CALLS = ROWS + "C1,2026-10-03 14:05,OP1,a.wav,U1,090-1234-5678\nC2,2026-10-03 15:05,OP1,b.wav,U2,090-8765-4321\n"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


@pytest.fixture
def centre(quick_centre: Centre) -> Centre:
    quick_centre.record("a.wav", PLAIN + f"C {SECRET}\n")
    quick_centre.record("b.wav", PLAIN)
    night(quick_centre)
    return quick_centre


def night(centre: Centre) -> ExitCode:
    from pipeline.nightly import run_night
    from pipeline.nights.night import Request
    from pipeline.progress import Silent

    request = Request(centre.archive, {"calls": centre.table("calls", CALLS)})
    return run_night(request, centre.settings, Silent(), lambda: False, centre.recognition)


def everything(centre: Centre) -> str:
    """Every cell of the store and, on SQLite, every byte of its files."""
    with centre.open() as store, store.reading() as connection:
        cells = [repr(connection.execute(sa.select(table)).all()) for table in metadata.sorted_tables]
    files = [path.read_bytes().decode("utf-8", "replace") for path in centre.root.glob("kouken.db*")]
    reports = [
        path.read_bytes().decode("utf-8", "replace") for path in centre.settings.data_dir.rglob("*") if path.is_file()
    ]
    return "\n".join(cells + files + reports)


@pytest.mark.parametrize(
    "asked",
    [Asked(calls=["C1"]), Asked(customers=["U1"]), Asked(phones=["+81 90-1234-5678"])],
    ids=["call", "customer", "phone"],
)
def test_erased_call_is_nowhere_and_the_others_stay(centre: Centre, asked: Asked) -> None:
    assert SECRET in everything(centre) and "C1" in everything(centre)
    copy = centre.settings.data_dir / "playback"
    copy.mkdir()
    with centre.open() as store, store.reading() as connection:
        sha256 = connection.exec_driver_sql("SELECT sha256 FROM recordings WHERE call_id = 'C1'").scalar_one()
    (copy / f"{sha256}-0.opus").write_bytes(b"sound")
    certificate = erase(centre.settings, asked, "sato", dry_run=False)
    left = everything(centre)
    assert SECRET not in left and "C1" not in left and "U1" not in left and "C2" in left
    assert (certificate["calls"], certificate["recordings"], certificate["files"]["playback"]) == (1, 1, 1)
    assert not list(copy.iterdir())
    with centre.open() as store, store.reading() as connection:
        (entry,) = audit.list_entries(connection)
        assert (entry.actor, entry.action) == ("sato", "calls.erase")


def test_erased_call_does_not_come_back_with_its_file_its_row_or_another_encoding(centre: Centre) -> None:
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    assert night(centre) is ExitCode.DONE
    assert SECRET not in everything(centre)
    assert centre.files == {"found": 2, "done": 1, "waiting": 0, "quarantined": 0, "skipped": 1}
    centre.record("a.wav", PLAIN + f"C {SECRET}。\n")
    night(centre)
    centre.record("C1.wav", PLAIN + f"C {SECRET}。。\n")
    night(centre)
    assert SECRET not in everything(centre)


def test_dry_run_erases_nothing(centre: Centre) -> None:
    before = centre.export_hash()
    certificate = erase(centre.settings, Asked(customers=["U1"]), "sato", dry_run=True)
    assert (certificate["calls"], certificate["recordings"]) == (1, 1)
    assert centre.export_hash() == before


def test_erasing_reaches_every_table_that_refers_to_a_call(store: object, tmp_path: Path) -> None:
    from pipeline.store import erasure
    from pipeline.store.connect import Store

    assert isinstance(store, Store)
    fill(store)
    with store.writing() as connection:
        scope = erasure.scope_of(connection, call_ids=[telling_call().call_id])
        gone = erasure.erase(connection, scope)
    assert {"transcripts", "utterances", "masked_ranges", "tags", "moments", "call_scores", "files", "calls"} <= set(
        gone
    )
    with store.reading() as connection:
        for table in metadata.sorted_tables:
            assert telling_call().call_id not in repr(connection.execute(sa.select(table)).all()), table.name


def test_erase_command_needs_to_know_whose_calls(
    centre: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kouken.toml"
    config.write_text(f'data_dir = "{centre.settings.data_dir}"\n[store]\nurl = "{centre.settings.store.url}"\n')
    assert run(["erase", "--config", str(config)]) == BadInput.exit_code
    out = tmp_path / "certificate.json"
    assert run(["erase", "--config", str(config), "--call", "C1", "--out", str(out), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "Erased 1 call(s)" in shown and "backups" in shown
    certificate = json.loads(out.read_text(encoding="utf-8"))
    assert certificate["calls"] == 1 and "C1" not in json.dumps(certificate)
