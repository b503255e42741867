"""What managers and operators write to each other on an operator's page."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata

operator_remarks = sa.Table(
    "operator_remarks",
    metadata,
    identity("remark_id"),
    sa.Column("operator_id", sa.String, nullable=False, index=True),
    sa.Column("period", sa.String, nullable=False),  # that was on the page: 2026-10, FY2026-Q3 …
    sa.Column("kind", sa.String, nullable=False),  # comment (of a manager), remark (of the operator)
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("written_at", UtcTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
