"""What was erased: hashes that keep a recording or a call from coming back, and nothing of either."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, metadata

erased = sa.Table(
    "erased",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),  # content, call, file
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the recording's bytes, the call's id, the path
    sa.Column("erased_at", UtcTime, nullable=False),
    sa.Column("cause", sa.String, nullable=False, server_default="request"),  # request, period
)
