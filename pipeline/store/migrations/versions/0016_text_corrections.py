"""Utterances put right by people."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0016"
down_revision = "0015"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "text_corrections",
        sa.Column("correction_id", KEY, autoincrement=True, nullable=False),
        sa.Column("transcript_id", KEY, nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.String(), nullable=False),
        sa.Column("corrected_at", UtcTime(timezone=True), nullable=False),
        sa.Column("speech_version", sa.String(), nullable=False),
        sa.Column("withdrawn_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcripts.transcript_id"],
            name=op.f("fk_text_corrections_transcript_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_text_corrections")),
    )
    op.create_index(op.f("ix_text_corrections_transcript_id"), "text_corrections", ["transcript_id"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("text_corrections")
