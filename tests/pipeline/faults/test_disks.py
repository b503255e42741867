"""A4, A5, A6, A8: full disks wherever something is written, archives that cannot be written, files that never answer,
and a store that somebody else holds."""

import builtins
import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import run
from pipeline.errors import ExitCode, NoSpace
from pipeline.nightly import run_night
from pipeline.nights.night import Request
from pipeline.progress import Lines
from pipeline.reports.export import export_parquet
from pipeline.settings import Settings
from pipeline.store import connect, erasure
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as
from tests.api.test_sign_in import csrf_of
from tests.api.world import fill
from tests.pipeline.centre import PLAIN, PROPOSAL, Centre
from tests.pipeline.faults import inline

pytestmark = pytest.mark.fault
FULL = "/dev/full"  # every write to it fails as on a full disk, by the kernel itself


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


@contextmanager
def full_disk_below(folder: Path) -> Iterator[None]:
    """Whatever is opened for writing there can be opened, and not written."""
    real = io.open

    def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        inside = isinstance(file, str | Path) and Path(file).absolute().is_relative_to(folder)
        writes = any(letter in mode for letter in "wxa")
        return real(FULL if inside and writes else file, "w" + mode[1:] if inside and writes else mode, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        yield


def recorded(centre: Centre) -> Centre:
    centre.record("a.wav", PROPOSAL)
    centre.record("b.wav", PLAIN)
    return centre


def in_a_child(work: Callable[[], int]) -> int:
    """What needs a process of its own: its exit code."""
    child = os.fork()
    if child == 0:
        try:
            code = work()
        except BaseException:  # noqa: BLE001 - the parent's tests must not run twice
            code = 99
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a4_report_that_finds_the_disk_full_is_written_by_the_next_night(quick_centre: Centre) -> None:
    centre = recorded(quick_centre)
    reports = centre.settings.data_dir / "reports"
    with pytest.raises(NoSpace) as error, full_disk_below(reports):
        centre.night()
    assert error.value.exit_code is ExitCode.STOPPED_BY_LIMIT
    assert not list(reports.rglob("*.json*"))
    assert centre.night() is ExitCode.DONE
    assert sorted(path.name for path in next(reports.iterdir()).iterdir()) == [
        "calls.csv",
        "operators.csv",
        "report.json",
    ]


def test_a4_export_that_finds_the_disk_full_leaves_no_manifest_and_the_one_before(store: Store, tmp_path: Path) -> None:
    fill(store)
    with store.reading() as connection:
        manifest = export_parquet(connection, tmp_path, date(2026, 11, 20))
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
        with pytest.raises(OSError) as error, full_disk_below(tmp_path):
            export_parquet(connection, tmp_path, date(2026, 11, 20))
        assert error.value.errno == errno.ENOSPC
        assert not manifest.exists()
        assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before
        export_parquet(connection, tmp_path, date(2026, 11, 20))
    assert manifest.exists() and not list(tmp_path.rglob("*.part"))


def test_a4_command_that_finds_the_disk_full_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KOUKEN_DATA_DIR", str(tmp_path / "data"))
    with open_store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}") as store:
        fill(store)
    out = tmp_path / "bi"
    with full_disk_below(out):
        assert run(["export", "parquet", "--out", str(out), "--lang", "ja"]) == ExitCode.STOPPED_BY_LIMIT
    shown = capsys.readouterr().err
    assert "ディスクがいっぱい" in shown and len(shown.splitlines()) == 1


def test_a4_log_on_a_full_disk_stops_the_night_and_the_next_one_goes_on(quick_centre: Centre) -> None:
    centre = recorded(quick_centre)

    def night_with_a_full_log() -> int:
        os.dup2(os.open(FULL, os.O_WRONLY), 2)
        sys.stderr = os.fdopen(2, "w", buffering=1)
        try:
            run_night(Request(centre.archive, {}), centre.settings, Lines("ja"), lambda: False, centre.recognition)
        except NoSpace as error:
            return int(error.exit_code)
        return 0

    assert in_a_child(night_with_a_full_log) == ExitCode.STOPPED_BY_LIMIT
    assert centre.night() is ExitCode.DONE
    assert centre.files == {"found": 2, "done": 2, "waiting": 0, "quarantined": 0, "skipped": 0}


def test_a4_exit_code_tells_of_a_full_disk_where_no_word_can_be_written(tmp_path: Path) -> None:
    script = "import errno\nfrom pipeline import cli\n"
    script += "def full(*a, **k): raise OSError(errno.ENOSPC, 'full')\n"
    script += "cli.kouken.main = full\ncli.main(['status'])\n"
    with Path(FULL).open("w") as log:
        done = subprocess.run([sys.executable, "-c", script], stderr=log, check=False)
    assert done.returncode == ExitCode.STOPPED_BY_LIMIT


WRITING = {
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
    "os.chown",
    "os.utime",
    "os.link",
    "os.symlink",
}


def test_a5_archive_that_cannot_be_written_is_read_as_any_other(quick_centre: Centre) -> None:
    centre = recorded(quick_centre)
    inside = str(centre.archive)

    def refuse_writing(event: str, arguments: tuple[Any, ...]) -> None:
        touched = [os.fsdecode(one) for one in arguments if isinstance(one, str | bytes | Path)]
        if any(one.startswith(inside) for one in touched) and (
            event in WRITING or (event == "open" and int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        ):
            raise OSError(errno.EROFS, "Read-only file system", touched[0])

    def night() -> int:
        sys.addaudithook(refuse_writing)
        try:
            (centre.archive / "probe").touch()
        except OSError:  # the hook works
            return int(centre.night())
        return 98

    assert in_a_child(night) == ExitCode.DONE
    assert centre.night() is ExitCode.DONE
    assert centre.files["done"] == 2


def test_a6_pipe_among_the_recordings_is_not_opened(quick_centre: Centre) -> None:
    centre = recorded(quick_centre)
    os.mkfifo(centre.archive / "pipe.wav")
    assert centre.night() is ExitCode.SOME_QUARANTINED
    (held,) = centre.report["coverage"]["held_back"]
    assert (held["relative"], held["reason"]) == ("pipe.wav", "IO_ERROR")
    assert centre.files["done"] == 2


def test_a8_form_that_has_to_write_says_busy_while_somebody_else_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path)
    with open_store(settings.store_url) as store:
        fill(store)
        monkeypatch.setattr(connect, "BUSY_SECONDS", 0)
        with opened_as(settings, "manager", name="boss") as browser:
            form = {"csrf": csrf_of(browser), "text": "よい締めくくりでした。"}
            with store.writing():
                assert browser.get("/calls").status_code == 200  # what only reads is not kept waiting
                answer = browser.post("/operator-remarks/OP-002", data=form)
            assert answer.status_code == 503 and "書き込み中" in answer.text
            assert browser.post("/operator-remarks/OP-002", data=form).status_code == 200


def test_a8_stuck_reader_keeps_no_night_waiting(quick_centre: Centre) -> None:
    centre = recorded(quick_centre)
    with centre.open() as store, store.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM runs").scalar_one()
        assert centre.night() is ExitCode.DONE
    assert centre.files["done"] == 2


@pytest.mark.sqlite
def test_a4_disk_that_is_full_when_the_write_ahead_file_is_emptied_is_named_as_such(tmp_path: Path) -> None:
    import pysqlite3.dbapi2

    class Full:
        def execute(self, statement: str) -> None:
            raise pysqlite3.dbapi2.OperationalError("database or disk is full")

    with (
        open_store(f"sqlite:///{tmp_path / 'kouken.db'}") as store,
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(NoSpace),
        store.reading() as connection,
    ):
        patch.setattr(type(connection.connection), "driver_connection", Full())
        erasure.forget_pages(connection)
