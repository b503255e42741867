"""What was said and what was found in it: transcripts, taggings, moments, scores."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, identity, metadata, reference

transcripts = sa.Table(
    "transcripts",
    metadata,
    identity("transcript_id"),
    reference("recording_id", "recordings.recording_id"),
    sa.Column("speech_version", sa.String, nullable=False),
    sa.Column("audio", sa.JSON, nullable=False),
    sa.Column("model", sa.JSON, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.Column("corrections", sa.JSON(none_as_null=True)),  # [[utterance, start, end, heard], …]
    sa.Column("acoustics", sa.JSON(none_as_null=True)),  # pipeline.records.Acoustics
    sa.UniqueConstraint("recording_id", "speech_version"),
)

utterances = sa.Table(
    "utterances",
    metadata,
    reference("transcript_id", "transcripts.transcript_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("speaker", sa.String, nullable=False),
    sa.Column("channel", sa.Integer),
    sa.Column("start_ms", sa.Integer),
    sa.Column("end_ms", sa.Integer),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float),
    sa.Column("flags", sa.JSON, nullable=False),
    sa.Column("words", sa.JSON, nullable=False),  # [[start_ms, end_ms, start, end], …]
)

call_forms = sa.Table(
    "call_forms",
    metadata,
    sa.Column("transcript_id", Id, sa.ForeignKey("transcripts.transcript_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("forms_version", sa.String, nullable=False),  # of the analyser; another one makes them anew
    sa.Column("packed", sa.LargeBinary, nullable=False),  # the utterances again, ready to be searched
)

masked_ranges = sa.Table(
    "masked_ranges",
    metadata,
    reference("transcript_id", "transcripts.transcript_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("utterance", sa.Integer, nullable=False),
    sa.Column("start_ms", sa.Integer),
    sa.Column("end_ms", sa.Integer),
)

taggings = sa.Table(
    "taggings",
    metadata,
    identity("tagging_id"),
    reference("transcript_id", "transcripts.transcript_id"),
    sa.Column("tagging_version", sa.String, nullable=False),  # of dictionary, matcher and moment rules together
    sa.Column("dictionary_version", sa.String, nullable=False),
    sa.Column("rules_version", sa.String, nullable=False),
    sa.UniqueConstraint("transcript_id", "tagging_version"),
)

tags = sa.Table(
    "tags",
    metadata,
    reference("tagging_id", "taggings.tagging_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("utterance", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("phrase_id", sa.String, index=True),
    sa.Column("match_level", sa.String),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("cancelled_by", sa.String),
    sa.Index(None, "label", "source", "confidence", "tagging_id", "position"),  # the most uncertain first
)

moments = sa.Table(
    "moments",
    metadata,
    reference("tagging_id", "taggings.tagging_id", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("first_utterance", sa.Integer, nullable=False),
    sa.Column("last_utterance", sa.Integer, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("reaction", sa.String),
    sa.Index(None, "label", "confidence", "tagging_id", "position"),
)

call_scores = sa.Table(
    "call_scores",
    metadata,
    reference("tagging_id", "taggings.tagging_id", primary_key=True),
    sa.Column("formula_version", sa.String, primary_key=True),
    sa.Column("operator_speech_ms", sa.Integer, nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),
)
