"""Comments and remarks on operators' pages; calls found by operator."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id, UtcTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "operator_remarks",
        sa.Column("remark_id", Id, autoincrement=True, nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("written_at", UtcTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("remark_id", name=op.f("pk_operator_remarks")),
    )
    op.create_index(op.f("ix_operator_remarks_operator_id"), "operator_remarks", ["operator_id"])
    op.create_index(op.f("ix_calls_operator_id_started_at"), "calls", ["operator_id", "started_at"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_index(op.f("ix_calls_operator_id_started_at"), table_name="calls")
    op.drop_table("operator_remarks")
