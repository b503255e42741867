"""Who did what is on record, and nobody changes the record unnoticed."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.errors import NotAllowed
from pipeline.language import Text
from pipeline.store import audit, runs
from pipeline.store.connect import Store


def filled(store: Store) -> str:
    """Three rows; the head of the chain."""
    with store.writing() as connection:
        audit.record(connection, "sato", "phrases.submit", "draft-1", {"entries": 2})
        audit.record(connection, "suzuki", "phrases.approve", "draft-1", {"version": "ab12", "ids": ["p.one", "p.two"]})
        audit.record(connection, "admin", "erasure.run", "C-00421", {"rows": 17, "share": 0.1, "dry": False})
    with store.reading() as connection:
        return audit.verify(connection).head


def verdict(store: Store, noted_head: str | None = None) -> audit.Verdict:
    with store.reading() as connection:
        return audit.verify(connection, noted_head)


def without_triggers(store: Store, *statements: str) -> None:
    """Somebody with the rights of the database's owner."""
    with store.writing() as connection:
        sqlite = ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")
        postgres = ("DROP TRIGGER audit_only_grows ON audit",)
        for statement in sqlite if connection.dialect.name == "sqlite" else postgres:
            connection.execute(sa.text(statement))
        for statement in statements:
            connection.execute(sa.text(statement))


def test_the_chain_is_whole_after_ordinary_work(store: Store) -> None:
    assert verdict(store) == audit.Verdict(0, audit.ORIGIN, None, True)
    filled(store)
    found = verdict(store)
    assert (found.rows, found.is_whole) == (3, True)


def test_the_record_says_who_when_what_newest_first(store: Store) -> None:
    filled(store)
    with store.reading() as connection:
        newest = audit.list_entries(connection)[0]
        assert (newest.number, newest.actor, newest.action, newest.object) == (3, "admin", "erasure.run", "C-00421")
        assert newest.at.tzinfo is not None and newest.details == {"rows": 17, "share": 0.1, "dry": False}
        assert [entry.actor for entry in audit.list_entries(connection, action="phrases")] == ["suzuki", "sato"]
        assert [entry.number for entry in audit.list_entries(connection, before=3, limit=1)] == [2]
        assert audit.list_entries(connection, actor="sato", object="C-00421") == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'tanaka'", "DELETE FROM audit WHERE number = 3"])
def test_the_store_refuses_to_change_the_record(statement: str, store: Store) -> None:
    filled(store)
    with pytest.raises(sa.exc.DatabaseError, match="only grows"), store.writing() as connection:
        connection.execute(sa.text(statement))
    assert verdict(store).rows == 3


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit SET actor = 'tanaka' WHERE number = 2", 2),
        ("UPDATE audit SET at = '2026-01-01 00:00:00.000000' WHERE number = 1", 1),
        ("UPDATE audit SET details = '{\"rows\": 0}' WHERE number = 3", 3),
        ("UPDATE audit SET object = 'C-00422' WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 1", 1),
        (
            "INSERT INTO audit SELECT 4, at, 'tanaka', action, object, details, hash, hash FROM audit WHERE number = 3",
            4,
        ),
    ],
)
def test_whoever_gets_past_the_triggers_breaks_the_chain(statement: str, row: int, store: Store) -> None:
    filled(store)
    without_triggers(store, statement)
    found = verdict(store)
    assert (found.is_whole, found.broken_at) == (False, row)


def test_rows_cut_off_at_the_end_are_missed_by_a_noted_head_only(store: Store) -> None:
    head = filled(store)
    assert verdict(store, head).is_whole
    without_triggers(store, "DELETE FROM audit WHERE number = 3")
    assert verdict(store).is_whole
    assert not verdict(store, head).is_whole


def test_what_is_undone_leaves_no_row_and_no_gap(store: Store) -> None:
    filled(store)
    with pytest.raises(RuntimeError), store.writing() as connection:
        audit.record(connection, "sato", "phrases.publish", "draft-1")
        raise RuntimeError("stop")
    with store.writing() as connection:
        assert audit.record(connection, "sato", "phrases.publish", "draft-1") == 4
    assert verdict(store).is_whole


def test_many_writers_make_one_chain(store: Store) -> None:
    def work(actor: str) -> None:
        for number in range(10):
            with store.writing() as connection:
                audit.record(connection, actor, "web.look", f"call-{number}")

    threads = [threading.Thread(target=work, args=(f"user{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (verdict(store).rows, verdict(store).is_whole) == (40, True)


def test_what_is_not_allowed_is_undone_and_on_record(store: Store) -> None:
    refusal = NotAllowed(Text("できません", "no"), actor="sato", action="phrases.approve", object="draft-1")
    with pytest.raises(NotAllowed), store.writing() as connection:
        runs.start_run(connection, "archive", {})
        raise refusal
    with store.reading() as connection:
        assert runs.last_run(connection) is None
        (entry,) = audit.list_entries(connection)
    assert (entry.actor, entry.action, entry.object) == ("sato", "phrases.approve_refused", "draft-1")


@pytest.mark.parametrize(
    ("actor", "action", "details"),
    [
        ("", "phrases.publish", {}),
        ("sato", "publish", {}),
        ("sato", "phrases.publish", {"text": "は" * 201}),
        ("sato", "phrases.publish", {"who": {"name": "sato"}}),
        ("sato", "phrases.publish", {"ids": [["a"]]}),
    ],
)
def test_a_record_without_actor_or_with_room_for_speech_is_refused(
    actor: str, action: str, details: dict[str, Any], store: Store
) -> None:
    with pytest.raises(ValueError, match=r"actor|action|detail"), store.writing() as connection:
        audit.record(connection, actor, action, "x", details)
    assert verdict(store).rows == 0


def test_a_check_goes_on_from_the_last_one(store: Store) -> None:
    filled(store)
    with store.writing() as connection:
        audit.record_check(connection, "sato", audit.verify(connection))
        check = audit.last_check(connection)
        assert check and (check.actor, check.rows) == ("sato", 3)
        audit.record(connection, "sato", "phrases.submit", "draft-2")
        whole, further = audit.verify(connection), audit.verify(connection, since=check)
    assert further.is_whole and (further.rows, further.head) == (whole.rows, whole.head) == (5, whole.head)


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit SET actor = 'tanaka' WHERE number = 3", 3),  # where the last check ended
        ("UPDATE audit SET actor = 'tanaka' WHERE number = 5", 5),  # after it
        ("DELETE FROM audit WHERE number = 4", 4),
    ],
)
def test_a_check_that_goes_on_finds_what_was_changed_since(statement: str, row: int, store: Store) -> None:
    filled(store)
    with store.writing() as connection:
        audit.record_check(connection, "sato", audit.verify(connection))
        audit.record(connection, "sato", "phrases.submit", "draft-2")
        check = audit.last_check(connection)
    without_triggers(store, statement)
    with store.reading() as connection:
        assert audit.verify(connection, since=check).broken_at == row


def test_a_check_that_found_a_break_is_no_ground_to_go_on_from(store: Store) -> None:
    filled(store)
    without_triggers(store, "UPDATE audit SET actor = 'tanaka' WHERE number = 2")
    with store.writing() as connection:
        audit.record_check(connection, "sato", audit.verify(connection))
        assert audit.last_check(connection) is None


def test_the_rows_of_a_page_are_judged_by_themselves(store: Store) -> None:
    filled(store)
    with store.reading() as connection:
        assert audit.first_misfit(audit.list_entries(connection)) is None
        assert audit.first_misfit([]) is None
    without_triggers(store, "UPDATE audit SET object = 'draft-9' WHERE number = 2")
    with store.reading() as connection:
        assert audit.first_misfit(audit.list_entries(connection)) == 2
        assert audit.first_misfit(audit.list_entries(connection, actor="sato")) is None
