"""PostgreSQL: the same promises as SQLite, one writer at a time and readers that see one moment."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import sqlalchemy as sa

from pipeline.errors import KoukenError
from pipeline.language import Text

Trouble = Literal["busy", "full", "unreachable", "broken", "unstorable", "forbidden"]
PEN = 0x4B4F554B  # "KOUK": the advisory lock that a writing transaction holds; nights use the two-number locks
NIGHT = 0x4E49
WAIT_SECONDS = 10  # for the server to answer at all
# A plan that is kept was made for the tables as they were: after five uses of a statement on tables that a first night
# is only beginning to fill, every later one (and every check of a foreign key) read them from end to end.
OPTIONS = "-c timezone=UTC -c plan_cache_mode=force_custom_plan"
CODES: dict[str, Trouble] = {"55P03": "busy", "53100": "full", "40001": "busy", "40P01": "busy", "42501": "forbidden"}
GONE = ("08", "57P0", "3D", "28", "53300")  # no connection, shut down, no such database, refused


def engine(url: sa.URL) -> sa.Engine:
    """An engine; connections say who they are, for whoever asks who holds the lock. Raises `KoukenError`."""
    name = f"kouken {socket.gethostname()[:30]} PID {os.getpid()}"
    try:
        return sa.create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": WAIT_SECONDS, "application_name": name, "options": OPTIONS},
        )
    except ModuleNotFoundError:
        raise KoukenError(
            Text("PostgreSQL を使う部品が入っていません。", "The parts for PostgreSQL are not installed."),
            remedy=Text("pip install 'kouken[postgres]' を実行してください。", "Run pip install 'kouken[postgres]'."),
        ) from None


@contextmanager
def spare_database(url: str, name: str) -> Iterator[str]:
    """The URL of a new database on the same server, gone afterwards; needs the right to create databases."""
    made = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    quoted = made.dialect.identifier_preparer.quote(name)
    try:
        with made.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
        yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
        with made.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {quoted} WITH (FORCE)")
    finally:
        made.dispose()


def take_the_pen(connection: sa.Connection, seconds: float) -> None:
    """Wait for the writer's lock, which ends with the transaction: what SQLite's BEGIN IMMEDIATE does."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{max(1, round(seconds * 1000))}ms'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PEN})")


def only_look(connection: sa.Connection) -> None:
    """One snapshot for the whole transaction, and no writing in it."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def hold(made: sa.Engine, run_id: int) -> Callable[[], None]:
    """Take a night's own lock in a session of its own: it falls with the process, however it ends."""
    connection = made.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(sa.text("SELECT pg_advisory_lock(:night, :run)"), {"night": NIGHT, "run": run_id})

    def let_go() -> None:
        connection.invalidate()  # ends the session and its lock, whatever state it is in
        connection.close()

    return let_go


def is_held(made: sa.Engine, run_id: int) -> bool:
    """Whether a night's own lock is held; looks at the server's table of locks, so that it takes none itself."""
    query = sa.text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :night AND objid = :run"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with made.connect() as connection:
        return bool(connection.execute(query, {"night": NIGHT, "run": run_id}).scalar_one())


def trouble_of(error: sa.exc.DBAPIError) -> Trouble | None:
    """What the server's error code means for a person; None for a fault of the program."""
    code = getattr(error.orig, "sqlstate", None)
    if code in CODES:
        return CODES[code]
    if code is None and "NUL (0x00)" in str(error.orig):  # refused before the server sees it
        return "unstorable"
    if isinstance(error, sa.exc.OperationalError) and (code is None or code.startswith(GONE)):
        return "unreachable"
    return "broken" if code is not None and code.startswith(("XX001", "XX002")) else None


def holder(made: sa.Engine) -> str:
    """The connection that holds the writer's lock, by the name it gave."""
    query = sa.text(
        "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :pen"
        " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with made.connect() as connection:
        return str(connection.execute(query, {"pen": PEN}).scalar() or "?")
