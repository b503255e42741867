"""What pages look for first, in order: the most uncertain evidence, the newest calls, the calls of a customer."""

from alembic import op

revision = "0024"
down_revision = "0023"
INDEXES = {
    "tags": (["label", "source", "confidence", "tagging_id", "position"],),
    "moments": (["label", "confidence", "tagging_id", "position"],),
    "calls": (["started_at"], ["customer_id"]),
    "call_contracts": (["joined_customer_id"],),
}


def upgrade() -> None:
    """To this revision. The new index on moments does what the one on the label alone did."""
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.drop_index(op.f("ix_moments_label"), table_name="moments")


def downgrade() -> None:
    """Back to the revision before."""
    op.create_index(op.f("ix_moments_label"), "moments", ["label"])
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
