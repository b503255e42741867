"""How many calls have an utterance of the operator: what rates and their intervals are of."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """To this revision: until the next night counts anew, every call is taken for one, as before."""
    op.add_column("conversation_cells", sa.Column("spoken", Id, nullable=True))
    cells = sa.table("conversation_cells", sa.column("calls"), sa.column("spoken"))
    op.get_bind().execute(sa.update(cells).values(spoken=cells.c.calls))
    with op.batch_alter_table("conversation_cells") as batch_op:
        batch_op.alter_column("spoken", existing_type=Id, nullable=False)


def downgrade() -> None:
    """Back to the revision before."""
    with op.batch_alter_table("conversation_cells") as batch_op:
        batch_op.drop_column("spoken")
