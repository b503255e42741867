"""Notification rules, and what became of each message."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import UtcTime

revision = "0022"
down_revision = "0021"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "notification_rules",
        sa.Column("rule_id", KEY, autoincrement=True, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcTime(timezone=True), nullable=False),
        sa.Column("watched_from", UtcTime(timezone=True), nullable=False),
        sa.Column("seen_until", KEY, nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_notification_rules")),
    )
    op.create_table(
        "notifications",
        sa.Column("notification_id", KEY, autoincrement=True, nullable=False),
        sa.Column("rule_id", KEY, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("made_at", UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["notification_rules.rule_id"], name=op.f("fk_notifications_rule_id_notification_rules")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_notifications_run_id_runs")),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_notifications")),
    )
    op.create_index(op.f("ix_notifications_rule_id"), "notifications", ["rule_id"])
    op.create_index(op.f("ix_notifications_state"), "notifications", ["state"])
    op.create_table(
        "notified_calls",
        sa.Column("notification_id", KEY, nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.notification_id"],
            name=op.f("fk_notified_calls_notification_id_notifications"),
        ),
        sa.PrimaryKeyConstraint("notification_id", "call_id", name=op.f("pk_notified_calls")),
    )
    op.create_index(op.f("ix_notified_calls_call_id"), "notified_calls", ["call_id"])


def downgrade() -> None:
    """Back to the revision before."""
    op.drop_table("notified_calls")
    op.drop_table("notifications")
    op.drop_table("notification_rules")
