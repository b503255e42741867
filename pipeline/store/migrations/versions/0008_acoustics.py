"""Transcripts keep what the word list put right, and how the call was spoken."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """To this revision."""
    for name in ("corrections", "acoustics"):
        op.add_column("transcripts", sa.Column(name, sa.JSON(none_as_null=True)))


def downgrade() -> None:
    """Back to the revision before."""
    for name in ("acoustics", "corrections"):
        op.drop_column("transcripts", name)
