"""One row per night, with the versions it was pinned to at its start."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import runs


def start_run(connection: sa.Connection, archive: str, versions: dict[str, Any]) -> int:
    """A new run; its id."""
    row = {"started_at": datetime.now(UTC), "state": "running", "archive": archive, "versions": versions}
    key = connection.execute(sa.insert(runs).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def finish_run(connection: sa.Connection, run_id: int, state: str) -> None:
    """Close a run as done, stopped or failed."""
    values = {"state": state, "finished_at": datetime.now(UTC)}
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(values))


def close_abandoned(connection: sa.Connection) -> int:
    """Mark runs whose process died as failed; called under the night's lock. How many there were."""
    values = {"state": "failed", "finished_at": datetime.now(UTC)}
    return connection.execute(sa.update(runs).where(runs.c.state == "running").values(values)).rowcount


@dataclass(frozen=True, slots=True)
class Run:
    """One night."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    state: str
    archive: str
    versions: dict[str, str]


def last_run(connection: sa.Connection) -> Run | None:
    """The newest night, None before the first."""
    row = connection.execute(sa.select(runs).order_by(runs.c.run_id.desc()).limit(1)).one_or_none()
    return None if row is None else Run(**row._mapping)
