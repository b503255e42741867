"""The phrase dictionary: versions, publications, drafts."""

import sqlalchemy as sa
from alembic import op

import pipeline.store.schema.base

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "dictionary_drafts",
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_dictionary_drafts")),
    )
    with op.batch_alter_table("dictionary_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dictionary_drafts_state"), ["state"], unique=False)

    op.create_table(
        "dictionary_texts",
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("text_hash", name=op.f("pk_dictionary_texts")),
    )
    op.create_table(
        "dictionary_members",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_hash"], ["dictionary_texts.text_hash"], name=op.f("fk_dictionary_members_text_hash")
        ),
        sa.PrimaryKeyConstraint("version", "kind", "name", name=op.f("pk_dictionary_members")),
    )
    with op.batch_alter_table("dictionary_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dictionary_members_kind_name"), ["kind", "name"], unique=False)

    op.create_table(
        "dictionary_publications",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("published_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["dictionary_drafts.draft_id"], name=op.f("fk_dictionary_publications_draft_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dictionary_publications")),
    )
    with op.batch_alter_table("dictionary_publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dictionary_publications_version"), ["version"], unique=False)

    op.create_table(
        "draft_changes",
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base_hash", sa.String(length=64), nullable=True),
        sa.Column("text_hash", sa.String(length=64), nullable=True),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("edited_at", pipeline.store.schema.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["dictionary_drafts.draft_id"], name=op.f("fk_draft_changes_draft_id")),
        sa.ForeignKeyConstraint(["text_hash"], ["dictionary_texts.text_hash"], name=op.f("fk_draft_changes_text_hash")),
        sa.PrimaryKeyConstraint("draft_id", "kind", "name", name=op.f("pk_draft_changes")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("draft_changes")
    with op.batch_alter_table("dictionary_publications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dictionary_publications_version"))

    op.drop_table("dictionary_publications")
    with op.batch_alter_table("dictionary_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dictionary_members_kind_name"))

    op.drop_table("dictionary_members")
    op.drop_table("dictionary_texts")
    with op.batch_alter_table("dictionary_drafts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dictionary_drafts_state"))

    op.drop_table("dictionary_drafts")
