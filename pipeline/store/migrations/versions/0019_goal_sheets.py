"""The KPI sheet."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0019"
down_revision = "0018"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "goal_sheets",
        sa.Column("version", KEY, autoincrement=True, nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("saved_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_goal_sheets")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("goal_sheets")
