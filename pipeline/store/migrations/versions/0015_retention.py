"""Keeping periods: legal holds, the copies that are known of, recordings whose words are gone."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0015"
down_revision = "0014"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", UtcTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("released_at", UtcTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_kind_value"), "legal_holds", ["kind", "value"])
    op.create_table(
        "copies",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("written_at", UtcTime(timezone=True), nullable=False),
        sa.Column("swept_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_copies")),
    )
    op.add_column("erased", sa.Column("cause", sa.String(), nullable=False, server_default="request"))
    op.add_column("recordings", sa.Column("words_deleted_at", UtcTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_column("recordings", "words_deleted_at")
    op.drop_column("erased", "cause")
    op.drop_table("copies")
    op.drop_table("legal_holds")
