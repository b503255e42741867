"""One night at a time per SQLite store: the second one is told who holds the lock."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.errors import Locked
from pipeline.language import Text
from pipeline.settings import Settings

TRIES, PAUSE_S = 10, 0.05  # whoever only looks holds it for an instant


@contextmanager
def night_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock of a store that only one night may write; the system lets go of it when the process ends.

    On PostgreSQL several nights share the work by their leases, and there is no lock. Raises `Locked`.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.store_url.startswith("sqlite"):
        yield
        return
    with _locked(_lock_of(settings)):
        yield


def is_locked(settings: Settings) -> bool:
    """Whether a night holds the lock of an SQLite store right now."""
    path = _lock_of(settings)
    if not path.exists():
        return False
    with path.open() as file:
        return not _take(file, fcntl.LOCK_SH)


def _lock_of(settings: Settings) -> Path:
    return Path(settings.store_url.partition(":///")[2] or settings.data_dir / "kouken.db").with_name("night.lock")


def _take(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        for _ in range(TRIES):
            if _take(file, fcntl.LOCK_EX):
                break
            time.sleep(PAUSE_S)
        else:
            file.seek(0)
            holder = file.read().strip() or "?"
            raise Locked(
                Text(
                    f"別の夜間バッチが動いています(プロセス {holder})。",
                    f"Another night is running (process {holder}).",
                ),
                remedy=Text("終わってから、もう一度実行してください。", "Run again when it has finished."),
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
