"""A request is looked at before it is carried out, means exactly what was seen, and leaves a certificate."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import BadInput
from pipeline.progress import Silent
from pipeline.protection import places
from pipeline.protection.erase import Asked, erase, find
from pipeline.protection.keeping_periods import count_due, fingerprint, holdings_now, in_force, remove_counted
from pipeline.settings import RetentionSettings, Settings
from pipeline.store import audit, erasures, holds
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.api.world import fill

OF_A_CONTRACT = "OP-002-003"  # the night joined it to the customer of its contract


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(data_dir=tmp_path)
    with open_store(found.store_url) as store:
        fill(store)
    return found


def certificates(settings: Settings) -> list[erasures.Erasure]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return erasures.list_erasures(connection)


def unname_customers(store: Store) -> None:
    """As where the calls table names the contract only."""
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE calls SET customer_id = NULL")


def test_looking_finds_the_calls_and_changes_nothing(settings: Settings) -> None:
    with open_store(settings.store_url) as store:
        found = find(store, settings, Asked(customers=["C-00003"]))
        again = find(store, settings, Asked(customers=["C-00003"]))
    assert [call.call_id for call in found.calls] == ["OP-009-003", "OP-002-003"]  # the latest first
    assert (found.recordings, found.holds) == (2, ()) and again == found
    assert certificates(settings) == []


def test_a_call_that_the_store_does_not_know_is_not_found(settings: Settings) -> None:
    with open_store(settings.store_url) as store:
        assert find(store, settings, Asked(calls=["C9"])).calls == ()


def test_a_customer_s_calls_are_also_those_that_were_joined_by_the_contract(settings: Settings) -> None:
    with open_store(settings.store_url) as store:
        unname_customers(store)
        found = find(store, settings, Asked(customers=["C-00003"]))
    assert OF_A_CONTRACT in [call.call_id for call in found.calls]


def test_a_hold_that_forbids_it_is_named(settings: Settings) -> None:
    with open_store(settings.store_url) as store:
        with store.writing() as connection:
            number = holds.place(connection, "customer", "C-00003", "第1号", "suzuki")
        assert find(store, settings, Asked(customers=["C-00003"])).holds == (number,)


def test_a_certificate_is_kept_with_numbers_and_hashes_and_without_ids(settings: Settings) -> None:
    made = erase(settings, Asked(customers=["C-00003"], reference="R-7"), "sato", dry_run=False, calls=2)
    (kept,) = certificates(settings)
    assert (kept.erasure_id, kept.erased_by, kept.reference, kept.calls) == (made["erasure"], "sato", "R-7", 2)
    assert kept.swept_at is not None and len(kept.certificate["call_hashes"]) == 2
    assert "C-00003" not in str(kept) and OF_A_CONTRACT not in str(kept)
    with open_store(settings.store_url) as store, store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="calls.erase")
    assert entry.number == kept.certificate["audit_number"]


def test_what_was_not_shown_is_not_erased(settings: Settings) -> None:
    with pytest.raises(BadInput):
        erase(settings, Asked(customers=["C-00003"]), "sato", dry_run=False, calls=1)
    with open_store(settings.store_url) as store:
        assert len(find(store, settings, Asked(customers=["C-00003"])).calls) == 2
    assert certificates(settings) == []


def test_a_certificate_waits_for_the_files_and_is_completed_by_the_next_sweep(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr("pipeline.protection.erase.sweep", cut_off)
        with pytest.raises(OSError):
            erase(settings, Asked(calls=[OF_A_CONTRACT]), "sato", dry_run=False)
    assert [kept.swept_at for kept in certificates(settings)] == [None]
    with open_store(settings.store_url) as store:
        places.sweep(store, settings)
    (kept,) = certificates(settings)
    assert kept.swept_at is not None and kept.certificate["left"] == []


def test_the_dry_run_counts_exactly_what_is_removed_then(settings: Settings) -> None:
    now = datetime.now(UTC)
    age = (now - datetime(2026, 10, 6, tzinfo=UTC)).days
    settings = settings.model_copy(update={"retention": RetentionSettings(score_days=age, audio_days=1)})
    old = settings.data_dir / "playback" / f"{'a' * 64}-0.opus"
    old.parent.mkdir()
    old.write_bytes(b"sound")
    past = (now - timedelta(days=2)).timestamp()
    os.utime(old, (past, past))
    with open_store(settings.store_url) as store:
        periods = in_force(store, settings)
        counted = count_due(store, settings, now, periods)
        there = {one.name: one.number for one in holdings_now(store, settings, now)}
    gone = remove_counted(settings, Silent(), "sato", now, fingerprint(periods))
    assert counted["calls"] == gone.calls > 0 and counted["audio"] == gone.copies == there["audio"] == 1
    with open_store(settings.store_url) as store:
        left = {one.name: one for one in holdings_now(store, settings, now)}
        with store.reading() as connection:
            actions = {entry.action for entry in audit.list_entries(connection, actor="sato")}
        assert count_due(store, settings, now, periods)["calls"] == 0
    assert left["calls"].number == there["calls"] - gone.calls
    assert left["calls"].oldest is None or left["calls"].oldest >= (left["calls"].limit or now)
    assert actions == {"retention.calls", "retention.files"}


def test_an_old_count_removes_nothing(settings: Settings) -> None:
    for counted_at in (datetime.now(UTC) - timedelta(hours=2), datetime.now(UTC) + timedelta(minutes=5)):
        with pytest.raises(BadInput):
            remove_counted(settings, Silent(), "sato", counted_at, fingerprint(settings.retention))
