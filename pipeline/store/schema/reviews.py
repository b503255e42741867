"""What QA said of hits and moments, and the random samples that measure them. Keyed by place and label, not by tags."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, UtcTime, identity, metadata, reference


def _transcript() -> "sa.Column[int]":
    """A review goes with its transcript when that is erased."""
    target = sa.ForeignKey("transcripts.transcript_id", ondelete="CASCADE")
    return sa.Column("transcript_id", Id, target, nullable=False)


def _place() -> "list[sa.Column[int]]":
    """Characters `start` to `end` of one utterance; of a moment its first and last utterance, and 0 to 0."""
    names = ("utterance", "last_utterance", "start", "end")
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


review_draws = sa.Table(
    "review_draws",
    metadata,
    identity("draw_id"),
    sa.Column("unit", sa.String, nullable=False),  # hit, moment, utterance
    sa.Column("stratum", sa.String, nullable=False),  # the phrase's id, the label, the speaker
    sa.Column("seed", sa.String, nullable=False),
    sa.Column("probability", sa.Float, nullable=False),  # of every unit of the stratum to be in the sample
    sa.Column("population", sa.Integer, nullable=False),
    sa.Column("tagging_version", sa.String, nullable=False),
    sa.Column("drawn_at", UtcTime, nullable=False),
    sa.Column("drawn_by", sa.String, nullable=False),
    sa.Index(None, "unit", "stratum"),
)

review_items = sa.Table(
    "review_items",
    metadata,
    identity("item_id"),
    reference("draw_id", "review_draws.draw_id"),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("stratum", sa.String, nullable=False),
    _transcript(),
    *_place(),
    sa.Column("label", sa.String, nullable=False),  # empty for an utterance: which labels it bears is the question
    sa.Column("ordinal", sa.Float, nullable=False),  # 0 to 1: the unit is in every sample of a higher probability
    sa.UniqueConstraint(
        *("unit", "stratum", "transcript_id", "utterance", "last_utterance", "start", "end", "label"),
        name="uq_review_items_place",
    ),
)

reviews = sa.Table(
    "reviews",
    metadata,
    identity("review_id"),
    sa.Column("item_id", Id, sa.ForeignKey("review_items.item_id", ondelete="CASCADE"), index=True),  # none: not drawn
    sa.Column("unit", sa.String, nullable=False),
    _transcript(),
    *_place(),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("phrase_id", sa.String),  # what found it then
    sa.Column("verdict", sa.String, nullable=False),  # right, wrong, relabel, missed, labels, unsure
    sa.Column("labels", sa.JSON, nullable=False),  # with relabel and labels: what it bears
    sa.Column("reviewer", sa.String, nullable=False),
    sa.Column("reviewed_at", UtcTime, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # speech, dictionary, rules
    sa.Column("withdrawn_at", UtcTime),  # by the reviewer; then it counts nowhere
    sa.Index(None, "transcript_id", "utterance"),
)

review_claims = sa.Table(
    "review_claims",
    metadata,
    identity("claim_id"),
    sa.Column("reviewer", sa.String, nullable=False, index=True),
    sa.Column("item_id", Id, sa.ForeignKey("review_items.item_id", ondelete="CASCADE")),  # none: not drawn
    sa.Column("unit", sa.String, nullable=False),
    _transcript(),
    *_place(),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("phrase_id", sa.String),
    sa.Column("claimed_at", UtcTime, nullable=False),  # nobody else is asked for a while
    sa.Column("review_id", Id, sa.ForeignKey("reviews.review_id", ondelete="CASCADE"), index=True),  # the answer
)
