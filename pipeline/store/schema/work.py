"""The archive as found, and what has become of every recording: runs, files, ledger."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, UtcTime, identity, metadata, reference

runs = sa.Table(
    "runs",
    metadata,
    identity("run_id"),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("state", sa.String, nullable=False),  # running, done, stopped, failed
    sa.Column("archive", sa.String, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # pinned at the start of the night
    sa.Column("owner", sa.String, nullable=False, server_default=""),  # machine and process
    sa.Column("beat", Id, nullable=False, server_default="0"),  # counted up while the night lives
)

recordings = sa.Table(
    "recordings",
    metadata,
    identity("recording_id"),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("call_id", sa.String, nullable=False, index=True),  # the call it belongs to, as last known
    sa.Column("superseded_in_run", Id),  # another content of the same call replaced it; older reports still count it
    sa.Column("words_deleted_at", UtcTime),  # what was said is past its keeping period: it is not transcribed again
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("archive", sa.String, primary_key=True),
    sa.Column("relative", sa.String, primary_key=True),
    reference("recording_id", "recordings.recording_id", nullable=True),  # none where it could not be read
    sa.Column("sha256", sa.String(64)),  # of its own bytes; a recording in two legs has one of both together
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("modified_ns", sa.BigInteger, nullable=False),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("call_rule", sa.String, nullable=False),  # one of pipeline.nights.assigning.RULES
    sa.Column("leg", sa.String, nullable=False, server_default=""),  # operator, customer: one side of the recording
    sa.Column("rank", Id, nullable=False, server_default="0"),  # microseconds: the call's begin, else the file's
    sa.Column("problem", sa.String),  # why the file is held back before any analysis
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    reference("seen_in_run", "runs.run_id"),  # the last night that saw it
    sa.Column("first_seen_in_run", Id, nullable=False, server_default="0"),
    sa.Index(None, "recording_id"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    reference("recording_id", "recordings.recording_id", primary_key=True),
    sa.Column("stage", sa.String, primary_key=True),
    sa.Column("version", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),  # waiting, running, done, quarantined
    sa.Column("reason", sa.String),
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("token", Id, nullable=False, server_default="0"),  # counted up by every claim: an older one is refused
    sa.Column("run_id", Id),  # the night that holds it while it is running
    sa.Column("rank", Id, nullable=False, server_default="0"),  # of its file: the latest call comes first
    sa.Index(None, "state", "stage", "version", "attempts", "rank"),
)
