"""Frames put aside on the disk until they are wanted, in a file that nobody else sees."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.store.scratch import scratch


class Spool:
    """Frames in the order in which they were put aside; read one by one, as often as wanted."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.execute("CREATE TABLE parts (place INTEGER PRIMARY KEY, frame)")

    def put_aside(self, frame: pd.DataFrame) -> None:
        """Keep this frame as it is now."""
        self._connection.execute("INSERT INTO parts (frame) VALUES (?)", (pickle.dumps(frame),))

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """The frames, with their dtypes."""
        for (frame,) in self._connection.execute("SELECT frame FROM parts ORDER BY place"):
            yield pickle.loads(frame)  # noqa: S301 - this process wrote it, into a file without a name


@contextmanager
def spooled(folder: Path) -> Iterator[Spool]:
    """An empty spool in a file of this folder, while it is needed. Raises `NoSpace`."""
    with scratch(folder) as connection:
        yield Spool(connection)
