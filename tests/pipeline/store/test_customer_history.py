"""A customer's days: contracts, outcomes, snapshots and calls in order, and no call beyond reach."""

from datetime import date

import pandas as pd

from pipeline.store import tables
from pipeline.store.connect import Store
from pipeline.store.customer_history import HistoryEvent, customer_history
from pipeline.store.pages import Pins, Within
from pipeline.store.reports import latest_report
from tests.api.world import fill, frame_of, telling_call


def history(store: Store, customer_id: str, within: Within | None = None) -> list[HistoryEvent]:
    with store.reading() as connection:
        body = latest_report(connection)
        assert body is not None
        return customer_history(connection, Pins.of_report(body), customer_id, within)


def test_history_holds_every_day_of_the_customer_in_order(store: Store) -> None:
    with store.writing() as connection:
        rows = [
            {"customer_id": "C-00421", "on": pd.Timestamp(2026, 9, 1), "csat": 4.0},
            {"customer_id": "C-00421", "on": pd.Timestamp(2026, 10, 1), "csat": 4.0},  # no news
            {"customer_id": "C-00001", "on": pd.Timestamp(2026, 9, 2), "csat": 1.0},
        ]
        frame = frame_of("customer_snapshots", rows)
        tables.store_table(connection, "customer_snapshots", frame, file_name="s", sha256="s", report={}, complete=True)
    fill(store, [telling_call()])
    events = history(store, "C-00421")
    assert [(event.on, event.what) for event in events] == [
        (date(2025, 2, 1), "started"),
        (date(2026, 9, 1), "snapshot"),
        (date(2026, 10, 3), "call"),
        (date(2026, 10, 28), "renewed"),
    ]
    assert (events[0].plan, events[0].after_yen) == ("ベーシック", 451_000)
    assert events[1].facts == (("csat", 4.0),)
    assert events[2].call is not None and events[2].call.call_id == "20261003-0017"
    assert (events[3].before_yen, events[3].after_yen) == (451_000, 451_000)


def test_history_shows_calls_within_reach_only(store: Store) -> None:
    fill(store, [telling_call()])
    others = history(store, "C-00421", Within(operators=frozenset({"OP-999"})))
    assert [event.what for event in others] == ["started", "renewed"]
    assert history(store, "nobody") == []
