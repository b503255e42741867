"""A session has a name that may be shown and says in which browser it is, so that its owner can end it elsewhere."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """To this revision: whoever is signed in stays so, in a browser that nobody has noted."""
    op.add_column("sessions", sa.Column("session_id", sa.String(16), nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.String(20), nullable=True))
    op.add_column("sessions", sa.Column("system", sa.String(20), nullable=True))
    connection = op.get_bind()
    sessions = sa.table("sessions", sa.column("token_sha256"), sa.column("session_id"))
    for token in connection.execute(sa.select(sessions.c.token_sha256)).scalars().all():
        named = sa.update(sessions).where(sessions.c.token_sha256 == token)
        connection.execute(named.values(session_id=secrets.token_hex(8)))
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.alter_column("session_id", existing_type=sa.String(16), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_sessions_session_id"), ["session_id"])


def downgrade() -> None:
    """Back to the revision before."""
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.drop_constraint(op.f("uq_sessions_session_id"), type_="unique")
        for name in ("session_id", "browser", "system"):
            batch_op.drop_column(name)
