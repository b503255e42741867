"""Moments in calls whose words have no times: they are counted, and are in no rate by the minute."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id

revision = "0031"
down_revision = "0030"

CATEGORIES = ("appeal", "enablement", "proposal")
REACTIONS = ("accepted", "welcomed", "deferred", "declined", "none")
COLUMNS = [f"untimed_{category}_{reaction}" for category in CATEGORIES for reaction in REACTIONS]


def upgrade() -> None:
    """To this revision: until the next night counts anew, every call is taken for one with times, as before."""
    with op.batch_alter_table("conversation_cells") as batch_op:
        for name in COLUMNS:
            batch_op.add_column(sa.Column(name, Id, nullable=False, server_default="0"))
    with op.batch_alter_table("conversation_cells") as batch_op:
        for name in COLUMNS:
            batch_op.alter_column(name, existing_type=Id, server_default=None)


def downgrade() -> None:
    """Back to the revision before."""
    with op.batch_alter_table("conversation_cells") as batch_op:
        for name in COLUMNS:
            batch_op.drop_column(name)
