"""PostgreSQL knows how large the tables are that a night has just filled."""

import sqlalchemy as sa

from pipeline.store import runs
from pipeline.store.connect import Store
from pipeline.store.statistics import refresh_statistics


def test_server_is_told_of_the_rows_that_came(store: Store) -> None:
    with store.writing() as connection:
        for _ in range(30):
            runs.start_run(connection, "archive", {})
    refresh_statistics(store)
    if not store.is_sqlite:
        with store.reading() as connection:
            known = connection.execute(sa.text("SELECT reltuples FROM pg_class WHERE relname = 'runs'"))
            assert known.scalar_one() == 30
