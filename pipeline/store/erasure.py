"""Erase calls from every table, whatever refers to them, and keep them from coming back."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from pipeline.store import search_index
from pipeline.store.schema import calls, erased, files, metadata, recordings, reports, transcripts

BATCH = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request names: calls, the contents of their recordings, the names of their files."""

    call_ids: tuple[str, ...]
    contents: tuple[str, ...]
    places: tuple[str, ...]


def scope_of(
    connection: sa.Connection,
    *,
    call_ids: Collection[str] = (),
    customer_ids: Collection[str] = (),
    phones: Collection[str] = (),
) -> Scope:
    """The calls that a request means, in any version of the calls table. `phones` are keyed hashes."""
    meant = set(call_ids)
    for column, values in ((calls.c.customer_id, customer_ids), (calls.c.phone, phones)):
        if values:
            meant |= set(connection.execute(sa.select(calls.c.call_id).where(column.in_(values))).scalars())
    known = sorted(meant)
    contents: set[str] = set()
    places: set[str] = set()
    for some in _batches(known):
        named = sa.select(recordings.c.sha256).where(recordings.c.call_id.in_(some))
        contents |= set(connection.execute(named).scalars())
        for row in connection.execute(sa.select(files.c.sha256, files.c.relative).where(files.c.call_id.in_(some))):
            places.add(row.relative)
            contents |= {row.sha256} if row.sha256 else set()
    return Scope(tuple(known), tuple(sorted(contents)), tuple(sorted(places)))


def erase(connection: sa.Connection, scope: Scope) -> dict[str, int]:
    """Delete every row that is about these calls; rows by table. What is written over is zeros, not what was there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    gone: Counter[str] = Counter()
    for some in _batches(scope.call_ids):
        keys = connection.execute(sa.select(recordings.c.recording_id).where(recordings.c.call_id.in_(some))).scalars()
        recorded = list(keys)
        gone["search_grams"] += _forget_words(connection, recorded)
        _delete(connection, recordings, "recording_id", recorded, gone)
        for table in metadata.sorted_tables:
            if "call_id" in table.c:
                number = connection.execute(sa.delete(table).where(table.c.call_id.in_(some))).rowcount
                gone[table.name] += number
    _clear_reports(connection, set(scope.call_ids))
    _remember(connection, scope)
    return {table: number for table, number in sorted(gone.items()) if number}


def _forget_words(connection: sa.Connection, recording_ids: Sequence[int]) -> int:
    """The search index counts transcripts by what they hold, which no foreign key can follow; how many it forgot."""
    made = sa.select(transcripts.c.transcript_id).where(transcripts.c.recording_id.in_(recording_ids))
    keys = list(connection.execute(made).scalars())
    search_index.forget(connection, keys)
    return len(keys)


def _delete(connection: sa.Connection, table: sa.Table, column: str, keys: Sequence[Any], gone: Counter[str]) -> None:
    """Delete the rows with these keys, after everything that refers to them, however many steps away."""
    for some in _batches(keys):
        chosen = table.c[column].in_(some)
        for other in metadata.sorted_tables:
            for reference in other.foreign_keys:
                if reference.column.table is table and other is not table:
                    values = connection.execute(sa.select(reference.column).where(chosen)).scalars().all()
                    _delete(connection, other, reference.parent.name, values, gone)
        gone[table.name] += connection.execute(sa.delete(table).where(chosen)).rowcount


def _clear_reports(connection: sa.Connection, call_ids: Collection[str]) -> None:
    """A stored report keeps its numbers; the names of files that were held back are taken out of its list."""
    for row in connection.execute(sa.select(reports.c.report_id, reports.c.body)).all():
        held = row.body.get("coverage", {}).get("held_back", [])
        if any(item["call_id"] in call_ids for item in held):
            for item in held:
                if item["call_id"] in call_ids:
                    item.update(relative="", call_id="", detail="")
            one = reports.c.report_id == row.report_id
            connection.execute(sa.update(reports).where(one).values(body=row.body))


def _remember(connection: sa.Connection, scope: Scope) -> None:
    known = erased_things(connection)
    keys = {("content", content) for content in scope.contents}
    keys |= {("call", call_hash(call_id)) for call_id in scope.call_ids}
    keys |= {("file", _hash("file", place)) for place in scope.places}
    now = datetime.now(UTC)
    if fresh := sorted(keys - known.keys):
        rows = [{"kind": kind, "sha256": sha256, "erased_at": now} for kind, sha256 in fresh]
        connection.execute(sa.insert(erased), rows)


@dataclass(frozen=True, slots=True)
class Erased:
    """What must not come back."""

    keys: frozenset[tuple[str, str]]

    def has_call(self, call_id: str) -> bool:
        """Whether this call was erased."""
        return ("call", call_hash(call_id)) in self.keys

    def has_file(self, relative: str, content: str | None) -> bool:
        """Whether this file held an erased call, under its name or by its content."""
        return ("content", content) in self.keys or ("file", _hash("file", relative)) in self.keys


def erased_things(connection: sa.Connection) -> Erased:
    """Everything that was ever erased."""
    rows = connection.execute(sa.select(erased.c.kind, erased.c.sha256)).all()
    return Erased(frozenset((row.kind, row.sha256) for row in rows))


def call_hash(call_id: str) -> str:
    """What is kept of an erased call's id."""
    return _hash("call", call_id)


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind} {text}".encode()).hexdigest()


def without_erased(connection: sa.Connection, frame: pd.DataFrame) -> pd.DataFrame:
    """A calls table without the rows of erased calls: a table that still lists them does not bring them back."""
    known = erased_things(connection)
    if not known.keys:
        return frame
    return frame[[not known.has_call(str(call_id)) for call_id in frame["call_id"]]].reset_index(drop=True)


def forget_pages(connection: sa.Connection) -> None:
    """Empty SQLite's write-ahead file, which still holds pages from before; outside of any transaction."""
    if connection.dialect.name == "sqlite":
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _batches(values: Iterable[Any]) -> Iterable[list[Any]]:
    every = list(values)
    return [every[start : start + BATCH] for start in range(0, len(every), BATCH)]
