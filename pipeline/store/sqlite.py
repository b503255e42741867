"""SQLite: the pragmas that keep a committed call, and what its errors mean."""

import json
from functools import partial
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import KoukenError
from pipeline.language import Text

Trouble = Literal["busy", "full", "unreachable", "broken"]
SAFE = (3, 51, 3)  # below it, two connections checkpointing at once can corrupt a WAL database
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs"}
MOUNTS = Path("/proc/self/mounts")
LOCKS = Path("/proc/locks")
PATIENCE = "patience_s"
STRICT_JSON = partial(json.dumps, allow_nan=False)  # PostgreSQL refuses NaN by itself
WRITER_BYTE = 120  # of the -shm file: WAL_WRITE_LOCK in SQLite's wal.c


def version() -> tuple[int, ...]:
    """The SQLite in use: the one bundled with pysqlite3, not the system's."""
    import pysqlite3.dbapi2

    return tuple(int(part) for part in pysqlite3.dbapi2.sqlite_version.split("."))


def engine(url: sa.URL, busy_seconds: float) -> sa.Engine:
    """An engine whose transactions begin as writers or as readers. Raises `KoukenError` where WAL is not safe."""
    import pysqlite3.dbapi2

    if version() < SAFE:
        raise KoukenError(
            Text(
                "この SQLite には WAL を壊す不具合があります。", "This SQLite has a bug that can corrupt WAL databases."
            ),
            remedy=Text("make setup で pysqlite3 を入れ直してください。", "Reinstall pysqlite3 with make setup."),
        )
    if url.database:
        folder = Path(url.database).absolute().parent
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_network(folder)
    made = sa.create_engine(url, module=pysqlite3.dbapi2, json_serializer=STRICT_JSON)

    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN is ours, see `_begin`
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={round(busy_seconds * 1000)}",
            "synchronous=FULL",  # a committed call survives a power cut
        ):
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(made, "connect", prepare)
    sa.event.listen(made, "begin", partial(_begin, busy_seconds))
    return made


def trouble_of(error: sa.exc.DBAPIError) -> Trouble | None:
    """What SQLite's message means for a person; None for a fault of the program."""
    said = str(error.orig)
    if "locked" in said or "busy" in said:
        return "busy"
    if "disk is full" in said:
        return "full"
    if "unable to open" in said or "readonly database" in said or "disk I/O error" in said:
        return "unreachable"
    return "broken" if "malformed" in said or "not a database" in said else None


def holder(url: sa.URL) -> str:
    """The process that holds the writer's lock, from the kernel's own table: asking by a lock would drop ours."""
    try:
        inode = Path(f"{url.database}-shm").stat().st_ino
        for line in LOCKS.read_text(encoding="ascii").splitlines():
            _, _, _, kind, pid, place, first, last = line.replace("EOF", str(1 << 62)).split()[:8]
            is_pen = kind == "WRITE" and int(first) <= WRITER_BYTE <= int(last)
            if is_pen and place.endswith(f":{inode}"):
                return f"PID {pid}"
    except (OSError, ValueError, IndexError):
        pass
    return "PID ?"


def _begin(busy_seconds: float, connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once under WAL, whatever the busy timeout.
    options = connection.get_execution_options()
    patience_s = options.get("patience_s", busy_seconds)
    if connection.info.get(PATIENCE, busy_seconds) != patience_s:  # the one before in the pool had another
        connection.exec_driver_sql(f"PRAGMA busy_timeout={round(patience_s * 1000)}")
        connection.info[PATIENCE] = patience_s
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def _refuse_network(folder: Path) -> None:
    """WAL shares memory between processes, which no network file system offers: data would be lost silently."""
    kind = _file_system(folder)
    if kind in NETWORK:
        raise KoukenError(
            Text(
                f"data_dir がネットワーク上({kind})にあり、SQLite では安全に書けません: {folder}",
                f"data_dir is on a network file system ({kind}), where SQLite cannot write safely: {folder}",
            ),
            remedy=Text(
                "この機械のディスクに移すか、store.url で PostgreSQL を指定してください。",
                "Move it to a disk of this machine, or name a PostgreSQL in store.url.",
            ),
        )


def _file_system(folder: Path) -> str:
    try:
        mounts = [line.split()[1:3] for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return ""
    real = folder.resolve()
    under = [(place, kind) for place, kind in mounts if real.is_relative_to(place.replace("\\040", " "))]
    return max(under, key=lambda mount: len(mount[0]), default=("", ""))[1]
