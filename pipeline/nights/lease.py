"""What one night holds, and when it may take over what another one held."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

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
    """

    def __init__(self, store: Store, run_id: int, *, stale_s: float, most_attempts: int) -> None:
        self.store, self.run_id = store, run_id
        self.stale_s, self.most_attempts = stale_s, most_attempts
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
        """What this night is to do next, claimed up to `limit` at a time, until nothing waits or `stop()`."""
        while not stop():
            with self.store.writing() as connection:
                some = ledger.claim(connection, self.run_id, stage, version, limit)
            if not some:
                return
            yield some

    def claims(self, stage: Stage, version: str, limit: int, stop: Callable[[], bool]) -> Iterator[Claim]:
        """The same, one after the other."""
        for some in self.batches(stage, version, limit, stop):
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
            beats = runs.beats(connection, self.run_id)
        dead = [run_id for run_id, beat in beats.items() if self._is_dead(run_id, beat)]
        if not dead:
            return 0
        with self.store.writing() as connection:
            runs.close_dead(connection, dead)
            return ledger.take_over(connection, dead, self.most_attempts)

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
                ledger.release(connection, self.run_id)
                runs.finish_run(connection, self.run_id, state)
        finally:
            self.let_go()
