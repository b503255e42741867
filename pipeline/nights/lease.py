"""What one night holds, and when it may take over what another one held."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from pipeline.store import ledger, runs
from pipeline.store.connect import Store
from pipeline.store.ledger import Claim, Stage

BEAT_SECONDS = 20.0
POLL_SECONDS = 1.0


def whoami() -> str:
    """This machine and process, as other nights and the status name it."""
    return f"{socket.gethostname()} PID {os.getpid()}"


class Lease:
    """A night's claims and its sign of life.

    Another night is dead when its session is gone, or when its beat has not moved for `stale_s` of this process's own
    monotonic clock: no clock of another machine, and none that can be set, decides.

    While a night works its mark lies in `marks`, a folder of its machine. Taking it away needs neither room nor the
    store: so the next night of the machine knows of one that found the disk full, or the database gone, that it ended
    by itself and no item is to blame.
    """

    def __init__(self, store: Store, run_id: int, marks: Path, *, stale_s: float, most_attempts: int) -> None:
        self.store, self.run_id, self.marks = store, run_id, marks
        self.stale_s, self.most_attempts = stale_s, most_attempts
        marks.mkdir(exist_ok=True)
        self._mark(run_id).touch()
        self.let_go: Callable[[], None] = store.hold(run_id)
        self._beaten = time.monotonic()
        self._seen: dict[int, tuple[int, float]] = {}

    def keep(self) -> None:
        """Give the sign of life if it is due; cheap enough to be called all the time."""
        if time.monotonic() - self._beaten >= BEAT_SECONDS:
            with self.store.writing() as connection:
                runs.beat(connection, self.run_id)
            self._beaten = time.monotonic()

    def batches(self, stage: Stage, version: str, limit: int, stop: Callable[[], bool]) -> Iterator[list[Claim]]:
        """What this night is to do next, claimed up to `limit` at a time, until nothing waits or `stop()`.

        What was begun before and not finished comes last and alone: it may be what ended its night.
        """
        while not stop():
            with self.store.writing() as connection:
                some = ledger.claim(connection, self.run_id, stage, version, limit)
                some = some or ledger.claim(connection, self.run_id, stage, version, 1, begun=True)
            if not some:
                return
            yield some

    def claims(self, stage: Stage, version: str, stop: Callable[[], bool], *, begun: bool) -> Iterator[Claim]:
        """One at a time, either what was begun before or the rest: a night that dies is held against no other item
        than those that were being worked on."""
        while not stop():
            with self.store.writing() as connection:
                some = ledger.claim(connection, self.run_id, stage, version, 1, begun=begun)
            if not some:
                return
            yield from some

    def others_are_done(self, stage: Stage, version: str, stop: Callable[[], bool]) -> bool:
        """Wait for the items that other nights hold. False where there is something to claim again."""
        while not stop():
            with self.store.reading() as connection:
                others = ledger.holders(connection, stage, version) - {self.run_id}
                left = ledger.waiting(connection, stage, version, self.run_id if stage == "transcribe" else None)
            if not others:
                return left == 0
            if self.take_over_dead():
                return False
            time.sleep(POLL_SECONDS)
        return True

    def take_over_dead(self) -> int:
        """Put back what dead nights held; how many items that were."""
        with self.store.reading() as connection:
            others = runs.others_running(connection, self.run_id)
        dead = {other.run_id: other.owner for other in others if self._is_dead(other.run_id, other.beat)}
        if not dead:
            return 0
        killed = [run_id for run_id, owner in dead.items() if not self._ended_by_itself(run_id, owner)]
        with self.store.writing() as connection:
            runs.close_dead(connection, list(dead))
            taken = ledger.take_over(connection, killed, self.most_attempts)
            taken += ledger.release(connection, dead.keys() - killed)
        for run_id in dead:
            self._mark(run_id).unlink(missing_ok=True)
        return taken

    def _ended_by_itself(self, run_id: int, owner: str) -> bool:
        return owner.rpartition(" PID ")[0] == socket.gethostname() and not self._mark(run_id).exists()

    def _mark(self, run_id: int) -> Path:
        return self.marks / str(run_id)

    def _is_dead(self, run_id: int, beat: int) -> bool:
        if not self.store.is_held(run_id):
            return True
        now = time.monotonic()
        before, since = self._seen.get(run_id, (beat, now))
        if beat != before:
            since = now
        self._seen[run_id] = (beat, since)
        return now - since >= self.stale_s

    def end(self, state: str) -> None:
        """Put back what is not finished and close the night; a store that cannot be reached is left as it is."""
        try:
            with suppress(Exception), self.store.writing() as connection:
                ledger.release(connection, [self.run_id])
                runs.finish_run(connection, self.run_id, state)
        finally:
            self._mark(self.run_id).unlink(missing_ok=True)
            self.let_go()
