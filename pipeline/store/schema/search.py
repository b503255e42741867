"""What text search reads: each transcript in one spelling, and which transcripts hold which character or pair."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, metadata

search_texts = sa.Table(
    "search_texts",
    metadata,
    sa.Column("transcript_id", Id, sa.ForeignKey("transcripts.transcript_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("spelling", sa.String, nullable=False),  # another version is written anew
    sa.Column("text", sa.Text, nullable=False),  # a line for each utterance
)

search_grams = sa.Table(
    "search_grams",
    metadata,
    sa.Column("gram", sa.String, primary_key=True),  # one character or two
    sa.Column("block", sa.Integer, primary_key=True),  # transcript_id // BLOCK
    sa.Column("members", sa.LargeBinary, nullable=False),  # transcript_id % BLOCK, see pipeline.store.search_index
)
