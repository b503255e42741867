"""Second factors of people who sign in by a password, and their recovery codes."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id, UtcTime

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """To this revision: nobody has one."""
    op.create_table(
        "second_factors",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("set_at", UtcTime(timezone=True), nullable=True),
        sa.Column("offered", sa.String(), nullable=True),
        sa.Column("offered_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["name"], ["users.name"], name=op.f("fk_second_factors_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["name"], ["users.name"], name=op.f("fk_recovery_codes_name")),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_name"), "recovery_codes", ["name"])


def downgrade() -> None:
    """Back to the revision before: a password alone signs in again."""
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
