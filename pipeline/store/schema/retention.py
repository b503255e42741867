"""What must not be erased for now, what was erased on request, and where outside of the data folder something of calls
was written."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata

holds = sa.Table(
    "legal_holds",
    metadata,
    identity("hold_id"),
    sa.Column("kind", sa.String, nullable=False),  # call, customer
    sa.Column("value", sa.String, nullable=False),  # the id
    sa.Column("reason", sa.String, nullable=False),  # a case number; nothing that was said
    sa.Column("placed_at", UtcTime, nullable=False),
    sa.Column("placed_by", sa.String, nullable=False),
    sa.Column("released_at", UtcTime),
    sa.Column("released_by", sa.String),
    sa.Index(None, "kind", "value"),
)

keeping_periods = sa.Table(  # set in the pages; what is not here follows the settings file
    "keeping_periods",
    metadata,
    sa.Column("name", sa.String, primary_key=True),  # audio_days, transcript_days, score_days, audit_days
    sa.Column("days", sa.Integer, nullable=False),  # 0: for ever
    sa.Column("set_at", UtcTime, nullable=False),
    sa.Column("set_by", sa.String, nullable=False),
)

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("path", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),  # parquet, transcripts, report, file, backup
    sa.Column("written_at", UtcTime, nullable=False),
    sa.Column("swept_at", UtcTime),  # when what had been erased by then was last taken out of it
)

erasures = sa.Table(  # requests that were carried out; never whose calls they were about
    "erasures",
    metadata,
    identity("erasure_id"),
    sa.Column("erased_at", UtcTime, nullable=False),
    sa.Column("erased_by", sa.String, nullable=False),
    sa.Column("reference", sa.String, nullable=False),  # under which the request itself is kept elsewhere
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("recordings", sa.Integer, nullable=False),
    sa.Column("certificate", sa.JSON, nullable=False),  # numbers and hashes
    sa.Column("swept_at", UtcTime),  # when the files were done, too
)
