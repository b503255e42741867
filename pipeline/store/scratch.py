"""A database for what one process is in the middle of: too much for its memory, and worth nothing once it has ended."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from pipeline.store.connect import no_space

CACHE_KIB = 8_192  # what is more goes to the disk


@contextmanager
def scratch(folder: Path) -> Iterator[Any]:
    """A connection of the DB-API to an empty SQLite file in this folder, in one transaction that is never committed.

    The file has no name: however the process ends, the system takes it away. Raises `NoSpace`.
    """
    import pysqlite3.dbapi2

    handle, name = mkstemp(dir=folder, prefix="scratch-")
    os.close(handle)
    try:
        connection = pysqlite3.dbapi2.connect(name, isolation_level=None)
    finally:
        Path(name).unlink()
    with closing(connection):
        # nobody else sees it and nobody wants it back: no journal, and no waiting for the disk
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", f"cache_size=-{CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        try:
            yield connection
        except pysqlite3.dbapi2.OperationalError as error:
            if "disk is full" not in str(error):
                raise
            raise no_space(str(folder)) from None
