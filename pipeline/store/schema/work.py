"""The archive as found, and what has become of every recording: runs, files, ledger."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata, reference

runs = sa.Table(
    "runs",
    metadata,
    identity("run_id"),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("state", sa.String, nullable=False),  # running, done, stopped, failed
    sa.Column("archive", sa.String, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # pinned at the start of the night
)

recordings = sa.Table(
    "recordings",
    metadata,
    identity("recording_id"),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("call_id", sa.String, nullable=False, index=True),  # the call it belongs to, as last known
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("archive", sa.String, primary_key=True),
    sa.Column("relative", sa.String, primary_key=True),
    reference("recording_id", "recordings.recording_id", nullable=True),  # none where it could not be read
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("modified_ns", sa.BigInteger, nullable=False),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("call_rule", sa.String, nullable=False),  # recording, file_name, unlisted, duplicate
    sa.Column("problem", sa.String),  # why the file is held back before any analysis
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    reference("seen_in_run", "runs.run_id"),
    sa.Index(None, "recording_id"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    reference("recording_id", "recordings.recording_id", primary_key=True),
    sa.Column("stage", sa.String, primary_key=True),
    sa.Column("version", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),  # waiting, done, quarantined, skipped
    sa.Column("reason", sa.String),
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Index(None, "stage", "version", "state"),
)
