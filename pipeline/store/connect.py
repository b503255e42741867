"""Engines for SQLite and PostgreSQL: one writer at a time, readers that never wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import KoukenError, Locked
from pipeline.language import Text

Connection = sa.Connection  # the name by which the rest of the program knows an open transaction
BUSY_SECONDS = 30
SAFE_SQLITE = (3, 51, 3)  # below it, two connections checkpointing at once can corrupt a WAL database


class Store:
    """Opens transactions; the functions of the other files of this package run inside them."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.engine = _sqlite_engine(self.url) if self.url.get_backend_name() == "sqlite" else sa.create_engine(url)
        self._writer = self.engine.execution_options(writes=True)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One writing transaction, committed at the end. Raises `Locked` if another writer holds on too long."""
        with _told_if_locked(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view; it sees no half-written night and keeps no writer waiting. Raises `Locked`."""
        with _told_if_locked(), self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@contextmanager
def _told_if_locked() -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise Locked(
            Text(
                f"ほかの処理が書き込み中のため、{BUSY_SECONDS} 秒待っても進めませんでした。",
                f"Another process was writing for more than {BUSY_SECONDS} seconds.",
            ),
            remedy=Text("その処理が終わってから、もう一度実行してください。", "Run again when it has finished."),
        ) from None


def sqlite_version() -> tuple[int, ...]:
    """The SQLite in use: the one bundled with pysqlite3, not the system's."""
    import pysqlite3.dbapi2

    return tuple(int(part) for part in pysqlite3.dbapi2.sqlite_version.split("."))


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    import pysqlite3.dbapi2

    if sqlite_version() < SAFE_SQLITE:
        raise KoukenError(
            Text(
                "この SQLite には WAL を壊す不具合があります。", "This SQLite has a bug that can corrupt WAL databases."
            ),
            remedy=Text("make setup で pysqlite3 を入れ直してください。", "Reinstall pysqlite3 with make setup."),
        )
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, module=pysqlite3.dbapi2)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN is ours, see `_begin`
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "synchronous=FULL",  # a committed call survives a power cut
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once under WAL, whatever the busy timeout.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
