"""One night at a time per SQLite store: the second one is told who holds the lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import Locked
from pipeline.language import Text
from pipeline.settings import Settings


@contextmanager
def night_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock of a store that only one night may write; the system lets go of it when the process ends.

    On PostgreSQL several nights share the work by their leases, and there is no lock. Raises `Locked`.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.store_url.startswith("sqlite"):
        yield
        return
    with _locked(Path(settings.store_url.partition(":///")[2] or settings.data_dir / "kouken.db").parent):
        yield


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "night.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "?"
            raise Locked(
                Text(
                    f"別の夜間バッチが動いています(プロセス {holder})。",
                    f"Another night is running (process {holder}).",
                ),
                remedy=Text("終わってから、もう一度実行してください。", "Run again when it has finished."),
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
