"""C1, C2, A2, A5: several nights, frozen and dead ones, and an archive that goes away."""

import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ExitCode, Locked, StoppedByLimit
from pipeline.nightly import run_night
from pipeline.nights.lease import Lease
from pipeline.nights.lock import night_lock
from pipeline.nights.night import Recognition, Request
from pipeline.nights.report_files import ASIDE, write_over
from pipeline.progress import Silent
from pipeline.records import Transcript
from pipeline.reports.erased import remove_reports
from pipeline.reports.files import write_report
from pipeline.speech.work import TranscribeTask
from pipeline.store import ledger, runs
from pipeline.store.connect import Store
from pipeline.store.recordings import file_states
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, QUICK, Centre, QuickTagger, small_centre
from tests.pipeline.faults import inline
from tests.postgres import Server

pytestmark = pytest.mark.fault
SPAWN = multiprocessing.get_context("spawn")


def slow_transcribe(task: TranscribeTask) -> Transcript:
    """Long enough for two nights to meet."""
    time.sleep(0.3)
    return fake_speech.transcribe(task)


def one_of_two_nights(root: Path, url: str) -> None:
    recognition = Recognition(fake_speech.start, slow_transcribe, lambda store, settings: QuickTagger())
    os._exit(int(small_centre(root, url, recognition).night()))


@pytest.fixture
def shared(postgres: Server, tmp_path: Path) -> Iterator[Centre]:
    with postgres.database() as url:
        yield small_centre(tmp_path, url, QUICK)


def test_two_nights_at_once_share_the_work_and_double_nothing(shared: Centre, tmp_path: Path) -> None:
    names = [f"{number:02d}.wav" for number in range(12)]
    for name in names:
        shared.record(name, PLAIN + f"O {name}\n")
    nights = [SPAWN.Process(target=one_of_two_nights, args=(tmp_path, shared.settings.store.url)) for _ in range(2)]
    for night in nights:
        night.start()
    for night in nights:
        night.join(120)
    assert [night.exitcode for night in nights] == [ExitCode.DONE, ExitCode.DONE]
    assert sorted(fake_speech.transcribed(shared.archive)) == names
    assert shared.files == {"found": 12, "done": 12, "waiting": 0, "quarantined": 0, "skipped": 0}


@pytest.mark.parametrize("out", [None, "chosen"])
def test_two_nights_that_write_the_same_report_leave_it_whole(
    shared: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str | None
) -> None:
    shared.record("a.wav", PLAIN)
    request = Request(shared.archive, {}, tmp_path / out if out else None)
    ended: list[ExitCode | None] = []

    def written_while_another_night_runs(*arguments: Any) -> list[Path]:
        paths = write_report(*arguments)
        if not ended:
            ended.append(None)
            ended[0] = run_night(request, shared.settings, Silent(), lambda: False, shared.recognition)
        return paths

    monkeypatch.setattr("pipeline.nights.reporting.write_report", written_while_another_night_runs)
    ended_first = run_night(request, shared.settings, Silent(), lambda: False, shared.recognition)
    assert [ended_first, *ended] == [ExitCode.DONE, ExitCode.DONE]
    place = request.out or shared.settings.data_dir / "reports" / "000001"
    assert sorted(path.name for path in place.iterdir()) == ["calls.csv", "operators.csv", "report.json"]
    assert [path.name for path in place.parent.iterdir() if path.name.startswith(ASIDE)] == []
    assert place.stat().st_mode & 0o777 == 0o777 & ~current_umask()


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_a_killed_night_left_of_a_report_goes_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / f"{ASIDE}old", tmp_path / f"{ASIDE}new"
    for folder in (old, new):
        (folder / "report").mkdir(parents=True)
        (folder / "report" / "calls.csv.part").touch()
    os.utime(old, (0, 0))
    write_over(tmp_path, lambda folder: [])
    assert not old.exists() and new.exists()
    assert remove_reports(tmp_path, datetime.now(UTC) + timedelta(seconds=5)) == 1


def test_night_killed_at_work_leaves_everything_to_the_next_one_at_once(shared: Centre, tmp_path: Path) -> None:
    for number in range(6):
        shared.record(f"{number}.wav", PLAIN + f"O {number}\n")
    night = SPAWN.Process(target=one_of_two_nights, args=(tmp_path, shared.settings.store.url))
    night.start()
    while not fake_speech.transcribed(shared.archive):
        time.sleep(0.05)
    assert night.pid is not None
    os.kill(night.pid, signal.SIGKILL)
    night.join()
    begun = time.monotonic()
    shared.night()
    assert time.monotonic() - begun < 60  # the lease of a night whose session is gone does not have to run out
    assert shared.files["done"] == 6


def test_frozen_night_loses_its_work_and_is_refused_when_it_wakes(shared: Centre) -> None:
    shared.record("a.wav", PLAIN)
    with shared.open() as store:
        frozen, claim = _night_that_froze(store, shared)
        assert (
            shared.with_settings(work=shared.settings.work.model_copy(update={"lease_minutes": 0.01})).night()
            is ExitCode.DONE
        )
        assert shared.files["done"] == 1
        with pytest.raises(ledger.LeaseLost), store.writing() as connection:
            ledger.settle(connection, claim, "done")
        with store.reading() as connection:
            assert [run.state for run in (runs.last_run(connection),) if run] == ["done"]
        frozen.let_go()


def _night_that_froze(store: Store, centre: Centre) -> tuple[Lease, ledger.Claim]:
    """A night that holds the only recording and its session, and gives no sign of life any more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
        with pytest.raises(StoppedByLimit):
            centre.night(stop=_after_listing(store))
    with store.writing() as connection:
        run_id = runs.start_run(connection, str(centre.archive.resolve()), {"speech": _version(store)})
        connection.exec_driver_sql("UPDATE files SET seen_in_run = (SELECT max(run_id) FROM runs)")
    lease = Lease(store, run_id, centre.root / "running", stale_s=60, most_attempts=3)
    with store.writing() as connection:
        ledger.open_recordings(connection, run_id, _version(store))
        (claim,) = ledger.claim(connection, run_id, "transcribe", _version(store), 5)
    return lease, claim


def _version(store: Store) -> str:
    with store.reading() as connection:
        run = runs.last_run(connection)
    assert run is not None
    return run.versions["speech"]


def _after_listing(store: Store) -> Callable[[], bool]:
    def stop() -> bool:
        with store.reading() as connection:
            run = runs.last_run(connection)
            return run is not None and bool(file_states(connection, run.run_id, run.versions["speech"]))

    return stop


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_second_night_on_sqlite_is_told_who_is_running(tmp_path: Path, scheme: str) -> None:
    centre = small_centre(tmp_path, f"{scheme}:///{tmp_path / 'kouken.db'}", QUICK)
    centre.record("a.wav", PLAIN)
    with night_lock(centre.settings), pytest.raises(Locked) as error:
        centre.night()
    assert error.value.exit_code is ExitCode.LOCKED
    assert str(os.getpid()) in error.value.render("ja")
    assert (tmp_path / "night.lock").exists()


def test_archive_that_goes_away_marks_no_recording(quick_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    for number in range(4):
        quick_centre.record(f"{number}.wav", PLAIN + f"O {number}\n")
    away = quick_centre.root / "away"

    def unmount_after_two() -> bool:
        if len(fake_speech.transcribed(quick_centre.archive)) == 2 and quick_centre.archive.exists():
            shutil.move(quick_centre.archive, away)
        return False

    with pytest.raises(StoppedByLimit) as error:
        quick_centre.night(stop=unmount_after_two)
    assert "見えなくなりました" in error.value.render("ja")
    shutil.move(away, quick_centre.archive)
    assert quick_centre.night() is ExitCode.DONE
    assert quick_centre.files == {"found": 4, "done": 4, "waiting": 0, "quarantined": 0, "skipped": 0}


def test_recording_deleted_before_its_turn_takes_only_itself(
    quick_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    quick_centre.record("a.wav", PLAIN)
    gone = quick_centre.record("b.wav", PLAIN + "O もう一つ\n")

    def delete_one() -> bool:
        if fake_speech.transcribed(quick_centre.archive):
            return False
        if _listed(quick_centre):
            gone.unlink(missing_ok=True)
        return False

    assert quick_centre.night(stop=delete_one) is ExitCode.SOME_QUARANTINED
    (held,) = quick_centre.report["coverage"]["held_back"]
    assert (held["relative"], held["reason"]) == ("b.wav", "IO_ERROR")


def _listed(centre: Centre) -> bool:
    with centre.open() as store, store.reading() as connection:
        run = runs.last_run(connection)
        return run is not None and bool(file_states(connection, run.run_id, run.versions["speech"]))


def test_call_that_breaks_the_tagger_is_held_back_alone(quick_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    quick_centre.record("a.wav", PLAIN)
    quick_centre.record("b.wav", "O タグ付けを壊す言葉です。\n")
    assert quick_centre.night() is ExitCode.SOME_QUARANTINED
    (held,) = quick_centre.report["coverage"]["held_back"]
    assert (held["relative"], held["reason"]) == ("b.wav", "ANALYSIS_FAILED")
    assert "お客様の言葉" not in held["detail"]


def test_night_begins_only_with_room_on_the_disk(quick_centre: Centre) -> None:
    quick_centre.record("a.wav", PLAIN)
    work = quick_centre.settings.work.model_copy(update={"reserve_gib": 1e9})
    with pytest.raises(StoppedByLimit) as error:
        quick_centre.with_settings(work=work).night()
    assert "work.reserve_gib" in error.value.render("ja")
