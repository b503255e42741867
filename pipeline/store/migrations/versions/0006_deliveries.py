"""Monthly reports: which went to whom."""

import sqlalchemy as sa
from alembic import op

import pipeline.store.schema.base

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "deliveries",
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("updated_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("period", "scope", "recipient", name=op.f("uq_deliveries_period_scope_recipient")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("deliveries")
