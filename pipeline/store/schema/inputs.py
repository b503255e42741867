"""The user's tables, remembered load by load."""

from typing import Any

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata, reference

loads = sa.Table(
    "loads",
    metadata,
    identity("load_id"),
    sa.Column("kind", sa.String, nullable=False),  # calls, contracts, outcomes, customer_snapshots
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("loaded_at", UtcTime, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)


def _history(name: str, key: list[sa.Column[Any]], *columns: sa.Column[Any] | sa.Index) -> sa.Table:
    """A table of input rows that remembers: a row holds from one load until another replaces or removes it."""
    return sa.Table(
        name,
        metadata,
        identity("row_id"),
        *key,
        sa.Column("line", sa.Integer, nullable=False),  # in the user's file; settles events of one day
        *columns,
        sa.Column("extra", sa.JSON, nullable=False),  # further columns of the user's file
        sa.Column("row_hash", sa.String(64), nullable=False),
        reference("from_load", "loads.load_id"),
        reference("until_load", "loads.load_id", nullable=True),
        sa.Index(None, *(column.name for column in key), "until_load"),
    )


calls = _history(
    "calls",
    [sa.Column("call_id", sa.String, nullable=False)],
    sa.Column("recording", sa.String),
    sa.Column("started_at", UtcTime),
    sa.Column("operator_id", sa.String),
    sa.Column("operator_name", sa.String),
    sa.Column("team", sa.String),
    sa.Column("customer_id", sa.String),
    sa.Column("contract_id", sa.String),
    sa.Column("phone", sa.String),  # keyed hash, never the number
    sa.Column("phone_last4", sa.String),
    sa.Column("direction", sa.String),
    sa.Column("reason", sa.String),
    sa.Column("queue", sa.String),
    sa.Column("duration_s", sa.Float),
    sa.Column("n_success_phrase", sa.Float),
    sa.Column("n_appeal", sa.Float),
    sa.Column("n_enablement", sa.Float),
    sa.Column("n_proposal", sa.Float),
    sa.Column("assigned", sa.Boolean),
    sa.Index(None, "operator_id", "started_at"),
    sa.Index(None, "started_at"),
    sa.Index(None, "customer_id"),
)

contracts = _history(
    "contracts",
    [sa.Column("contract_id", sa.String, nullable=False), sa.Column("started_on", sa.Date, nullable=False)],
    sa.Column("customer_id", sa.String, nullable=False),
    sa.Column("mrr_yen", sa.BigInteger),
    sa.Column("term_months", sa.Integer),
    sa.Column("renewal_due_on", sa.Date),
    sa.Column("ended_on", sa.Date),
    sa.Column("plan", sa.String),
    sa.Column("industry", sa.String),
    sa.Column("region", sa.String),
    sa.Column("segment", sa.String),
    sa.Column("tier", sa.String),
    sa.Column("phone", sa.String),  # keyed hash, never the number
    sa.Column("phone_last4", sa.String),
)

outcomes = _history(
    "outcomes",
    [sa.Column("contract_id", sa.String, nullable=False), sa.Column("on", sa.Date, nullable=False)],
    sa.Column("event_id", sa.String),
    sa.Column("customer_id", sa.String),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("mrr_before_yen", sa.BigInteger),
    sa.Column("mrr_after_yen", sa.BigInteger),
    sa.Column("one_off_yen", sa.BigInteger),
)

customer_snapshots = _history(
    "customer_snapshots",
    [sa.Column("customer_id", sa.String, nullable=False), sa.Column("on", sa.Date, nullable=False)],
    sa.Column("health_score", sa.Float),
    sa.Column("csat", sa.Float),
    sa.Column("nps", sa.Float),
)
