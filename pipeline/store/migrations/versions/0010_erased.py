"""What was erased on request: hashes that keep it from coming back."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "erased",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("erased_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "sha256", name=op.f("pk_erased")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("erased")
