"""A page shows the calls that its report counted: the same versions, the calls table as it stood."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from models.scoring import FORMULA
from pipeline.store import calls, scores, tables, transcripts
from pipeline.store.call_filter import CallFilter
from pipeline.store.calls import ListedCall, list_calls, read_call, recordings_of_call
from pipeline.store.connect import Store
from pipeline.store.pages import Pins, list_nights, read_night, report_of_night
from pipeline.store.reports import latest_report
from tests.api.world import Said, fill, frame_of, plain_calls, telling_call


def pins_of(store: Store, said: Sequence[Said]) -> Pins:
    run_id = fill(store, said)
    with store.reading() as connection:
        body = latest_report(connection)
        assert body is not None and report_of_night(connection, run_id) == body
    return Pins.of_report(body)


def listed(store: Store, pins: Pins, **wanted: Any) -> list[ListedCall]:
    with store.reading() as connection:
        return list_calls(connection, pins, CallFilter(**wanted))


def test_pages_show_no_result_of_another_version(store: Store) -> None:
    pins = pins_of(store, [telling_call()])
    with store.writing() as connection:
        _tag_again(connection, listed(store, pins)[0])
    (call,) = listed(store, pins)
    assert call.tally.success_phrases == 3
    assert listed(store, pins, label="churn_risk") == []


def _tag_again(connection: Connection, call: ListedCall) -> None:
    newer = transcripts.Tagging("d2", "moments-1")
    tagging_id = transcripts.save_tagging(connection, call.transcript_id, newer, (), ())
    scores.save_score(connection, tagging_id, FORMULA.version, call.tally)


def test_pages_show_the_calls_table_as_it_stood(store: Store) -> None:
    pins = pins_of(store, [telling_call()])
    changed = telling_call().row | {"call_id": telling_call().call_id, "operator_id": "OP-999"}
    with store.writing() as connection:
        frame = frame_of("calls", [changed])
        tables.store_table(connection, "calls", frame, file_name="c", sha256="new", report={}, complete=False)
    assert [call.operator_id for call in listed(store, pins)] == ["OP-017"]


def test_calls_are_found_by_team_reason_contract_and_what_became_of_it(store: Store) -> None:
    told = telling_call()  # of 第一課, about 使い方; its contract, plan ベーシック, was renewed on 28 October
    unlisted = Said("no-row", told.utterances)
    pins = pins_of(store, [told, *plain_calls(2, "OP-1", "", 5), unlisted])

    def ids(**wanted: Any) -> list[str]:
        return [call.call_id for call in listed(store, pins, **wanted)]

    assert ids(team="第一課") == ids(reason="使い方") == [told.call_id]
    assert ids(without="proposal") == ["OP-1-001", "no-row"]
    assert len(ids(segment=("plan", "ベーシック"))) == 3 and ids(segment=("plan", "プロ")) == []
    assert ids(unknown="contract") == ["no-row"]
    assert ids(outcome="renewed", outcome_since=date(2026, 10, 28), outcome_until=date(2026, 10, 29)) == [told.call_id]
    assert ids(outcome="renewed", outcome_until=date(2026, 10, 28)) == ids(outcome="churned") == []


def test_calls_of_a_customer_are_found_by_their_row_and_by_their_contract(store: Store) -> None:
    told = telling_call()
    by_contract = Said("by-contract", told.utterances, row={**told.row, "customer_id": None})
    pins = pins_of(store, [told, by_contract, *plain_calls(2, "OP-1", "", 5)])
    found = {call.call_id for call in listed(store, pins, customer_id="C-00421")}
    assert found == {told.call_id, "by-contract"}
    assert listed(store, pins, customer_id="C-99999") == []


@pytest.mark.parametrize("looked_at", [(), (0,), (1,), (2,), (1, 2)])
def test_every_page_holds_the_same_calls_however_few_of_the_newest_are_looked_at_first(
    store: Store, monkeypatch: pytest.MonkeyPatch, looked_at: tuple[int, ...]
) -> None:
    monkeypatch.setattr(calls, "NEWEST_FIRST", looked_at)
    unlisted = Said("without time", telling_call().utterances)
    same_time = [Said(f"same-{n}", telling_call().utterances, row=dict(telling_call().row)) for n in range(3)]
    pins = pins_of(store, [*plain_calls(9, "OP-1", "", 1), *same_time, unlisted])
    for wanted in (
        CallFilter(),
        CallFilter(label="proposal"),
        CallFilter(label="proposal", least=0.5),
        CallFilter(least=0.5),
        CallFilter(without="proposal"),
        CallFilter(team="第二課"),
    ):
        found: list[int] = []
        after = None
        with store.reading() as connection:
            while page := list_calls(connection, pins, wanted, after=after, limit=2):
                found += [call.tagging_id for call in page]
                after = page[-1].position
            whole = [call.tagging_id for call in list_calls(connection, pins, wanted, limit=100)]
        assert found == whole and len(whole) == len(set(whole)) > 2


def test_calls_without_time_come_last_and_once(store: Store) -> None:
    unlisted = [Said(name, telling_call().utterances) for name in ("b", "a")]
    pins = pins_of(store, [*unlisted, *plain_calls(3, "OP-1", "", 5)])
    found: list[str] = []
    after = None
    with store.reading() as connection:
        while page := list_calls(connection, pins, CallFilter(), after=after, limit=2):
            found += [call.call_id for call in page]
            after = page[-1].position
    assert found == ["OP-1-002", "OP-1-001", "OP-1-000", "a", "b"]


def test_a_call_is_read_with_all_that_belongs_to_it(store: Store) -> None:
    pins = pins_of(store, [telling_call()])
    with store.reading() as connection:
        (call,) = recordings_of_call(connection, pins, "20261003-0017")
        detail = read_call(connection, pins, call)
        assert recordings_of_call(connection, pins, "another") == []
    assert (detail.tags, detail.moments) == (telling_call().tags, telling_call().moments)
    assert detail.plan == "ベーシック"
    assert [relative for _, relative in detail.places] == ["2026/10/20261003-0017.wav", "2026/10/copy.wav"]


def test_nights_newest_first_with_what_became_of_the_files(store: Store) -> None:
    pins_of(store, [telling_call()])
    with store.reading() as connection:
        (night,) = list_nights(connection)
        assert read_night(connection, night.run_id) == night
        assert read_night(connection, 99) is None
        assert list_nights(connection, before=night.run_id) == []
    assert night.files == {"found": 4, "done": 1, "waiting": 1, "quarantined": 1, "skipped": 1}
