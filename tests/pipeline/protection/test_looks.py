"""A look is on record before anything is shown, whoever else is writing; none is lost and none stands twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import Locked
from pipeline.protection.looks import FILE, Looks
from pipeline.store import audit
from pipeline.store.connect import Store


@pytest.fixture
def looks(store: Store, tmp_path: Path) -> Iterator[Looks]:
    made = Looks(store, tmp_path)
    yield made
    made.close()


def recorded(store: Store) -> list[tuple[str, str]]:
    with store.reading() as connection:
        assert audit.verify(connection).is_whole
        return [(entry.actor, entry.object) for entry in reversed(audit.list_entries(connection))]


def put_aside(looks: Looks, store: Store, *objects: str) -> None:
    """Looks while somebody else writes, whom `looks` must not disturb before the test says so."""
    with store.writing():
        for object in objects:
            looks.note("sato", "call.read", object, {"recording": 7})
        looks.close()


def test_a_look_goes_into_the_chain_at_once_where_nobody_writes(looks: Looks, store: Store, tmp_path: Path) -> None:
    looks.note("sato", "call.read", "C1", {})
    assert recorded(store) == [("sato", "C1")]
    assert not (tmp_path / FILE).exists()


def test_a_look_during_a_long_write_is_on_the_disk_and_joins_the_chain_afterwards(
    looks: Looks, store: Store, tmp_path: Path
) -> None:
    with store.writing() as connection:
        looks.note("sato", "call.read", "C1", {"recording": 7})
        waiting = json.loads((tmp_path / FILE).read_text("utf-8"))
        audit.record(connection, "night", "report.made", "1")
    looks.close()
    assert looks.bring_in()
    assert recorded(store) == [("night", "1"), ("sato", "C1")]
    with store.reading() as connection:
        entry = audit.list_entries(connection, actor="sato")[0]
    assert entry.at.isoformat() == waiting["at"]
    assert entry.details == {"recording": 7}


def test_what_the_process_before_could_not_bring_in_the_next_one_does(
    looks: Looks, store: Store, tmp_path: Path
) -> None:
    put_aside(looks, store, "C1", "C2")
    after = Looks(store, tmp_path)
    after.bring_in()
    after.close()
    assert recorded(store) == [("sato", "C1"), ("sato", "C2")]
    assert (tmp_path / FILE).stat().st_size == 0


def test_a_crash_between_chain_and_file_records_nothing_twice(looks: Looks, store: Store, tmp_path: Path) -> None:
    put_aside(looks, store, "C1")
    as_it_was = (tmp_path / FILE).read_text("utf-8")
    looks.bring_in()
    (tmp_path / FILE).write_text(as_it_was, encoding="utf-8")
    looks.bring_in()
    assert recorded(store) == [("sato", "C1")]


def test_a_line_that_a_power_cut_has_torn_spoils_no_other(looks: Looks, store: Store, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"at": "2026-10-', encoding="utf-8")
    put_aside(looks, store, "C1")
    looks.bring_in()
    assert recorded(store) == [("sato", "C1")]


def test_the_first_look_makes_the_folder_that_a_store_elsewhere_did_not(store: Store, tmp_path: Path) -> None:
    looks = Looks(store, tmp_path / "data")
    put_aside(looks, store, "C1")
    assert (tmp_path / "data" / FILE).stat().st_size > 0


def test_where_neither_takes_it_the_look_is_refused(looks: Looks, store: Store, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with store.writing(), pytest.raises(Locked):
        looks.note("sato", "call.read", "C1", {})


def test_a_detail_that_is_no_id_is_refused_however_busy_the_store_is(looks: Looks, store: Store) -> None:
    with store.writing(), pytest.raises(ValueError, match="longer than an id"):
        looks.note("sato", "call.read", "C1", {"words": "あ" * 300})
