"""What a night counts beforehand for the pages."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id

revision = "0014"
down_revision = "0013"

MOMENTS = ("appeal", "enablement", "proposal")
REACTIONS = ("accepted", "welcomed", "deferred", "declined", "none")
COUNTS = (
    *("known", "matched", "calls", "operator_speech_ms", "utterances", "utterance_squares", "success_phrases"),
    *("measured", "operator_talk_ms", "customer_talk_ms", "duration_ms", "silence_ms", "silences"),
    *(f"{moment}_{reaction}" for moment in MOMENTS for reaction in REACTIONS),
    *(f"{moment}_calls" for moment in MOMENTS),
    *(f"{moment}_squares" for moment in (*MOMENTS, "any")),
    *(f"{moment}_cross" for moment in (*MOMENTS, "any")),
    *("interest", "decline", "churn_risk", "satisfaction", "complaint"),
)
SUMS = (
    *("n", "opening_yen", "closing_yen", "kept_yen", "fall_yen", "rise_yen"),
    *("churned", "expanded", "expansions", "expansion_yen"),
)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "call_facts",
        sa.Column("transcript_id", Id, nullable=False),
        sa.Column("utterances", sa.Integer(), nullable=False),
        *(
            sa.Column(name, Id, nullable=True)
            for name in ("operator_talk_ms", "customer_talk_ms", "duration_ms", "silence_ms")
        ),
        sa.Column("silences", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transcript_id"],
            ["transcripts.transcript_id"],
            name=op.f("fk_call_facts_transcript_id_transcripts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("transcript_id", name=op.f("pk_call_facts")),
    )
    op.create_table(
        "conversation_cells",
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("operator_id", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        *(sa.Column(name, Id, nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint(
            "dimension", "value", "month", "operator_id", "team", name=op.f("pk_conversation_cells")
        ),
    )
    op.create_table(
        "figure_cells",
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        *(sa.Column(name, Id, nullable=False) for name in SUMS),
        sa.PrimaryKeyConstraint("span", "dimension", "value", name=op.f("pk_figure_cells")),
    )
    op.create_table(
        "kept_figures",
        sa.Column("report_id", Id, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.report_id"], name=op.f("fk_kept_figures_report_id_reports")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_kept_figures")),
    )


def downgrade() -> None:
    """Back to the revision before."""
    for table in ("kept_figures", "figure_cells", "conversation_cells", "call_facts"):
        op.drop_table(table)
