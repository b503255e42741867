"""Who did what and when: a chain that only grows. Triggers of its migration refuse changes and deletions."""

import sqlalchemy as sa

from pipeline.store.schema.base import Id, UtcTime, metadata

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", Id, primary_key=True, autoincrement=False),  # 1, 2, 3 … without gaps: part of the chain
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False, index=True),  # "phrases.publish"
    sa.Column("object", sa.String, nullable=False),  # id of what it was done to
    sa.Column("details", sa.JSON, nullable=False),  # ids, codes and counts
    sa.Column("previous", sa.String(64), nullable=False),  # the hash of the row before
    sa.Column("hash", sa.String(64), nullable=False),  # of this row and `previous`
)
