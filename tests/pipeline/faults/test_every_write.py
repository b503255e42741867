"""A1, A3, A4: whatever happens at whichever write, the next night ends where an undisturbed one does.

By default each kind of fault is tried at some of the writes, others in every run of the tests would cost minutes;
`make faults` (EVERY_WRITE=1) tries all of them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.errors import ExitCode, NoSpace
from pipeline.store import transcripts
from pipeline.store.schema import call_contracts
from pipeline.store.shown import joined_in, left_over
from tests.pipeline.centre import PLAIN, PROPOSAL, QUICK, Centre, small_centre
from tests.pipeline.faults import inline
from tests.pipeline.faults.injected import NEVER, Fault, Mode, PowerCut, fault
from tests.postgres import Server

pytestmark = pytest.mark.fault
EVERY = bool(os.environ.get("EVERY_WRITE"))
Make = Callable[[Path], AbstractContextManager[Centre]]
CALLS = "C1,2026-10-03 14:05,OP1,a.wav,K1\nC2,2026-10-03 23:59:59,OP2,b.wav,K1\n"
CONTRACTS = "contract_id,customer_id,started_on,mrr_yen,renewal_due_on\nK1,U1,2025-11-01,50000,2026-10-31\n"
OUTCOMES = "contract_id,on,kind,mrr_before_yen,mrr_after_yen\nK1,2026-10-28,renewed,50000,50000\n"
JOINED = sa.select(sa.func.count()).where(call_contracts.c.run_id == joined_in())
TABLES = {"contracts": CONTRACTS, "outcomes": OUTCOMES} if EVERY else {}  # their figures cost as much as all the rest


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """The hash of a night in which nothing happens, and how many writes it has."""
    root = tmp_path_factory.mktemp("undisturbed")
    centre = small_centre(root, f"sqlite:///{root / 'kouken.db'}", QUICK)
    with pytest.MonkeyPatch.context() as patch, fault("count") as counted:
        patch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
        run(centre)
    return centre.export_hash(), counted.writes


def run(centre: Centre) -> ExitCode:
    centre.record("a.wav", PROPOSAL)
    centre.record("b.wav", PLAIN)
    centre.record("copy of b.wav", PLAIN)
    centre.record("page.wav", "NOT AUDIO")
    return centre.night(CALLS, lambda: False, **TABLES)


def run_until_killed(centre: Centre, at: int) -> None:
    """In a child process, since the fault ends it."""
    child = os.fork()
    if child == 0:
        with fault("kill", at):
            run(centre)
        os._exit(0)
    os.waitpid(child, 0)


@pytest.fixture(params=["sqlite", "postgres"])
def make(request: pytest.FixtureRequest) -> Make:
    """Makes a centre with a store of its own, as often as asked."""

    @contextmanager
    def made(root: Path) -> Iterator[Centre]:
        root.mkdir()
        if request.param == "sqlite":
            yield small_centre(root, f"sqlite:///{root / 'kouken.db'}", QUICK)
            return
        server: Server = request.getfixturevalue("postgres")
        with server.database() as url:
            yield small_centre(root, url, QUICK)

    return made


def writes(mode: Mode, total: int) -> Iterator[int]:
    stride = 1 if EVERY else {"error": 9, "full": 13, "kill": 11, "delay": 31}.get(mode, 1)
    yield from range(1, total + 1, stride)


@pytest.mark.parametrize("mode", ["error", "full", "kill", "delay"])
def test_nothing_is_lost_or_doubled_whatever_happens_at_any_write(
    make: Make, mode: Mode, undisturbed: tuple[str, int], tmp_path: Path
) -> None:
    expected, total = undisturbed
    assert total > 40
    for at in writes(mode, total):
        with make(tmp_path / str(at)) as centre:
            if mode == "kill":
                run_until_killed(centre, at)
            else:
                with suppress(PowerCut, NoSpace), fault(mode, at):
                    run(centre)
            assert run(centre) is ExitCode.SOME_QUARANTINED, at
            assert centre.export_hash() == expected, at
            assert centre.files == {"found": 4, "done": 2, "waiting": 0, "quarantined": 1, "skipped": 1}
            with centre.open() as store, store.reading() as connection:
                assert left_over(connection, at_work=()) == [], at
                assert connection.execute(JOINED).scalar_one() == 2, at


def test_no_recording_is_held_back_because_nights_found_no_room_for_it(
    make: Make, undisturbed: tuple[str, int], tmp_path: Path
) -> None:
    save = transcripts.save_transcript
    with make(tmp_path / "full") as centre:
        for _ in range(centre.settings.work.attempts + 1):
            with pytest.MonkeyPatch.context() as patch, fault("full", NEVER, lasting=True) as disk:

                def fill_up_and_save(*given: Any, disk: Fault = disk) -> int:
                    disk.at = 0  # from now on, also for putting back what the night holds
                    return save(*given)

                patch.setattr(transcripts, "save_transcript", fill_up_and_save)
                with pytest.raises(NoSpace):
                    run(centre)
        assert run(centre) is ExitCode.SOME_QUARANTINED
        assert centre.export_hash() == undisturbed[0]
        assert list((centre.settings.data_dir / "running").iterdir()) == []


def test_full_disk_is_one_message_and_exit_code_5(make: Make, tmp_path: Path) -> None:
    with make(tmp_path / "full") as centre, pytest.raises(NoSpace) as error, fault("full", 20):
        run(centre)
    assert error.value.exit_code is ExitCode.STOPPED_BY_LIMIT
    assert "ディスクがいっぱい" in error.value.render("ja")
