"""The ledger's leases: who holds an item, under which token, and which call comes first."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.store.schema.base import Id

revision = "0004"
down_revision = "0003"

# plain ADD and DROP COLUMN: rebuilding a table that others refer to would break their references on SQLite
COLUMNS: dict[str, list[sa.Column[Any]]] = {
    "runs": [
        sa.Column("owner", sa.String(), nullable=False, server_default=""),
        sa.Column("beat", Id, nullable=False, server_default="0"),
    ],
    "recordings": [sa.Column("superseded_in_run", Id)],
    "files": [
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("first_seen_in_run", Id, nullable=False, server_default="0"),
        sa.Column("leg", sa.String(), nullable=False, server_default=""),
        sa.Column("rank", Id, nullable=False, server_default="0"),
    ],
    "ledger": [
        sa.Column("token", Id, nullable=False, server_default="0"),
        sa.Column("run_id", Id),
        sa.Column("rank", Id, nullable=False, server_default="0"),
    ],
}
BEFORE = "ix_ledger_stage_version_state"
AFTER = "ix_ledger_stage_version_state_attempts_rank"


def upgrade() -> None:
    """To this revision."""
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column._copy())
    _done_before()
    op.execute(
        "UPDATE files SET sha256 = (SELECT sha256 FROM recordings WHERE recordings.recording_id = files.recording_id)"
    )
    op.drop_index(BEFORE, "ledger")
    op.create_index(AFTER, "ledger", ["stage", "version", "state", "attempts", "rank"])


def _done_before() -> None:
    """What was tagged before the second stage had rows of its own is done."""
    op.execute(
        "INSERT INTO ledger (recording_id, stage, version, state, detail, attempts, updated_at, token, rank)"
        " SELECT t.recording_id, 'tag', t.speech_version || '|' || g.tagging_version, 'done', '', 1,"
        " CURRENT_TIMESTAMP, 0, 0 FROM taggings g JOIN transcripts t ON t.transcript_id = g.transcript_id"
    )


def downgrade() -> None:
    """Back to the revision before; what was running is waiting again."""
    op.drop_index(AFTER, "ledger")
    op.execute("DELETE FROM ledger WHERE stage = 'tag'")
    op.execute("UPDATE ledger SET state = 'waiting' WHERE state = 'running'")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
    op.create_index(BEFORE, "ledger", ["stage", "version", "state"])
