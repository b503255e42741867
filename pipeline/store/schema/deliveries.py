"""Which monthly report went to whom: each once."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata

deliveries = sa.Table(
    "deliveries",
    metadata,
    identity("delivery_id"),
    sa.Column("period", sa.String, nullable=False),  # 2026-10
    sa.Column("scope", sa.String, nullable=False),  # centre, team:…, operator:…
    sa.Column("recipient", sa.String, nullable=False),  # the address; empty for the file itself
    sa.Column("state", sa.String, nullable=False),  # sending, sent, failed, made
    sa.Column("message_id", sa.String, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),  # of the PDF
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.UniqueConstraint("period", "scope", "recipient"),
)
