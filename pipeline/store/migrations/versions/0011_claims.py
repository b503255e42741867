"""Who is looking at what is to be reviewed, and reviews that were withdrawn."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0011"
down_revision = "0010"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "review_claims",
        sa.Column("claim_id", KEY, autoincrement=True, nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("transcript_id", KEY, nullable=False),
        sa.Column("utterance", sa.Integer(), nullable=False),
        sa.Column("last_utterance", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("phrase_id", sa.String(), nullable=True),
        sa.Column("claimed_at", UtcTime(timezone=True), nullable=False),
        sa.Column("review_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.item_id"], name=op.f("fk_review_claims_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.review_id"], name=op.f("fk_review_claims_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcripts.transcript_id"],
            name=op.f("fk_review_claims_transcript_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_review_claims")),
    )
    op.create_index(op.f("ix_review_claims_reviewer"), "review_claims", ["reviewer"])
    op.create_index(op.f("ix_review_claims_review_id"), "review_claims", ["review_id"])
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", UtcTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to the revision before."""
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.drop_column("withdrawn_at")
    op.drop_table("review_claims")
