"""Small tables by hand: one contract, its calls and its events."""

from datetime import date

import pandas as pd

from models.contribution.tables import Tables

AS_OF = date(2025, 12, 31)


def call(call_id: str, at: str, **more: object) -> dict[str, object]:
    """A call on contract K1 by OP1; `at` is Japanese time."""
    started = pd.Timestamp(at, tz="Asia/Tokyo").tz_convert("UTC")
    return {
        "call_id": call_id,
        "started_at": started,
        "operator_id": "OP1",
        "customer_id": "U1",
        "contract_id": "K1",
        "n_proposal": 0,
    } | more


def term(
    contract_id: str = "K1", started_on: str = "2024-07-01", due: str | None = "2025-07-01", **more: object
) -> dict[str, object]:
    return {
        "contract_id": contract_id,
        "customer_id": "U1",
        "started_on": pd.Timestamp(started_on),
        "renewal_due_on": pd.Timestamp(due) if due else pd.NaT,
        "mrr_yen": 10_000,
    } | more


def event(on: str, kind: str, before: float, after: float, contract_id: str = "K1") -> dict[str, object]:
    return {
        "contract_id": contract_id,
        "on": pd.Timestamp(on),
        "kind": kind,
        "mrr_before_yen": before,
        "mrr_after_yen": after,
    }


def tables(
    calls: list[dict[str, object]],
    terms: list[dict[str, object]] | None = None,
    events: list[dict[str, object]] | None = None,
    snapshots: list[dict[str, object]] | None = None,
) -> Tables:
    columns = ["contract_id", "on", "kind", "mrr_before_yen", "mrr_after_yen"]
    return Tables(
        pd.DataFrame(calls),
        pd.DataFrame([term()] if terms is None else terms),
        pd.DataFrame(events or [], columns=columns),
        pd.DataFrame(snapshots or [], columns=None if snapshots else ["customer_id", "on"]),
    )
