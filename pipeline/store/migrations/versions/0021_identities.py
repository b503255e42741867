"""Accounts of an OpenID Connect provider, and which sessions were opened by them."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """To this revision. Who is signed in has given a password."""
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("linked_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["users.name"], name=op.f("fk_identities_name")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "name", name=op.f("uq_identities_issuer_name")),
    )
    op.create_index(op.f("ix_identities_name"), "identities", ["name"], unique=False)
    op.add_column("sessions", sa.Column("by_provider", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_column("sessions", "by_provider")
    op.drop_table("identities")
