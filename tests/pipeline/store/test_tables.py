"""The user's tables keep their history: an old report reads the rows it was made from."""

import pandas as pd
import sqlalchemy as sa

from pipeline.store import tables
from pipeline.store.connect import Store


def contracts(**mrr_of: int) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "contract_id": list(mrr_of),
            "customer_id": [f"U-{name}" for name in mrr_of],
            "started_on": pd.Timestamp("2026-01-05"),
            "mrr_yen": list(mrr_of.values()),
            "担当部署": "営業一課",
        }
    )
    return frame.astype({"contract_id": "string", "started_on": "datetime64[s]", "mrr_yen": "Int64"})


def load(connection: sa.Connection, frame: pd.DataFrame, sha256: str, *, kind: str = "contracts") -> tables.Loaded:
    return tables.store_table(
        connection, kind, frame, file_name="c.csv", sha256=sha256, report={}, complete=kind != "calls"
    )


def test_tables_come_back_as_they_went_in(store: Store) -> None:
    with store.writing() as connection:
        loaded = load(connection, contracts(K1=1000), "a")
        frame = tables.read_table(connection, "contracts", loaded.load_id)
    assert frame["contract_id"].tolist() == ["K1"]
    assert frame["started_on"].tolist() == [pd.Timestamp("2026-01-05")]
    assert frame["mrr_yen"].dtype == "Int64"
    assert frame["plan"].isna().all()
    assert frame["担当部署"].tolist() == ["営業一課"]


def test_tables_same_file_again_changes_nothing(store: Store) -> None:
    with store.writing() as connection:
        first = load(connection, contracts(K1=1000), "a")
        again = load(connection, contracts(K1=1000), "a")
    assert (again.load_id, again.new, again.ended) == (first.load_id, 0, 0)


def test_tables_new_load_touches_only_what_changed_and_the_old_one_can_still_be_read(store: Store) -> None:
    with store.writing() as connection:
        first = load(connection, contracts(K1=1000, K2=2000, K3=3000), "a")
        second = load(connection, contracts(K1=1000, K2=2500, K4=4000), "b")
        assert (second.new, second.ended, second.unchanged) == (2, 2, 1)
        before = tables.read_table(connection, "contracts", first.load_id)
        after = tables.read_table(connection, "contracts", second.load_id)
    assert dict(zip(before["contract_id"], before["mrr_yen"], strict=True)) == {"K1": 1000, "K2": 2000, "K3": 3000}
    assert dict(zip(after["contract_id"], after["mrr_yen"], strict=True)) == {"K1": 1000, "K2": 2500, "K4": 4000}


def test_tables_calls_of_earlier_nights_stay(store: Store) -> None:
    def calls(*ids: str) -> pd.DataFrame:
        return pd.DataFrame({"call_id": ids, "started_at": pd.Timestamp("2026-10-03 05:05", tz="UTC")})

    with store.writing() as connection:
        load(connection, calls("C1", "C2"), "a", kind="calls")
        second = load(connection, calls("C3"), "b", kind="calls")
        frame = tables.read_table(connection, "calls", second.load_id)
    assert sorted(frame["call_id"]) == ["C1", "C2", "C3"]
    assert str(frame["started_at"].dtype) == "datetime64[us, UTC]"


def test_tables_without_a_load_are_empty_with_their_columns(store: Store) -> None:
    with store.reading() as connection:
        frame = tables.read_table(connection, "outcomes", None)
    assert frame.empty and "mrr_after_yen" in frame.columns
