"""Who may sign in, and who is signed in."""

import sqlalchemy as sa
from alembic import op

import pipeline.store.schema.base

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("shown_name", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("operator_id", sa.String()),
        sa.Column("password_hash", sa.String()),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.Column("seen_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["users.name"], name=op.f("fk_sessions_name_users")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_name"), "sessions", ["name"], unique=False)


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("sessions")
    op.drop_table("users")
