"""Requests to erase and what is kept, as both databases tell them."""

from datetime import UTC, datetime

from pipeline.store import erasures, holds, retention
from pipeline.store.connect import Store
from tests.api.world import fill

THEIRS = ["OP-009-003", "OP-002-003"]  # the latest first


def test_calls_that_are_meant_come_latest_first_and_unknown_ones_not_at_all(store: Store) -> None:
    fill(store)
    with store.reading() as connection:
        found = erasures.meant(connection, [*reversed(THEIRS), "C9", "no-row-in-the-table"])
    assert [call.call_id for call in found] == [*THEIRS, "no-row-in-the-table"]
    assert [call.operator_id for call in found] == ["OP-009", "OP-002", None]


def test_what_is_kept_is_counted_by_class_with_its_oldest(store: Store) -> None:
    fill(store)
    with store.reading() as connection:
        calls, words, entries = (retention.standing(connection, name) for name in ("calls", "words", "audit"))
    assert calls == (18, datetime(2026, 10, 3, 5, 5, tzinfo=UTC))
    assert words[0] >= 19 and words[1] == calls[1]
    assert entries[0] == 0 or entries[1] is not None


def test_a_hold_of_a_customer_names_their_calls(store: Store) -> None:
    fill(store)
    with store.writing() as connection:
        number = holds.place(connection, "customer", "C-00003", "第1号", "sato")
        hold = holds.read_hold(connection, number)
        assert hold is not None and holds.calls_of(connection, hold) == sorted(THEIRS)


def test_certificates_are_listed_newest_first_and_wait_for_their_files(store: Store) -> None:
    now = datetime.now(UTC)
    with store.writing() as connection:
        first, second = (
            erasures.keep(connection, "sato", name, now, {"calls": 1, "recordings": 0}) for name in ("R-1", "R-2")
        )
        erasures.swept(connection, [first], {"playback": 2}, ["/backup"])
        assert erasures.waiting(connection) == [second]
        done = erasures.read(connection, first)
        assert done is not None and done.certificate["files"] == {"playback": 2} and done.swept_at is not None
        assert [one.reference for one in erasures.list_erasures(connection)] == ["R-2", "R-1"]
        assert [one.reference for one in erasures.list_erasures(connection, before=second)] == ["R-1"]
