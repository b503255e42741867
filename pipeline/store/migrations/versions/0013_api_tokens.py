"""API tokens."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0013"
down_revision = "0012"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "api_tokens",
        sa.Column("token_id", KEY, autoincrement=True, nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcTime(timezone=True)),
        sa.Column("revoked_at", UtcTime(timezone=True)),
        sa.ForeignKeyConstraint(["owner"], ["users.name"], name=op.f("fk_api_tokens_owner")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_tokens_token_sha256")),
    )
    op.create_index(op.f("ix_api_tokens_owner"), "api_tokens", ["owner"], unique=False)


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("api_tokens")
