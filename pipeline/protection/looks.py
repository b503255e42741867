"""Looks at words and sound: on record before anything is shown, and no page waits for a night that is writing.

A look that the store cannot take at once is written to a file beside it, on the disk before the page is given out, and
joins the chain of the audit log with the moment at which it was as soon as the other writer has finished.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import IO, Any

from pipeline.errors import KoukenError, Locked
from pipeline.store import audit
from pipeline.store.connect import Connection, Store

log = logging.getLogger(__name__)
FILE = "looks.jsonl"
PATIENCE_S = 0.1  # what a reader waits for the other writer
AGAIN_S = 1.0  # for one try to bring in what was put aside, and until the next


@dataclass(frozen=True, slots=True)
class _Look:
    """`after`: the newest number of the chain when it was put aside; it can only be beyond it."""

    at: str
    actor: str
    action: str
    object: str
    details: dict[str, Any]
    after: int


class Looks:
    """What people looked at, of one store; several processes may share its file."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._path = store, folder / FILE
        self._lock, self._closing = Lock(), Event()
        self._bringer: Thread | None = None
        if self._is_waiting():  # the process before ended too early
            self._bring_in_soon()

    def note(self, actor: str, action: str, object: str, details: Mapping[str, audit.Detail]) -> None:
        """Put one look on record. Raises `Locked` if neither the store nor the file takes it: then nothing is shown."""
        try:
            with self._store.writing(PATIENCE_S) as connection:
                audit.record(connection, actor, action, object, details)
        except Locked as busy:
            try:
                self._put_aside(actor, action, object, details)
            except OSError:
                raise busy from None
            self._bring_in_soon()

    def bring_in(self) -> bool:
        """Record what was put aside, once each; whether nothing waits any more. Raises `KoukenError`, `OSError`."""
        if not self._is_waiting():
            return True
        with self._store.writing(AGAIN_S) as connection:
            with self._held() as file:
                seen = file.read()
            for look in _looks_in(seen):
                _record(connection, look)
        with self._held() as file:  # what was put aside meanwhile stays, with what is on record before it
            is_all = file.read() == seen
            if is_all:
                file.truncate(0)
        return is_all

    def close(self) -> None:
        """Stop trying; what still waits is brought in by the next process."""
        self._closing.set()
        bringer = self._bringer
        if bringer is not None:
            bringer.join()

    def _put_aside(self, actor: str, action: str, object: str, details: Mapping[str, audit.Detail]) -> None:
        audit.check(actor, action, object, details)
        with self._store.reading() as connection:
            after = audit.last_number(connection)
        look = _Look(datetime.now(UTC).isoformat(), actor, action, object, dict(details), after)
        with self._held() as file:
            file.write(f"\n{json.dumps(asdict(look))}\n")  # apart from a line that a power cut has torn
            file.flush()
            os.fsync(file.fileno())

    def _is_waiting(self) -> bool:
        try:
            return self._path.stat().st_size > 0
        except FileNotFoundError:
            return False

    @contextmanager
    def _held(self) -> Iterator[IO[str]]:
        """The file from its begin, for this process and thread alone; whatever is written goes to its end."""
        self._path.parent.mkdir(parents=True, exist_ok=True)  # with PostgreSQL nothing has made it yet
        self._path.touch(mode=0o600)
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            yield file

    def _bring_in_soon(self) -> None:
        with self._lock:
            if self._bringer is None:
                self._bringer = Thread(target=self._bring, name="looks", daemon=True)
                self._bringer.start()

    def _bring(self) -> None:
        while not self._closing.is_set():
            try:
                self.bring_in()
            except (KoukenError, OSError) as error:
                log.info("looks wait: %s", type(error).__name__)
                self._closing.wait(AGAIN_S)
            with self._lock:
                if not self._is_waiting():
                    self._bringer = None
                    return


def _looks_in(text: str) -> Iterator[_Look]:
    """A torn line is none: the page it was of was never given out."""
    for line in text.splitlines():
        try:
            yield _Look(**json.loads(line))
        except (ValueError, TypeError):
            continue


def _record(connection: Connection, look: _Look) -> None:
    at = datetime.fromisoformat(look.at)
    if not audit.is_on_record(connection, look.actor, look.action, look.object, at, look.after):
        audit.record(connection, look.actor, look.action, look.object, look.details, at)
