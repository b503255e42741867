"""The KPI sheet as it was saved on the page: every version stays, the newest one holds."""

import sqlalchemy as sa

from pipeline.store.schema.base import UtcTime, identity, metadata

goal_sheets = sa.Table(
    "goal_sheets",
    metadata,
    identity("version"),
    sa.Column("sheet", sa.JSON, nullable=False),  # as in pipeline.outcomes.goals
    sa.Column("saved_by", sa.String(64), nullable=False),
    sa.Column("saved_at", UtcTime, nullable=False),
)
