"""What keeping periods need to know: which calls began before a moment, and what of them is still there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from pipeline.store import holds
from pipeline.store.batches import batches
from pipeline.store.schema import UtcTime, audit, calls, files, loads, recordings, runs

Standing = Literal["words", "calls", "audit"]


def _oldest(column: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    earliest = sa.select(sa.func.min(column)).where(*where).scalar_subquery()
    return sa.type_coerce(earliest, UtcTime())


def _number(column: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.select(sa.func.count(sa.distinct(column))).where(*where).scalar_subquery()


_HAS_WORDS = recordings.c.words_deleted_at.is_(None)
STANDING: Mapping[Standing, tuple[sa.ColumnElement[int], sa.ColumnElement[Any]]] = {
    "words": (
        _number(recordings.c.recording_id, _HAS_WORDS),
        _oldest(calls.c.started_at, calls.c.call_id == recordings.c.call_id, _HAS_WORDS),
    ),
    "calls": (_number(calls.c.call_id), _oldest(calls.c.started_at)),
    "audit": (_number(audit.c.number), _oldest(audit.c.at)),
}


def begun_before(connection: sa.Connection, before: datetime) -> list[str]:
    """Calls that began before then, by id, in any version of the calls table.

    A call whose begin nobody told counts from the load that brought its row or, without a row, from the night that
    first saw its recording.
    """
    of_table = (
        sa.select(calls.c.call_id, _began(sa.func.max(calls.c.started_at), sa.func.min(loads.c.loaded_at)))
        .join(loads, loads.c.load_id == calls.c.from_load)
        .group_by(calls.c.call_id)
    )
    first_night = sa.select(sa.func.min(runs.c.started_at)).scalar_subquery()
    without_row = (
        sa.select(recordings.c.call_id, _began(sa.func.min(runs.c.started_at), first_night))
        .outerjoin(files, files.c.recording_id == recordings.c.recording_id)
        .outerjoin(runs, runs.c.run_id == files.c.first_seen_in_run)
        .where(recordings.c.call_id.not_in(sa.select(calls.c.call_id)))
        .group_by(recordings.c.call_id)
    )
    found: set[str] = set()
    for query in (of_table.subquery(), without_row.subquery()):
        found |= set(connection.execute(sa.select(query.c.call_id).where(query.c.began < before)).scalars())
    return sorted(found)


def with_words(connection: sa.Connection, call_ids: Collection[str]) -> list[int]:
    """The recordings of these calls whose words have not been deleted, by id."""
    found: list[int] = []
    for some in batches(call_ids):
        theirs = recordings.c.call_id.in_(some) & recordings.c.words_deleted_at.is_(None)
        found += connection.execute(sa.select(recordings.c.recording_id).where(theirs)).scalars()
    return sorted(found)


def not_held(connection: sa.Connection, recording_ids: Collection[int]) -> list[int]:
    """Those of these recordings that no hold in force is about."""
    query = sa.select(recordings.c.recording_id, recordings.c.call_id)
    rows = connection.execute(query.where(recordings.c.recording_id.in_(recording_ids))).all()
    held = holds.held(connection, [row.call_id for row in rows])
    return sorted(row.recording_id for row in rows if row.call_id not in held)


def _began(known: sa.ColumnElement[Any], otherwise: sa.ColumnElement[Any]) -> sa.Label[Any]:
    return sa.type_coerce(sa.func.coalesce(known, otherwise), UtcTime()).label("began")


def standing(connection: sa.Connection, name: Standing) -> tuple[int, datetime | None]:
    """How much of a class there is, and when its oldest began (for audit entries: was written), if that is known."""
    number, oldest = STANDING[name]
    row = connection.execute(sa.select(number.label("number"), oldest.label("oldest"))).one()
    return int(row.number), row.oldest
