"""One writer, readers that never wait."""

import threading

import pytest
import sqlalchemy as sa

from pipeline.errors import Locked
from pipeline.store import connect, runs
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store


def test_writers_that_read_first_do_not_fail_each_other(store: Store) -> None:
    def add(times: int) -> None:
        for _ in range(times):
            with store.writing() as connection:
                connection.execute(sa.text("SELECT count(*) FROM runs")).scalar_one()
                runs.start_run(connection, "archive", {})

    threads = [threading.Thread(target=add, args=(25,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM runs")).scalar_one() == 100


def test_reader_sees_nothing_of_an_open_transaction(store: Store) -> None:
    with store.writing() as writer:
        runs.start_run(writer, "archive", {})
        with store.reading() as reader:
            assert reader.execute(sa.text("SELECT count(*) FROM runs")).scalar_one() == 0


def test_writer_that_waits_too_long_is_told_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0)
    other = open_store(str(store.url))
    with store.writing(), pytest.raises(Locked), other.writing():
        pass
    other.close()


def test_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as connection:
        runs.start_run(connection, "archive", {})
        raise RuntimeError("stop")
    with store.reading() as connection:
        assert runs.last_run(connection) is None
