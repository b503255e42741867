"""The user's tables keep their history: an old report reads the rows it was made from."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline.outcomes.load import read_table
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


def test_contracts_with_an_event_that_cannot_be_true_are_told_with_the_load(store: Store, tmp_path: Path) -> None:
    file, told = tmp_path / "outcomes.csv", []
    with store.writing() as connection:
        for amount in (-1, 1_100):
            file.write_text(
                f"contract_id,on,kind,mrr_before_yen,mrr_after_yen\nK1,2026-02-01,renewed,1000,{amount}\n"
                "K2,2026-02-01,renewed,1000,1000\n"
            )
            read = read_table("outcomes", file)
            report = read.report.to_json()
            tables.store_table(
                connection,
                "outcomes",
                read.frame,
                file_name=file.name,
                sha256=str(amount),
                report=report,
                complete=True,
            )
            told.append(tables.load_facts(connection)["outcomes"]["holes"])
    assert told == [["K1"], []]


def test_tables_calls_of_earlier_nights_stay(store: Store) -> None:
    def calls(*ids: str) -> pd.DataFrame:
        return pd.DataFrame({"call_id": ids, "started_at": pd.Timestamp("2026-10-03 05:05", tz="UTC")})

    with store.writing() as connection:
        load(connection, calls("C1", "C2"), "a", kind="calls")
        second = load(connection, calls("C3"), "b", kind="calls")
        frame = tables.read_table(connection, "calls", second.load_id)
    assert sorted(frame["call_id"]) == ["C1", "C2", "C3"]
    assert str(frame["started_at"].dtype) == "datetime64[us, UTC]"


def test_tables_calls_told_anew_replace_their_own_rows_only_batch_by_batch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def calls(**seconds_of: float | None) -> pd.DataFrame:
        frame = pd.DataFrame({"call_id": list(seconds_of), "duration_s": list(seconds_of.values())})
        return frame.astype({"call_id": "string", "duration_s": "Float64"})

    monkeypatch.setattr(tables, "BATCH", 2)
    walked: list[int] = []
    with store.writing() as connection:
        first = load(connection, calls(C1=1, C2=2, C3=3, C4=4, C5=5), "a", kind="calls")
        second = load(connection, calls(C5=5, C4=40, C6=6, C2=None, C1=1), "b", kind="calls")
        facts: dict[str, Any] = {"file_name": "c", "report": {}, "complete": False}
        third = tables.store_table(connection, "calls", calls(C3=3, C7=7), sha256="c", on_rows=walked.append, **facts)
        then, now = (tables.read_table(connection, "calls", load_id) for load_id in (first.load_id, third.load_id))
    assert (second.new, second.ended, second.unchanged) == (3, 2, 2)
    assert (third.new, third.ended, third.unchanged) == (1, 0, 1)
    assert walked == [2]
    assert dict(zip(then["call_id"], then["duration_s"], strict=True)) == {"C1": 1, "C2": 2, "C3": 3, "C4": 4, "C5": 5}
    told = {"C1": 1, "C2": None, "C3": 3, "C4": 40, "C5": 5, "C6": 6, "C7": 7}
    assert {
        call: None if pd.isna(value) else value for call, value in zip(now["call_id"], now["duration_s"], strict=True)
    } == told


def test_tables_without_a_load_are_empty_with_their_columns(store: Store) -> None:
    with store.reading() as connection:
        frame = tables.read_table(connection, "outcomes", None)
    assert frame.empty and "mrr_after_yen" in frame.columns


def test_tables_equal_rows_are_kept_as_often_as_they_are_told(store: Store) -> None:
    twice, thrice = (pd.concat([contracts(K1=1000)] * times, ignore_index=True) for times in (2, 3))
    with store.writing() as connection:
        assert load(connection, twice, "a").new == 2
        more = load(connection, thrice, "b")
        less = load(connection, contracts(K1=1000), "c")
    assert (more.new, more.ended, more.unchanged) == (1, 0, 2)
    assert (less.new, less.ended, less.unchanged) == (0, 2, 1)


def test_tables_read_in_batches_are_one_table(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further column that looks like numbers in one batch and like text in another is text throughout."""
    monkeypatch.setattr(tables, "BATCH", 2)
    codes, numbers = pd.Series(["1", "2", "3", "A", None]), pd.Series([1.5, None, 2, None, 7])
    frame = contracts(K1=1, K2=2, K3=3, K4=4, K5=5).assign(符号=codes, 数=numbers)
    with store.writing() as connection:
        loaded = load(connection, frame, "a")
        back = tables.read_table(connection, "contracts", loaded.load_id)
    assert back["contract_id"].tolist() == ["K1", "K2", "K3", "K4", "K5"]
    assert back["符号"].fillna("").tolist() == ["1", "2", "3", "A", ""]
    assert back["数"].fillna(-1).tolist() == [1.5, -1, 2, -1, 7]
    assert back["mrr_yen"].sum() == 15


def test_d7_a_load_that_is_cancelled_half_way_leaves_the_store_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "BATCH", 1)

    def cancel(rows: int) -> None:
        if rows == 2:
            raise KeyboardInterrupt

    with store.writing() as connection:
        first = load(connection, contracts(K1=1000), "a")
    facts = {"file_name": "c.csv", "sha256": "b", "report": {}, "complete": True}
    with pytest.raises(KeyboardInterrupt), store.writing() as connection:
        tables.store_table(connection, "contracts", contracts(K2=1, K3=2, K4=3), on_rows=cancel, **facts)  # type: ignore[arg-type]
    with store.reading() as connection:
        assert tables.current_loads(connection) == {"contracts": first.load_id}
        assert tables.read_table(connection, "contracts", first.load_id)["contract_id"].tolist() == ["K1"]
