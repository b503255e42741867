"""What could not be joined is listed both ways, page by page."""

from datetime import date

import pandas as pd

from pipeline.outcomes.join import join_calls
from pipeline.outcomes.load import empty_table
from pipeline.store import joins, reports, runs, tables
from pipeline.store.connect import Store


def table(kind: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    canonical = empty_table(kind)  # type: ignore[arg-type]
    return pd.DataFrame(rows, columns=list(canonical.columns)).astype(canonical.dtypes.to_dict())


def test_calls_without_contract_and_outcomes_without_call(store: Store) -> None:
    started = pd.Timestamp("2026-05-01 12:00", tz="Asia/Tokyo")
    day, mrr = pd.Timestamp("2026-04-01"), {"mrr_before_yen": 1000, "mrr_after_yen": 0}
    calls = table(
        "calls",
        [
            {"call_id": "joined", "started_at": started, "contract_id": "C-1"},
            {"call_id": "stranger", "started_at": started, "customer_id": "K-9"},
            {"call_id": "another", "started_at": started, "customer_id": "K-8"},
            {"call_id": "nobody", "started_at": started},
        ],
    )
    contracts = table(
        "contracts",
        [
            {"contract_id": name, "customer_id": f"K{name}", "started_on": day, "mrr_yen": 1000}
            for name in ("C-1", "C-2")
        ],
    )
    outcomes = table(
        "outcomes",
        [{"contract_id": name, "on": pd.Timestamp("2026-06-01"), "kind": "churned", **mrr} for name in ("C-1", "C-2")],
    )
    with store.writing() as connection:
        for kind, frame in (("calls", calls), ("contracts", contracts), ("outcomes", outcomes)):
            told = {"file_name": kind, "sha256": kind, "report": {}}
            tables.store_table(connection, kind, frame, **told, complete=True)  # type: ignore[arg-type]
        run = runs.start_run(connection, "archive", {})
        tables.save_joins(connection, run, join_calls(calls, contracts, outcomes).calls)
        assert joins.unjoined_calls(connection, "no_customer", after=None, limit=9) == []  # no report shows it yet
        reports.save_report(connection, run, {})
    with store.reading() as connection:
        first = joins.unjoined_calls(connection, "no_contract", after=None, limit=1)
        assert [(call.call_id, call.customer_id) for call in first] == [("another", "K-8")]
        rest = joins.unjoined_calls(connection, "no_contract", after="another", limit=9)
        assert [call.call_id for call in rest] == ["stranger"]
        assert [call.call_id for call in joins.unjoined_calls(connection, "no_customer", after=None, limit=9)] == [
            "nobody"
        ]
        (silent,) = joins.silent_outcomes(connection, after=None, limit=9)
        assert (silent.contract_id, silent.on, silent.mrr_after_yen) == ("C-2", date(2026, 6, 1), 0)
        assert joins.silent_outcomes(connection, after=silent.row_id, limit=9) == []
