"""One row per night, with the versions it was pinned to at its start."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import runs


def start_run(connection: sa.Connection, archive: str, versions: dict[str, Any], owner: str = "") -> int:
    """A new run of this machine and process; its id."""
    row = {"started_at": datetime.now(UTC), "state": "running", "archive": archive, "versions": versions}
    key = connection.execute(sa.insert(runs).values(**row, owner=owner)).inserted_primary_key
    assert key is not None
    return int(key[0])


def finish_run(connection: sa.Connection, run_id: int, state: str) -> None:
    """Close a run as done, stopped or failed."""
    values = {"state": state, "finished_at": datetime.now(UTC)}
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(values))


def beat(connection: sa.Connection, run_id: int) -> None:
    """Tell the other nights that this one lives."""
    connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(beat=runs.c.beat + 1))


@dataclass(frozen=True, slots=True)
class Running:
    """A night that has not been closed. `owner`: its machine and process; `beat`: how often it gave a sign of life."""

    run_id: int
    owner: str
    beat: int


def others_running(connection: sa.Connection, besides: int) -> list[Running]:
    """The other nights that are running, or seem to."""
    others = (runs.c.state == "running") & (runs.c.run_id != besides)
    query = sa.select(runs.c.run_id, runs.c.owner, runs.c.beat).where(others)
    return [Running(int(row.run_id), row.owner, int(row.beat)) for row in connection.execute(query)]


def close_dead(connection: sa.Connection, run_ids: Collection[int]) -> None:
    """Mark nights that ended without a word as failed."""
    values = {"state": "failed", "finished_at": datetime.now(UTC)}
    dead = runs.c.run_id.in_(run_ids) & (runs.c.state == "running")
    connection.execute(sa.update(runs).where(dead).values(values))


@dataclass(frozen=True, slots=True)
class Run:
    """One night."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    state: str
    archive: str
    versions: dict[str, str]
    owner: str
    beat: int


def last_run(connection: sa.Connection) -> Run | None:
    """The newest night, None before the first."""
    row = connection.execute(sa.select(runs).order_by(runs.c.run_id.desc()).limit(1)).one_or_none()
    return None if row is None else Run(**row._mapping)


def night_before(connection: sa.Connection, run_id: int) -> datetime | None:
    """When the night before this one began."""
    query = sa.select(runs.c.started_at).where(runs.c.run_id < run_id).order_by(runs.c.run_id.desc()).limit(1)
    began: datetime | None = connection.execute(query).scalar_one_or_none()
    return began
