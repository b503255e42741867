"""The phrase dictionary: immutable texts and versions, the publications in order, and drafts of changes."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata, reference

dictionary_texts = sa.Table(
    "dictionary_texts",
    metadata,
    sa.Column("text_hash", sa.String(64), primary_key=True),  # SHA-256 of the fields
    sa.Column("fields", sa.JSON, nullable=False),  # of an entry, or {"words": […]} of a word list; never changes
)

dictionary_members = sa.Table(
    "dictionary_members",
    metadata,
    sa.Column("version", sa.String(16), primary_key=True),  # the content's hash, as tags and reports name it
    sa.Column("kind", sa.String, primary_key=True),  # phrase, list, word
    sa.Column("name", sa.String, primary_key=True),  # id of the entry, name of the list, the word
    sa.Column("text_hash", sa.String(64), sa.ForeignKey("dictionary_texts.text_hash"), nullable=False),
    sa.Index(None, "kind", "name"),
)

dictionary_drafts = sa.Table(
    "dictionary_drafts",
    metadata,
    identity("draft_id"),
    sa.Column("owner", sa.String, nullable=False),  # "" for one that everybody shares
    sa.Column("state", sa.String, nullable=False),  # draft, in_review, approved, published, discarded
    sa.Column("revision", sa.Integer, nullable=False),  # grows with every save and change of state
    sa.Column("title", sa.String, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("submitted_by", sa.String),
    sa.Column("decided_by", sa.String),  # who approved or sent back
    sa.Column("remark", sa.String, nullable=False),  # of the one who decided
    sa.Index(None, "state"),
)

draft_changes = sa.Table(
    "draft_changes",
    metadata,
    reference("draft_id", "dictionary_drafts.draft_id", primary_key=True),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("base_hash", sa.String(64)),  # the published text that was changed; none for a new item
    sa.Column("text_hash", sa.String(64), sa.ForeignKey("dictionary_texts.text_hash")),  # none: to be removed
    sa.Column("editors", sa.JSON, nullable=False),  # everybody whose words are in it: they cannot approve
    sa.Column("edited_at", UtcTime, nullable=False),
)

publications = sa.Table(
    "dictionary_publications",
    metadata,
    identity("number"),
    sa.Column("version", sa.String(16), nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),  # starter, draft, rollback, words (old stores)
    sa.Column("published_at", UtcTime, nullable=False),
    sa.Column("published_by", sa.String, nullable=False),
    reference("draft_id", "dictionary_drafts.draft_id", nullable=True),
    sa.Column("remark", sa.String, nullable=False),
)

dismissed_candidates = sa.Table(
    "dismissed_candidates",
    metadata,
    sa.Column("text", sa.String(200), primary_key=True),  # the expression as discovery tells it
    sa.Column("dismissed_by", sa.String, nullable=False),
    sa.Column("dismissed_at", UtcTime, nullable=False),
)
