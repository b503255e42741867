"""What people put right in what was heard. The transcript itself never changes."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, UtcTime, identity, metadata

text_corrections = sa.Table(
    "text_corrections",
    metadata,
    identity("correction_id"),
    sa.Column(
        "transcript_id", Id, sa.ForeignKey("transcripts.transcript_id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("utterance", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # masked before it is written, as the transcript was
    sa.Column("corrected_by", sa.String, nullable=False),
    sa.Column("corrected_at", UtcTime, nullable=False),
    sa.Column("speech_version", sa.String, nullable=False),  # of the transcript that it corrects
    sa.Column("withdrawn_at", UtcTime),
)
