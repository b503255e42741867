"""Keeping periods that administrators set in the pages."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """To this revision: until somebody sets them, those of the settings file hold."""
    op.create_table(
        "keeping_periods",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_at", UtcTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_keeping_periods")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("keeping_periods")
