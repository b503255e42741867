"""A report is counted some calls at a time: however many they are, its numbers are those of the whole."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from models.figures.ledger import build_ledger
from models.scoring import FORMULA
from pipeline.outcomes.join import Joiner
from pipeline.reports.build import CallSums, Material, build_report
from pipeline.reports.cells import ConversationCells
from pipeline.reports.parts import each_part
from pipeline.store import tables
from pipeline.store.call_batches import call_batches
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from tests.api.world import TAGGING, VERSIONS, fill


def counted(store: Store, size: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], pd.DataFrame, list[str]]:
    """The body of the report, the cells of the pages, and the calls in their order."""
    monkeypatch.setattr("pipeline.reports.parts.SIZE", size)
    with store.reading() as connection:
        loads = tables.current_loads(connection)
        contracts, outcomes = (tables.read_table(connection, kind, loads[kind]) for kind in ("contracts", "outcomes"))
        joiner, sums, cells = Joiner(build_ledger(contracts, outcomes)), CallSums(), ConversationCells(contracts)
        seen: list[str] = []
        for part in each_part(connection, Pins(1, VERSIONS["speech"], TAGGING, FORMULA.version, loads), joiner):
            sums.take(part)
            cells.take(part)
            seen += part.known["call_id"].tolist()
    files = dict.fromkeys(("done", "waiting", "quarantined", "skipped"), 0)
    material = Material(1, datetime(2026, 11, 20, tzinfo=UTC), VERSIONS, {}, files, (), contracts, outcomes)
    return build_report(material, sums, joiner.report), cells.frame(), seen


def test_the_numbers_do_not_depend_on_how_many_calls_are_counted_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    body, cells, calls = counted(store, 1_000, monkeypatch)
    assert body["centre"]["calls"] > 10 and body["coverage"]["join"]["counts"]["matched"] > 1
    assert {"all", "plan", "reason"} == set(cells["dimension"]) and len(calls) == len(set(calls)) == 19
    for size in (1, 7):
        again, same, seen = counted(store, size, monkeypatch)
        assert again == body
        pd.testing.assert_frame_equal(same, cells)
        assert sorted(seen) == sorted(calls)


def test_every_call_is_in_one_batch(store: Store) -> None:
    fill(store)
    with store.reading() as connection:
        batches = list(call_batches(connection, 4))
        assert [batch.after for batch in batches] == [None, *(batch.last for batch in batches[:-1])]
        assert len(batches) > 4


def test_a_store_without_calls_has_no_batch(store: Store) -> None:
    with store.reading() as connection:
        assert list(call_batches(connection, 4)) == []
