"""Scorecards: forms and their versions, evaluations of calls, calibration sessions."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, UtcTime, identity, metadata, reference


def _transcript() -> "sa.Column[int]":
    """An evaluation goes with its call when that is erased."""
    target = sa.ForeignKey("transcripts.transcript_id", ondelete="CASCADE")
    return sa.Column("transcript_id", Id, target, nullable=False, index=True)


scorecard_versions = sa.Table(
    "scorecard_versions",
    metadata,
    identity("version_id"),
    sa.Column("form_id", Id, nullable=False),  # the version_id of the form's first version
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("questions", sa.JSON, nullable=False),  # pipeline.evaluations.scorecard_questions.Question
    sa.Column("is_retired", sa.Boolean, nullable=False),  # no new evaluations from this version on
    sa.Column("made_by", sa.String, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.UniqueConstraint("form_id", "number"),
)

calibration_sessions = sa.Table(
    "calibration_sessions",
    metadata,
    identity("session_id"),
    reference("version_id", "scorecard_versions.version_id"),
    _transcript(),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("opened_by", sa.String, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
)

evaluations = sa.Table(
    "evaluations",
    metadata,
    identity("evaluation_id"),
    reference("version_id", "scorecard_versions.version_id"),
    _transcript(),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("operator_id", sa.String, index=True),  # of the call, as known when the evaluation began
    sa.Column("team", sa.String),
    sa.Column(
        "session_id", Id, sa.ForeignKey("calibration_sessions.session_id", ondelete="CASCADE"), index=True
    ),  # part of a calibration: never shown to the operator
    sa.Column("evaluator", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),  # draft, shared, appealed, final
    sa.Column("answers", sa.JSON, nullable=False),  # question → pipeline.evaluations.scorecard_questions.Answer
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # what the automatic answers rest on
    sa.Column("begun_at", UtcTime, nullable=False),
    sa.Column("shared_at", UtcTime),
    sa.Column("acknowledged_at", UtcTime),  # by the operator
    sa.Column("appeal", sa.Text, nullable=False),
    sa.Column("appealed_at", UtcTime),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("decided_by", sa.String),
    sa.Column("final_at", UtcTime),
)
