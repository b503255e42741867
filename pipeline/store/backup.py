"""A copy of the whole store at one moment, taken while it is in use, and put back into an empty one."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.store.connect import Connection, Store
from pipeline.store.schema import metadata

BLOCK = 1 << 20
PAGES = 2_000  # of SQLite's, copied between two looks at who else writes


def copy_sqlite(store: Store, path: Path) -> None:
    """SQLite's own online backup into a new file: consistent, whoever writes meanwhile; writers do not wait for it."""
    import pysqlite3.dbapi2

    with store.engine.connect() as connection, closing(pysqlite3.dbapi2.connect(str(path))) as target:
        source: Any = connection.connection.driver_connection
        connection.rollback()  # the backup reads in transactions of its own
        source.backup(target, pages=PAGES)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, no companions


def set_aside(store: Store, place: Path, kept: Path) -> None:
    """A copy of the present SQLite under another name, with what its companion files hold; a damaged one as it lies."""
    if sqlite_is_whole(place):
        copy_sqlite(store, kept)
        return
    for companion in ("", "-wal"):
        lying = place.with_name(place.name + companion)
        if lying.exists():
            shutil.copyfile(lying, kept.with_name(kept.name + companion))


def sqlite_is_whole(path: Path) -> bool:
    """Whether SQLite finds every page of a database file in order and every reference kept."""
    import pysqlite3.dbapi2

    with closing(pysqlite3.dbapi2.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            return found == [("ok",)] and not connection.execute("PRAGMA foreign_key_check").fetchall()
        except pysqlite3.dbapi2.DatabaseError:
            return False


def read_tables(connection: Connection) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every table of PostgreSQL with its rows in COPY's text form, referred ones first, as of one moment."""
    driver: Any = connection.connection.driver_connection
    for table in metadata.sorted_tables:
        yield table.name, _copied_out(driver, table)


def _copied_out(driver: Any, table: sa.Table) -> Iterator[bytes]:
    from psycopg import sql

    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    query = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table.name), columns)
    with driver.cursor() as cursor, cursor.copy(query) as copied:
        for block in copied:
            yield bytes(block)


def write_tables(connection: Connection, read: Callable[[str], Iterator[bytes]]) -> None:
    """Put the rows of every table into a PostgreSQL that has the schema and no nights; counters go on after them."""
    from psycopg import sql

    driver: Any = connection.connection.driver_connection
    for table in reversed(metadata.sorted_tables):
        if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one():
            connection.execute(sa.delete(table))  # what the schema itself brought
    for table in metadata.sorted_tables:
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        with driver.cursor() as cursor, cursor.copy(query) as copied:
            for block in read(table.name):
                copied.write(block)
        _count_on(connection, table)


def _count_on(connection: Connection, table: sa.Table) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    sequence = connection.execute(
        sa.text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
    ).scalar()
    if sequence is not None:
        last = connection.execute(sa.select(sa.func.max(column))).scalar()
        connection.execute(sa.select(sa.func.setval(sequence, last or 1, last is not None)))


def is_unused(connection: Connection) -> bool:
    """Whether no night has run and no table was loaded."""
    names = ("runs", "loads", "recordings")
    counts = [sa.select(sa.func.count()).select_from(metadata.tables[name]) for name in names]
    return all(connection.execute(count).scalar_one() == 0 for count in counts)
