"""From which night on something else counted: another model, dictionary, set of rules, formula or program."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import reports, runs
from pipeline.values import TOKYO


def version_changes(connection: sa.Connection) -> list[dict[str, Any]]:
    """Nights whose report was made by other versions than the one before: run_id, on (day in Tokyo), names of them."""
    query = sa.select(runs.c.run_id, runs.c.started_at, runs.c.versions).where(
        runs.c.run_id.in_(sa.select(reports.c.run_id))
    )
    found: list[dict[str, Any]] = []
    before: Mapping[str, str] | None = None
    for row in connection.execute(query.order_by(runs.c.run_id)):
        versions: Mapping[str, str] = row.versions
        if before is not None and before != versions:
            names = [name for name in versions if before.get(name) != versions[name]]
            found.append(
                {"run_id": row.run_id, "on": row.started_at.astimezone(TOKYO).date().isoformat(), "names": names}
            )
        before = versions
    return found
