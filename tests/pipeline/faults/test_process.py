"""A2, A3, A7, A12, C3: processes that die or are asked to end, memory that runs out, a clock that jumps."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from pipeline.benchmarks import web_benchmark
from pipeline.commands.nightly import asked_to_stop
from pipeline.errors import ExitCode, ItemError, Reason, StoppedByLimit
from pipeline.nights.night import Recognition
from pipeline.processes.workers import Work, in_own_process, map_items
from pipeline.records import Transcript
from pipeline.settings import WorkSettings
from pipeline.speech.work import TranscribeTask
from pipeline.store import migrate
from pipeline.store.connect import Store
from tests.pipeline import fake_speech
from tests.pipeline.centre import PLAIN, QUICK, Centre, QuickTagger, small_centre
from tests.pipeline.faults import inline

pytestmark = pytest.mark.fault
SPAWN = multiprocessing.get_context("spawn")
LONG = 600.0


def nothing() -> None:
    """Nothing to load."""


def wait_long(path: str) -> str:
    Path(path).write_text(str(os.getpid()))
    time.sleep(LONG)
    return path


def run_out_of_memory(name: str) -> str:
    if name == "big":
        raise MemoryError
    return name


def parent_of_a_worker(path: str) -> None:
    list(map_items(Work(wait_long, nothing, (), lambda item: LONG), [path], workers=1, stop=lambda: False))


def slow_transcribe(task: TranscribeTask) -> Transcript:
    time.sleep(0.3)
    return fake_speech.transcribe(task)


def transcribe_for_ever(task: TranscribeTask) -> Transcript:
    fake_speech.transcribe(task)
    time.sleep(LONG)
    raise AssertionError


def transcribe_alone(task: TranscribeTask) -> Transcript:
    """Dies at the first try, and at the second finds nothing else under way."""
    tried = task.path.parent.parent / f"tried-{task.path.name}"
    if not tried.exists():
        tried.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    under_way = task.path.parent.parent / "under-way"
    under_way.mkdir()
    time.sleep(0.5)
    under_way.rmdir()
    return fake_speech.transcribe(task)


def night_of_long_calls(root: Path, url: str) -> None:
    recognition = Recognition(fake_speech.start, transcribe_for_ever, lambda store, settings: QuickTagger())
    small_centre(root, url, recognition).night()


def parent_of_a_process(path: str) -> None:
    in_own_process(wait_long, path)


def parent_of_one_beside(path: str) -> None:
    with web_benchmark._beside(wait_long, path) as process:
        process.join()


def night_that_listens(root: Path, url: str) -> None:
    recognition = Recognition(fake_speech.start, slow_transcribe, lambda store, settings: QuickTagger())
    with asked_to_stop() as asked:
        try:
            os._exit(int(small_centre(root, url, recognition).night(stop=asked)))
        except StoppedByLimit as error:
            os._exit(int(error.exit_code))


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("parent", [parent_of_a_worker, parent_of_a_process, parent_of_one_beside])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_and_helpers_end_with_a_killed_parent(
    parent: Callable[[str], None], how: signal.Signals, tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    night = SPAWN.Process(target=parent, args=(str(told),))
    night.start()
    assert within(120, lambda: told.exists() and told.read_text() != "")
    worker = int(told.read_text())
    assert is_alive(worker) and night.pid is not None
    os.kill(night.pid, how)
    night.join()
    assert within(10, lambda: not is_alive(worker))


def test_benchmark_that_is_asked_to_end_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "bench", "night", "--calls", "3000", "--calls", "4000"]
    bench = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path)}, stderr=subprocess.DEVNULL)
    assert within(120, lambda: any(tmp_path.glob("*/data/kouken.db")))
    helpers = descendants(bench.pid)
    assert helpers
    bench.terminate()
    assert bench.wait(60) == ExitCode.STOPPED_BY_LIMIT
    assert within(10, lambda: not any(is_alive(pid) for pid in helpers))
    assert not list(tmp_path.iterdir())


def descendants(pid: int) -> list[int]:
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _words(task / "children")]
    return [*children, *(lower for child in children for lower in descendants(child))]


def _words(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split()


def test_worker_without_memory_takes_only_its_item_with_it() -> None:
    work = Work(run_out_of_memory, nothing, (), lambda item: LONG)
    done = {one.item: one.error for one in map_items(work, ["a", "big", "b"], workers=1, stop=lambda: False)}
    assert done["a"] is done["b"] is None
    assert isinstance(done["big"], ItemError) and done["big"].reason is Reason.RESOURCE_LIMIT


def test_night_that_is_asked_to_end_exits_with_5_and_the_next_one_goes_on(store_url: str, tmp_path: Path) -> None:
    centre = small_centre(tmp_path, store_url, QUICK)
    for number in range(8):
        centre.record(f"{number}.wav", PLAIN + f"O {number}\n")
    night = SPAWN.Process(target=night_that_listens, args=(tmp_path, store_url))
    night.start()
    assert within(120, lambda: bool(fake_speech.transcribed(centre.archive)))
    assert night.pid is not None
    os.kill(night.pid, signal.SIGTERM)
    night.join(60)
    assert night.exitcode == ExitCode.STOPPED_BY_LIMIT
    assert len(fake_speech.transcribed(centre.archive)) < 8
    assert centre.night() is ExitCode.DONE
    assert centre.files == {"found": 8, "done": 8, "waiting": 0, "quarantined": 0, "skipped": 0}


def test_night_that_is_killed_is_held_against_nothing_but_what_was_being_read(store_url: str, tmp_path: Path) -> None:
    centre = small_centre(tmp_path, store_url, QUICK)
    for number in range(8):
        centre.record(f"{number}.wav", PLAIN + f"O {number}\n")
    for killed in range(1, 4):
        night = SPAWN.Process(target=night_of_long_calls, args=(tmp_path, store_url))
        night.start()
        assert within(120, lambda killed=killed: len(fake_speech.transcribed(centre.archive)) == killed)  # type: ignore[misc]
        time.sleep(1.5)  # long enough to take more in hand than one worker can
        night.kill()
        night.join()
    with centre.open() as store, store.reading() as connection:
        attempts = sa.text("SELECT attempts FROM ledger WHERE attempts > 0")
        assert connection.execute(attempts).scalars().all() == [1, 1, 1]
    assert centre.night() is ExitCode.DONE
    assert centre.files == {"found": 8, "done": 8, "waiting": 0, "quarantined": 0, "skipped": 0}


def test_what_killed_its_worker_is_tried_again_with_nothing_else_beside_it(store_url: str, tmp_path: Path) -> None:
    recognition = Recognition(fake_speech.start, transcribe_alone, lambda store, settings: QuickTagger())
    centre = small_centre(tmp_path, store_url, recognition).with_settings(work=WorkSettings(workers=2, settle_s=0))
    for number in range(4):
        centre.record(f"{number}.wav", PLAIN + f"O {number}\n")
    assert centre.night() is ExitCode.DONE
    assert centre.files == {"found": 4, "done": 4, "waiting": 0, "quarantined": 0, "skipped": 0}


@pytest.mark.sqlite
def test_migration_killed_halfway_leaves_the_old_schema_and_is_done_by_the_next_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kouken.db'}"
    child = os.fork()
    if child == 0:
        real = command.upgrade

        def upgrade_and_die(config: Config, revision: str) -> None:
            real(config, revision)
            os.kill(os.getpid(), signal.SIGKILL)

        pytest.MonkeyPatch().setattr(command, "upgrade", upgrade_and_die)
        migrate.migrate(Store(url))
    os.waitpid(child, 0)
    with Store(url) as store:
        assert migrate.schema_revision(store) is None
        assert migrate.migrate(store) == migrate.head_revision()


@pytest.mark.parametrize("at", ["2001-01-01 00:00:00.000000", "2099-01-01 00:00:00.000000"])
def test_clock_that_jumps_between_two_nights_loses_and_doubles_nothing(
    quick_centre: Centre, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    for number in range(6):
        quick_centre.record(f"{number}.wav", PLAIN + f"O {number}\n")

    def after_three() -> bool:
        return len(fake_speech.transcribed(quick_centre.archive)) >= 3

    with pytest.raises(StoppedByLimit):
        quick_centre.night(stop=after_three)
    with quick_centre.open() as store, store.writing() as connection:  # the clock was that wrong until now
        for statement in ("runs SET started_at = :at, finished_at = :at", "ledger SET updated_at = :at"):
            connection.execute(sa.text(f"UPDATE {statement}"), {"at": at})
    assert quick_centre.night() is ExitCode.DONE
    assert sorted(fake_speech.transcribed(quick_centre.archive)) == [f"{number}.wav" for number in range(6)]
    assert quick_centre.files == {"found": 6, "done": 6, "waiting": 0, "quarantined": 0, "skipped": 0}
