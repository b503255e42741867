"""Whom to tell of what the nights find, and what became of each message. Ids and counts only."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, UtcTime, identity, metadata, reference

notification_rules = sa.Table(
    "notification_rules",
    metadata,
    identity("rule_id"),
    sa.Column("event", sa.String, nullable=False),  # low_reaction, churn_risk, night_trouble
    sa.Column("team", sa.String),  # none: every team
    sa.Column("channel", sa.String, nullable=False),  # mail, webhook
    sa.Column("targets", sa.JSON, nullable=False),  # addresses, or the one URL
    sa.Column("language", sa.String, nullable=False),  # ja, en
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("secret", sa.String),  # of a webhook: as it is, because every message is signed with it
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("watched_from", UtcTime, nullable=False),  # nights that ended later are told
    sa.Column("seen_until", Id, nullable=False),  # the last tagging that was looked at
)

notifications = sa.Table(
    "notifications",
    metadata,
    identity("notification_id"),
    reference("rule_id", "notification_rules.rule_id"),
    reference("run_id", "runs.run_id"),  # the night that found the calls, or that it is about
    sa.Column("recipient", sa.String, nullable=False),  # an address, or the host of a webhook
    sa.Column("state", sa.String, nullable=False),  # waiting, sending, sent, failed, withdrawn
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("found", sa.Integer, nullable=False),  # how many there were when it was made
    sa.Column("answer", sa.JSON),  # of the last attempt, in both languages
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Index(None, "rule_id"),
    sa.Index(None, "state"),
)

notified_calls = sa.Table(
    "notified_calls",
    metadata,
    reference("notification_id", "notifications.notification_id", primary_key=True),
    sa.Column("call_id", sa.String, primary_key=True, index=True),
)
