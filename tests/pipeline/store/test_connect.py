"""One writer, readers that never wait."""

import os
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput, ExitCode, KoukenError, Locked, NoSpace
from pipeline.store import connect, runs, schema, sqlite
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


def test_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as connection:
        runs.start_run(connection, "archive", {})
        raise RuntimeError("stop")
    with store.reading() as connection:
        assert runs.last_run(connection) is None


def test_writer_that_waits_too_long_is_told_who_holds_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0)
    other = open_store(store.url.render_as_string(hide_password=False))
    with store.writing(), pytest.raises(Locked) as error, other.writing():
        pass
    other.close()
    assert f"PID {os.getpid()}" in error.value.render("ja")


def test_reader_sees_one_moment_of_the_store_throughout(store: Store) -> None:
    count = sa.text("SELECT count(*) FROM runs")
    with store.reading() as reader:
        before = reader.execute(count).scalar_one()
        with store.writing() as writer:
            runs.start_run(writer, "archive", {})
        assert reader.execute(count).scalar_one() == before == 0


def test_reader_cannot_write_on_postgres(store: Store) -> None:
    if store.is_sqlite:
        pytest.skip("SQLite's readers are told apart by their transactions only")
    with pytest.raises(sa.exc.InternalError, match="read-only"), store.reading() as connection:
        runs.start_run(connection, "archive", {})


@pytest.mark.sqlite
def test_full_disk_is_told_in_one_message_and_leaves_the_store_whole(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'kouken.db'}")
    with pytest.raises(NoSpace) as error, store.writing() as connection:
        pages = connection.execute(sa.text("PRAGMA page_count")).scalar_one()
        connection.execute(sa.text(f"PRAGMA max_page_count = {pages}"))  # what SQLite itself meets on a full disk
        for _ in range(500):
            runs.start_run(connection, "archive" * 100, {})
    assert error.value.exit_code is ExitCode.STOPPED_BY_LIMIT
    with store.reading() as connection:
        assert runs.last_run(connection) is None
        assert connection.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    store.close()


def test_postgres_that_does_not_answer_is_told_without_the_password() -> None:
    store = connect.Store("postgresql+psycopg://kouken:secret@/nothing?host=/nowhere")
    with pytest.raises(KoukenError) as error, store.reading():
        pass
    shown = error.value.render("ja")
    assert "secret" not in shown and "nowhere" in shown


@pytest.mark.sqlite
def test_sqlite_on_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/export {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(sqlite, "MOUNTS", mounts)
    with pytest.raises(KoukenError) as error:
        connect.Store(f"sqlite:///{tmp_path / 'data' / 'kouken.db'}")
    assert "nfs4" in error.value.render("ja")


def test_what_the_database_cannot_hold_is_refused_in_words_and_no_fault_of_the_program(store: Store) -> None:
    with store.writing() as connection:
        runs.start_run(connection, "archive", {})
    looked_for = sa.select(sa.func.count()).select_from(schema.runs).where(schema.runs.c.archive == "archive\0")
    with store.reading() as connection:
        if store.is_sqlite:
            assert connection.execute(looked_for).scalar_one() == 0
            return
    with pytest.raises(BadInput, match="NUL"), store.reading() as connection:
        connection.execute(looked_for)
