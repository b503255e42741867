"""What a night counts beforehand, so that a page over years of calls has little to read. It can all be made again."""

import sqlalchemy as sa

from models.figures.span_sums import SUMS
from models.scoring import CATEGORIES, REACTIONS
from pipeline.records import CUSTOMER_LABELS
from pipeline.store.schema.base import Id, metadata, reference

call_facts = sa.Table(
    "call_facts",
    metadata,
    sa.Column("transcript_id", Id, sa.ForeignKey("transcripts.transcript_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("utterances", sa.Integer, nullable=False),  # the operator's, without back-channels and suspect ones
    sa.Column("operator_talk_ms", Id),  # these five are unknown where the speakers could not be told apart
    sa.Column("customer_talk_ms", Id),
    sa.Column("duration_ms", Id),
    sa.Column("silence_ms", Id),
    sa.Column("silences", sa.Integer),
)

CELL_COUNTS = (
    "known",  # calls of the month, analysed or not
    "matched",  # of them joined to a contract
    "calls",  # analysed recordings: all that follows is of these
    "spoken",  # of them with an utterance that is known to be the operator's: rates are of these
    "operator_speech_ms",
    "utterances",
    "utterance_squares",
    "success_phrases",
    "measured",  # recordings whose two speakers were told apart
    "operator_talk_ms",
    "customer_talk_ms",
    "duration_ms",
    "silence_ms",
    "silences",
    *(f"{category}_{reaction}" for category in CATEGORIES for reaction in REACTIONS),
    *(f"{category}_calls" for category in CATEGORIES),  # with at least one
    *(f"{category}_squares" for category in (*CATEGORIES, "any")),  # sum of squares over recordings
    *(f"{category}_cross" for category in (*CATEGORIES, "any")),  # sum of moments times utterances
    *CUSTOMER_LABELS,
    *(f"untimed_{category}_{reaction}" for category in CATEGORIES for reaction in REACTIONS),  # see `Tally.untimed`
)

conversation_cells = sa.Table(
    "conversation_cells",
    metadata,
    reference("run_id", "runs.run_id", primary_key=True),  # what of other nights is not shown, see pipeline.store.shown
    sa.Column("dimension", sa.String, primary_key=True),  # all, reason, plan, tier, region, industry, segment
    sa.Column("value", sa.String, primary_key=True),  # empty: unknown, and always for all
    sa.Column("month", sa.Date, primary_key=True),  # its first day, in Tokyo
    sa.Column("operator_id", sa.String, primary_key=True),  # empty: unknown
    sa.Column("team", sa.String, primary_key=True),  # at the time of the call
    *(sa.Column(name, Id, nullable=False) for name in CELL_COUNTS),
)

figure_cells = sa.Table(
    "figure_cells",
    metadata,
    reference("run_id", "runs.run_id", primary_key=True),
    sa.Column("span", sa.String, primary_key=True),  # 2026-10, FY2026-Q3, FY2026, 12M-2026-10
    sa.Column("dimension", sa.String, primary_key=True),
    sa.Column("value", sa.String, primary_key=True),
    *(sa.Column(name, Id, nullable=False) for name in SUMS),
)

kept_figures = sa.Table(
    "kept_figures",
    metadata,
    sa.Column("report_id", Id, sa.ForeignKey("reports.report_id"), primary_key=True),  # one row: what the cells are of
    reference("run_id", "runs.run_id"),  # the night whose cells they are
    sa.Column("facts", sa.JSON, nullable=False),
)
