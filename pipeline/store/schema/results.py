"""Calls joined with contracts, and the reports as they were shown."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata, reference

call_contracts = sa.Table(
    "call_contracts",
    metadata,
    reference("run_id", "runs.run_id", primary_key=True),  # what of other nights is not shown, see pipeline.store.shown
    sa.Column("call_id", sa.String, primary_key=True, index=True),
    sa.Column("joined_customer_id", sa.String),
    sa.Column("joined_contract_id", sa.String),
    sa.Column("term_started_on", sa.Date),
    sa.Column("join_rule", sa.String),  # contract, customer, phone
    sa.Column("join_status", sa.String, nullable=False),  # matched, ambiguous, no_customer, no_contract
    sa.Column("outcome", sa.String),
    sa.Column("outcome_on", sa.Date),
    sa.Column("outcome_timing", sa.String),  # before, late, pending, after_outcome, time_unknown
    sa.Index(None, "joined_contract_id"),
    sa.Index(None, "joined_customer_id"),
)

reports = sa.Table(
    "reports",
    metadata,
    identity("report_id"),
    reference("run_id", "runs.run_id"),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # numbers, versions and the loads they came from: never changes
)
