"""Candidates for phrases that somebody has turned down."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "dismissed_candidates",
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("dismissed_by", sa.String(), nullable=False),
        sa.Column("dismissed_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_dismissed_candidates")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("dismissed_candidates")
