"""I1, A10: what was erased after a backup was made does not come back with it, on either store."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.cli import run
from pipeline.errors import BadInput, ExitCode
from pipeline.nightly import run_night
from pipeline.nights.night import Request
from pipeline.progress import Silent
from pipeline.protection import erasure_register
from pipeline.protection.backup import Restored, make_backup, restore
from pipeline.protection.erase import Asked, erase
from pipeline.settings import StoreSettings
from pipeline.store import audit, migrate
from pipeline.store.schema import metadata
from tests.pipeline.centre import PLAIN, QUICK, Centre, small_centre
from tests.pipeline.faults import inline
from tests.postgres import Server

pytestmark = pytest.mark.fault
SECRET = "ひみつの合言葉はアジサイです"
ROWS = "call_id,started_at,operator_id,recording,customer_id\n"
CALLS = ROWS + "C1,2026-10-03 14:05,OP1,a.wav,U1\nC2,2026-10-03 15:05,OP1,b.wav,U2\n"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


@pytest.fixture
def centre(quick_centre: Centre, tmp_path: Path) -> Centre:
    """A night, then a backup of it in `tmp_path / "b"`."""
    quick_centre.record("a.wav", PLAIN + f"C {SECRET}\n")
    quick_centre.record("b.wav", PLAIN)
    night(quick_centre)
    make_backup(quick_centre.settings, tmp_path / "b")
    return quick_centre


@pytest.fixture
def into(centre: Centre, request: pytest.FixtureRequest) -> Iterator[Centre]:
    """Where the backup goes: the same SQLite, or an empty PostgreSQL with the same data folder."""
    if centre.settings.store.url.startswith("sqlite"):
        yield centre
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        yield centre.with_settings(store=StoreSettings(url=url))


def night(centre: Centre) -> ExitCode:
    request = Request(centre.archive, {"calls": centre.table("calls", CALLS)})
    return run_night(request, centre.settings, Silent(), lambda: False, centre.recognition)


def lose_the_store(centre: Centre) -> None:
    """As a broken disk does; PostgreSQL is restored into another, empty database in any case."""
    for path in centre.root.glob("kouken.db*"):
        path.unlink()


def everything(centre: Centre) -> str:
    """Every cell of the store and every byte of its file."""
    with centre.open() as store, store.reading() as connection:
        cells = [repr(connection.execute(sa.select(table)).all()) for table in metadata.sorted_tables]
    return "\n".join(cells + [path.read_bytes().decode("utf-8", "replace") for path in centre.root.glob("kouken.db")])


@pytest.mark.parametrize("lost", [False, True], ids=["store there", "store lost"])
def test_call_erased_after_the_backup_does_not_come_back_with_it(
    centre: Centre, into: Centre, tmp_path: Path, lost: bool
) -> None:
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    if lost:
        lose_the_store(centre)
    restored = restore(into.settings, tmp_path / "b", "suzuki")
    assert restored.erased_again == 1 and restored.known_until is not None
    left = everything(into)
    assert SECRET not in left and "C1" not in left and "U1" not in left and "C2" in left
    with into.open() as store, store.reading() as connection:
        (last,) = audit.list_entries(connection, limit=1)
        assert (last.actor, last.action, last.details["erased_again"]) == ("suzuki", "store.restore", 1)
        assert audit.verify(connection).is_whole
    assert night(into) is ExitCode.DONE  # nor with its recording, which is still in the archive
    assert SECRET not in everything(into)
    assert into.files == {"found": 2, "done": 1, "waiting": 0, "quarantined": 0, "skipped": 1}


def test_call_past_its_period_does_not_come_back_either(centre: Centre, into: Centre, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from pipeline.protection.retention import keep_to_periods
    from pipeline.settings import RetentionSettings

    short = centre.settings.model_copy(update={"retention": RetentionSettings(score_days=1)})
    with centre.open() as store:
        keep_to_periods(store, short, "sato", datetime(2026, 10, 5, tzinfo=UTC), stop=lambda: False)
    lose_the_store(centre)
    assert restore(into.settings, tmp_path / "b", "sato").erased_again == 2
    assert SECRET not in everything(into)


def test_nothing_is_restored_where_the_register_is_lost_unless_told_so(
    centre: Centre, into: Centre, tmp_path: Path
) -> None:
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    lose_the_store(centre)
    erasure_register.place(centre.settings).unlink()
    with pytest.raises(BadInput) as error:
        restore(into.settings, tmp_path / "b", "sato")
    assert "erased.jsonl" in error.value.render("ja") and "--without-register" in error.value.render("ja")
    assert not (centre.root / "kouken.db").exists()
    restored = restore(into.settings, tmp_path / "b", "sato", without_register=True)
    assert restored == Restored(None, None, 0)
    assert SECRET in everything(into)  # which is what the person was told


def test_register_from_before_the_backup_is_no_answer(centre: Centre, into: Centre, tmp_path: Path) -> None:
    old = tmp_path / "copied"
    shutil.copyfile(erasure_register.place(centre.settings), old)
    make_backup(centre.settings, tmp_path / "b")
    path = tmp_path / "b"
    _made_later(path)
    lose_the_store(centre)
    erasure_register.place(centre.settings).unlink()
    with pytest.raises(BadInput) as error:
        restore(into.settings, path, "sato", registers=[old])
    assert "古い" in error.value.render("ja")


def _made_later(path: Path) -> None:
    """The same backup, as if made tomorrow."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps({**manifest, "made_at": "2099-01-01T00:00:00+00:00"}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_copy_of_the_register_serves_another_machine(centre: Centre, into: Centre, tmp_path: Path) -> None:
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    copied = tmp_path / "copied"
    erasure_register.place(centre.settings).rename(copied)
    lose_the_store(centre)
    assert restore(into.settings, tmp_path / "b", "sato", registers=[copied]).erased_again == 1
    assert SECRET not in everything(into)
    assert len(erasure_register.read(erasure_register.place(into.settings)).tombstones) == 3  # call, content, file


def test_store_that_has_just_begun_does_not_speak_for_the_lost_one(
    centre: Centre, into: Centre, tmp_path: Path
) -> None:
    lose_the_store(centre)
    erasure_register.place(centre.settings).unlink()
    if into is centre:  # pages were opened on the new machine, and a night over another archive
        other = small_centre(tmp_path, centre.settings.store.url, QUICK)
        night(other)
    with pytest.raises(BadInput):
        restore(into.settings, tmp_path / "b", "sato")


@pytest.mark.sqlite
def test_later_erasure_names_the_store_that_was_set_aside(tmp_path: Path) -> None:
    centre = small_centre(tmp_path, f"sqlite:///{tmp_path / 'kouken.db'}", QUICK)
    centre.record("a.wav", PLAIN)
    centre.record("b.wav", PLAIN)
    night(centre)
    make_backup(centre.settings, tmp_path / "b")
    kept = restore(centre.settings, tmp_path / "b", "sato").kept
    certificate = erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    assert str(kept) in certificate["left"]


@pytest.mark.sqlite
def test_damaged_store_is_replaced_and_kept_as_it_lies(tmp_path: Path) -> None:
    centre = small_centre(tmp_path, f"sqlite:///{tmp_path / 'kouken.db'}", QUICK)
    centre.record("a.wav", PLAIN)
    centre.record("b.wav", PLAIN)
    night(centre)
    make_backup(centre.settings, tmp_path / "b")
    before = centre.export_hash()
    lose_the_store(centre)
    (tmp_path / "kouken.db").write_bytes(b"no database" * 1000)
    kept = restore(centre.settings, tmp_path / "b", "sato").kept
    assert kept is not None and kept.read_bytes() == b"no database" * 1000
    assert centre.export_hash() == before


@pytest.mark.sqlite
def test_backup_of_an_older_release_becomes_a_store_of_this_one(tmp_path: Path) -> None:
    from alembic import command

    centre = small_centre(tmp_path, f"sqlite:///{tmp_path / 'kouken.db'}", QUICK)
    centre.record("a.wav", PLAIN)
    centre.record("b.wav", PLAIN)
    night(centre)
    with centre.open() as store, store.writing() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0022")
    _back_up_as_it_is(centre, tmp_path / "b")
    restore(centre.settings, tmp_path / "b", "sato", without_register=True)
    with centre.open() as store:
        assert migrate.schema_revision(store) == migrate.head_revision()


def _back_up_as_it_is(centre: Centre, path: Path) -> None:
    """What that release's `kouken backup` writes."""
    import hashlib
    import zipfile

    content = (centre.root / "kouken.db").read_bytes()
    manifest = {
        "format": "kouken-backup-1",
        "store": "sqlite",
        "revision": "0022",
        "made_at": "2026-10-04T00:00:00+00:00",
        "sha256": {"kouken.db": hashlib.sha256(content).hexdigest()},
    }
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kouken.db", content)
        archive.writestr("manifest.json", json.dumps(manifest))


@pytest.mark.parametrize("damage", ["cut", "another file"])
def test_damaged_register_is_refused_and_never_overwritten(centre: Centre, tmp_path: Path, damage: str) -> None:
    place = erasure_register.place(centre.settings)
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    damaged = b"no register" if damage == "another file" else place.read_bytes()[:-30]
    place.write_bytes(damaged)
    with pytest.raises(BadInput) as error:
        restore(centre.settings, tmp_path / "b", "sato")
    assert str(place) in error.value.render("ja")
    assert erase(centre.settings, Asked(calls=["C2"]), "sato", dry_run=False)["register_unwritten"] == str(place)
    assert place.read_bytes() == damaged


def test_register_holds_hashes_only_and_is_its_owners(centre: Centre) -> None:
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    place = erasure_register.place(centre.settings)
    shown = place.read_text(encoding="utf-8")
    assert not any(word in shown for word in ("C1", "a.wav", "U1", SECRET))
    assert place.stat().st_mode & 0o777 == 0o600


def test_registers_of_two_stores_in_one_file_keep_both(quick_centre: Centre, tmp_path: Path, postgres: Server) -> None:
    shared = tmp_path / "elsewhere" / "register"
    privacy = quick_centre.settings.privacy.model_copy(update={"register_file": shared})
    first = quick_centre.with_settings(privacy=privacy)
    first.record("a.wav", PLAIN)
    night(first)
    erase(first.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    with postgres.database() as url:
        second = first.with_settings(store=StoreSettings(url=url))
        night(second)
        register = erasure_register.read(shared)
        assert len(register.known_until) == 2 and len(register.tombstones) == 3


def test_restore_command_says_what_it_did(
    centre: Centre, into: Centre, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kouken.toml"
    config.write_text(f'data_dir = "{into.settings.data_dir}"\n[store]\nurl = "{into.settings.store.url}"\n')
    erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)
    assert run(["restore", str(tmp_path / "b"), "--config", str(config), "--lang", "en"]) == 0
    assert "1 call(s) erased after the backup were erased again" in capsys.readouterr().err
    lose_the_store(into)
    missing = ["--register", str(tmp_path / "nothing")]
    assert run(["restore", str(tmp_path / "b"), "--config", str(config), *missing]) == BadInput.exit_code
