"""Teams are what the calls table says of each call, with the days between which it says so."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from pipeline.outcomes.columns import DTYPES, SHAPES
from pipeline.store import tables
from pipeline.store.connect import Store
from pipeline.store.teams import Membership, memberships

NOON = datetime(2026, 10, 1, 3, tzinfo=UTC)


def load(store: Store, rows: list[tuple[str, str | None, str | None, str | None, datetime | None]]) -> None:
    names = ("call_id", "operator_id", "operator_name", "team", "started_at")
    dtypes = {column.name: DTYPES[column.holds] for column in SHAPES["calls"].columns if column.name in names}
    frame = pd.DataFrame(rows, columns=list(names)).astype(dtypes)
    with store.writing() as connection:
        told = {"file_name": "calls.csv", "sha256": str(len(rows)), "report": {}}
        tables.store_table(connection, "calls", frame, **told, complete=False)  # type: ignore[arg-type]


def test_who_was_in_which_team_and_when(store: Store) -> None:
    day = timedelta(days=1)
    load(
        store,
        [
            ("c1", "OP-1", "高橋", "一課", NOON),
            ("c2", "OP-1", "佐藤", "一課", NOON + 2 * day),  # married meanwhile
            ("c3", "OP-1", "佐藤", "二課", NOON + 3 * day),  # moved
            ("c4", "OP-2", None, "二課", None),
            ("c5", "OP-3", None, None, NOON),
            ("c6", None, None, "二課", NOON),
        ],
    )
    with store.reading() as connection:
        found = memberships(connection)
    assert found == [
        Membership("一課", "OP-1", "佐藤", NOON, NOON + 2 * day, 2),
        Membership("二課", "OP-1", "佐藤", NOON + 3 * day, NOON + 3 * day, 1),
        Membership("二課", "OP-2", None, None, None, 1),
    ]


def test_before_any_table_there_is_no_team(store: Store) -> None:
    with store.reading() as connection:
        assert memberships(connection) == []
