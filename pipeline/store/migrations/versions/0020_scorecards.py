"""Scorecards: forms in versions, evaluations of calls, calibrations."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0020"
down_revision = "0019"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "scorecard_versions",
        sa.Column("version_id", KEY, autoincrement=True, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_scorecard_versions")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_scorecard_versions_form_id_number")),
    )
    op.create_table(
        "calibration_sessions",
        sa.Column("session_id", KEY, autoincrement=True, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("transcript_id", KEY, nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", UtcTime(timezone=True), nullable=False),
        sa.Column("closed_at", UtcTime(timezone=True), nullable=True),
        _to_transcript("calibration_sessions"),
        _to_version("calibration_sessions"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_calibration_sessions")),
    )
    op.create_index(op.f("ix_calibration_sessions_transcript_id"), "calibration_sessions", ["transcript_id"])
    _create_evaluations()


def downgrade() -> None:
    """Back to the revision before."""
    for table in ("evaluations", "calibration_sessions", "scorecard_versions"):
        op.drop_table(table)


def _create_evaluations() -> None:
    times = ("shared_at", "acknowledged_at", "appealed_at", "final_at")
    op.create_table(
        "evaluations",
        sa.Column("evaluation_id", KEY, autoincrement=True, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("transcript_id", KEY, nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=True),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("session_id", KEY, nullable=True),
        sa.Column("evaluator", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("begun_at", UtcTime(timezone=True), nullable=False),
        *(sa.Column(name, UtcTime(timezone=True), nullable=True) for name in times),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["calibration_sessions.session_id"],
            name=op.f("fk_evaluations_session_id"),
            ondelete="CASCADE",
        ),
        _to_transcript("evaluations"),
        _to_version("evaluations"),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_evaluations")),
    )
    for column in ("operator_id", "session_id", "transcript_id"):
        op.create_index(op.f(f"ix_evaluations_{column}"), "evaluations", [column])


def _to_transcript(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_transcript_id")
    return sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.transcript_id"], name=name, ondelete="CASCADE")


def _to_version(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_version_id")
    return sa.ForeignKeyConstraint(["version_id"], ["scorecard_versions.version_id"], name=name)
