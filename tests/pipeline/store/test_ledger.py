"""The ledger: every item in one state, and no late write of a holder that lost it."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.errors import Reason
from pipeline.nights.archive import ArchiveFile
from pipeline.nights.lease import Lease
from pipeline.store import ledger, recordings, runs
from pipeline.store.connect import Store
from pipeline.store.ledger import Claim, LeaseLost

V = "speech-1"


def night(store: Store, names: Sequence[str], archive: str = "/archive") -> int:
    with store.writing() as connection:
        run_id = runs.start_run(connection, archive, {})
        found = [
            ArchiveFile(name, 1, 1, sha256=f"{name:>064}", call_id=name, rank=rank) for rank, name in enumerate(names)
        ]
        recordings.remember_files(connection, run_id, archive, found)
        ledger.open_recordings(connection, run_id, V)
    return run_id


def claim(store: Store, run_id: int, limit: int = 10, *, begun: bool = False) -> list[Claim]:
    with store.writing() as connection:
        return ledger.claim(connection, run_id, "transcribe", V, limit, begun=begun)


def settle(store: Store, item: Claim, state: str = "done") -> None:
    with store.writing() as connection:
        ledger.settle(connection, item, state)


def states(store: Store, run_id: int) -> dict[str, str]:
    with store.reading() as connection:
        return {file.relative: file.state for file in recordings.file_states(connection, run_id, V)}


def test_the_latest_call_comes_first(store: Store) -> None:
    run_id = night(store, ["old", "newer", "newest"])
    with store.reading() as connection:
        where = recordings.places(connection, run_id, [item.recording_id for item in claim(store, run_id)])
    assert [place.call_id for place in where.values()] != []
    with store.writing() as connection:
        ledger.release(connection, [run_id])
    order = []
    for _ in range(3):
        (item,) = claim(store, run_id, 1)
        with store.reading() as connection:
            order.append(recordings.places(connection, run_id, [item.recording_id])[item.recording_id].call_id)
        settle(store, item)
    assert order == ["newest", "newer", "old"]


def test_an_item_is_claimed_once(store: Store) -> None:
    run_id = night(store, ["a", "b", "c"])
    assert len(claim(store, run_id)) == 3
    assert claim(store, run_id) == []


def test_many_nights_claim_nothing_twice(store: Store) -> None:
    run_id = night(store, [f"call-{number}" for number in range(40)])
    taken: list[Claim] = []

    def work() -> None:
        while some := claim(store, run_id, 3):
            taken.extend(some)
            for item in some:
                settle(store, item)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len({item.recording_id for item in taken}) == 40


def test_late_write_of_a_frozen_holder_is_refused(store: Store) -> None:
    frozen = night(store, ["a"])
    (before,) = claim(store, frozen)
    other = night(store, ["a"])
    with store.writing() as connection:
        assert ledger.take_over(connection, [frozen], most_attempts=3) == 1
    (after,) = claim(store, other, begun=True)
    assert after.token > before.token
    with pytest.raises(LeaseLost):
        settle(store, before)
    settle(store, after)
    with pytest.raises(LeaseLost):
        settle(store, before)
    assert states(store, other) == {"a": "done"}


def test_what_ended_its_night_too_often_is_held_back(store: Store) -> None:
    for attempt in range(1, 4):
        run_id = night(store, ["killer"])
        (item,) = claim(store, run_id, begun=attempt > 1)
        assert item.attempts == attempt
        with store.writing() as connection:
            ledger.take_over(connection, [run_id], most_attempts=3)
    run_id = night(store, ["killer"])
    assert claim(store, run_id) == claim(store, run_id, begun=True) == []
    with store.reading() as connection:
        (file,) = recordings.file_states(connection, run_id, V)
    assert (file.state, file.reason) == ("quarantined", Reason.WORKER_DIED)


def test_what_was_begun_before_comes_alone_and_last(store: Store, tmp_path: Path) -> None:
    dead = night(store, ["suspect-1", "suspect-2"])
    claim(store, dead)
    run_id = night(store, ["suspect-1", "suspect-2", "fresh-1", "fresh-2"])
    with store.writing() as connection:
        ledger.take_over(connection, [dead], most_attempts=3)
    lease = Lease(store, run_id, tmp_path / "marks", stale_s=60, most_attempts=3)
    batches = lease.batches("transcribe", V, 10, lambda: False)
    assert [[item.attempts for item in batch] for batch in batches] == [[1, 1], [2], [2]]
    lease.end("done")


def test_released_items_were_never_begun(store: Store) -> None:
    run_id = night(store, ["a"])
    claim(store, run_id)
    with store.writing() as connection:
        assert ledger.release(connection, [run_id]) == 1
    assert [item.attempts for item in claim(store, run_id)] == [1]


def test_under_way_is_still_waiting_so_that_the_four_numbers_add_up(store: Store) -> None:
    run_id = night(store, ["a", "b"])
    claim(store, run_id, 1)
    assert sorted(states(store, run_id).values()) == ["waiting", "waiting"]


def test_another_archive_is_not_this_nights_work(store: Store) -> None:
    night(store, ["there"], "/elsewhere")
    here = night(store, ["here"])
    assert len(claim(store, here)) == 1
    assert states(store, here) == {"here": "waiting"}


def test_two_nights_over_one_archive_both_see_every_file(store: Store) -> None:
    first = night(store, ["a", "b"])
    second = night(store, ["a", "b"])
    assert states(store, first) == states(store, second) == {"a": "waiting", "b": "waiting"}


def test_another_content_under_a_known_name_is_a_new_revision(store: Store) -> None:
    first = night(store, ["a"])
    with store.writing() as connection:
        second = runs.start_run(connection, "/archive", {})
        again = [ArchiveFile("a", 2, 2, sha256="f" * 64, call_id="a")]
        recordings.remember_files(connection, second, "/archive", again)
    with store.reading() as connection:
        rows = connection.execute(sa.text("SELECT sha256, superseded_in_run FROM recordings")).all()
    assert {row.sha256[-1]: row.superseded_in_run for row in rows} == {"a": second, "f": None}
    assert first < second


def test_a_renamed_recording_keeps_its_history(store: Store) -> None:
    night(store, ["a"])
    with store.writing() as connection:
        second = runs.start_run(connection, "/archive", {})
        moved = [ArchiveFile("b", 1, 1, sha256=f"{'a':>064}", call_id="a")]
        recordings.remember_files(connection, second, "/archive", moved)
        ledger.open_recordings(connection, second, V)
    assert [item.attempts for item in claim(store, second)] == [1]
    assert claim(store, second) == []
    with store.reading() as connection:
        assert connection.execute(sa.text("SELECT superseded_in_run FROM recordings")).scalars().all() == [None]


def test_retry_puts_back_only_what_is_held_back(store: Store) -> None:
    run_id = night(store, ["a", "b"])
    one, two = claim(store, run_id)
    settle(store, one)
    settle(store, two, "quarantined")
    with store.writing() as connection:
        assert len(ledger.retry(connection)) == 1
    assert [item.attempts for item in claim(store, run_id)] == [1]


def test_claims_read_the_rows_they_take_and_no_others(store: Store) -> None:
    """A PostgreSQL that never counted the rows chose an index by which each claim of a first night read the ledger."""
    run_id = night(store, [f"call-{number}" for number in range(1000)])
    for _ in range(100):
        (item,) = claim(store, run_id, 1)
        settle(store, item)
    if not store.is_sqlite:
        with store.reading() as connection:
            connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        with store.reading() as connection:
            rows = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'ledger'"
            assert connection.exec_driver_sql(rows).scalar_one() < 20_000  # all that wait, each time: 100,000


def test_the_server_knows_how_many_rows_were_opened_and_of_no_empty_table(store: Store) -> None:
    night(store, [f"call-{number}" for number in range(300)])
    if not store.is_sqlite:
        with store.reading() as connection:
            query = "SELECT relname, reltuples FROM pg_class WHERE relname IN ('ledger', 'recordings', 'transcripts')"
            known = {row.relname: row.reltuples for row in connection.exec_driver_sql(query)}
        assert known == {"ledger": 300, "recordings": 300, "transcripts": -1}  # -1: never counted
