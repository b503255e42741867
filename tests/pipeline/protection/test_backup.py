"""A10: a backup is of one moment, taken in the middle of a night; what goes on from it ends where the night would."""

import json
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import BadInput, ExitCode, StoppedByLimit
from pipeline.protection.backup import make_backup, restore
from pipeline.settings import StoreSettings
from pipeline.store.connect import Store
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, PROPOSAL, QUICK, Centre, small_centre
from tests.pipeline.faults import inline
from tests.postgres import TEMPLATE, Server

pytestmark = pytest.mark.fault


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


def fill(centre: Centre) -> None:
    for number in range(4):
        centre.record(f"{number}.wav", (PROPOSAL if number % 2 else PLAIN) + f"O {number}\n")


def test_backup_in_the_middle_of_a_night_goes_on_to_the_same_end(
    quick_centre: Centre, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fill(quick_centre)
    out = tmp_path / "out" / "kouken.backup"

    def back_up_half_way() -> bool:
        if len(fake_speech.transcribed(quick_centre.archive)) == 2 and not out.exists():
            make_backup(quick_centre.settings, out)
        return False

    assert quick_centre.night(stop=back_up_half_way) is ExitCode.DONE
    expected = quick_centre.export_hash()
    assert out.stat().st_mode & 0o777 == 0o600
    if quick_centre.settings.store.url.startswith("sqlite"):
        kept = restore(quick_centre.settings, out, "sato").kept
        assert kept is not None and kept.stat().st_size > 0
        assert quick_centre.night() is ExitCode.DONE
        assert quick_centre.export_hash() == expected
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        other = quick_centre.with_settings(store=StoreSettings(url=url))
        assert restore(other.settings, out, "sato").kept is None
        assert other.night() is ExitCode.DONE
        assert other.export_hash() == expected


def test_restored_store_counts_on(quick_centre: Centre, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    fill(quick_centre)
    quick_centre.night()
    make_backup(quick_centre.settings, tmp_path / "b")
    if quick_centre.settings.store.url.startswith("sqlite"):
        restore(quick_centre.settings, tmp_path / "b", "sato")
        quick_centre.record("new.wav", PLAIN)
        assert quick_centre.night() is ExitCode.DONE
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        other = quick_centre.with_settings(store=StoreSettings(url=url))
        restore(other.settings, tmp_path / "b", "sato")
        other.record("new.wav", PLAIN)
        assert other.night() is ExitCode.DONE  # a counter that began anew would collide


def test_restore_into_a_database_in_use_is_refused(postgres: Server, tmp_path: Path) -> None:
    with postgres.database(TEMPLATE) as url:
        centre = small_centre(tmp_path, url, QUICK)
        fill(centre)
        centre.night()
        make_backup(centre.settings, tmp_path / "b")
        before = centre.export_hash()
        with pytest.raises(BadInput):
            restore(centre.settings, tmp_path / "b", "sato")
        assert centre.export_hash() == before


@pytest.mark.sqlite
@pytest.mark.parametrize("damage", ["cut", "changed", "another file", "missing", "other format"])
def test_damaged_backup_is_refused_and_changes_nothing(tmp_path: Path, damage: str) -> None:
    centre = small_centre(tmp_path, f"sqlite:///{tmp_path / 'kouken.db'}", QUICK)
    fill(centre)
    centre.night()
    path = tmp_path / "b"
    manifest = make_backup(centre.settings, path)
    before = centre.export_hash()
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-2000])
        case "changed" | "other format":
            with zipfile.ZipFile(path) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            if damage == "changed":
                whole = members["kouken.db"]
                members["kouken.db"] = whole[:-1] + bytes([whole[-1] ^ 1])
            else:
                members["manifest.json"] = json.dumps({**manifest, "format": "other"}).encode()
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in members.items():
                    archive.writestr(name, content)
        case "another file":
            path.write_bytes(b"no zip")
        case "missing":
            path.unlink()
    with pytest.raises(BadInput):
        restore(centre.settings, path, "sato")
    assert centre.export_hash() == before
    assert not list(tmp_path.glob("*.before-*"))


def test_backup_that_fails_leaves_no_half_file(quick_centre: Centre, tmp_path: Path) -> None:
    fill(quick_centre)
    with pytest.raises(StoppedByLimit):
        quick_centre.night(stop=lambda: True)
    out = tmp_path / "folder"
    out.mkdir()
    with pytest.raises(OSError):
        make_backup(quick_centre.settings, out)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".folder")] == []


def test_backup_of_an_older_schema_is_refused_by_postgres(postgres: Server, tmp_path: Path) -> None:
    with postgres.database(TEMPLATE) as url:
        centre = small_centre(tmp_path, url, QUICK)
        make_backup(centre.settings, tmp_path / "b")
        with Store(url) as store, store.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        with pytest.raises(BadInput):
            restore(centre.settings, tmp_path / "b", "sato")
