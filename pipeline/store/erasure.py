"""Erase calls from every table, whatever refers to them, and keep them from coming back."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import pandas as pd
import sqlalchemy as sa

from pipeline.store import holdings, search_index
from pipeline.store.batches import batches
from pipeline.store.schema import call_contracts, calls, erased, files, ledger, recordings, reports, runs, transcripts

Cause = Literal["request", "period"]  # somebody asked, or the keeping period is over


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
    """The calls that a request means, in any version of the calls table; a customer's also where a night joined the
    call as theirs by its contract or phone. `phones` are keyed hashes."""
    meant = set(call_ids)
    for call_id, column, values in (
        (calls.c.call_id, calls.c.customer_id, customer_ids),
        (call_contracts.c.call_id, call_contracts.c.joined_customer_id, customer_ids),
        (calls.c.call_id, calls.c.phone, phones),
    ):
        if values:
            meant |= set(connection.execute(sa.select(call_id).where(column.in_(values))).scalars())
    known = sorted(meant)
    contents: set[str] = set()
    places: set[str] = set()
    for some in batches(known):
        named = sa.select(recordings.c.sha256).where(recordings.c.call_id.in_(some))
        contents |= set(connection.execute(named).scalars())
        for row in connection.execute(sa.select(files.c.sha256, files.c.relative).where(files.c.call_id.in_(some))):
            places.add(row.relative)
            contents |= {row.sha256} if row.sha256 else set()
    return Scope(tuple(known), tuple(sorted(contents)), tuple(sorted(places)))


def erase(connection: sa.Connection, scope: Scope, cause: Cause = "request") -> dict[str, int]:
    """Delete every row that is about these calls; rows by table. What is written over is zeros, not what was there."""
    _overwrite(connection)
    gone: Counter[str] = Counter()
    for some in batches(scope.call_ids):
        theirs = recordings.c.recording_id == transcripts.c.recording_id
        search_index.forget(connection, _keys(connection, theirs & recordings.c.call_id.in_(some)))
        for table in reversed(holdings.of_calls()):
            _delete_referring(connection, table, "call_id", some, gone)
            gone[table.name] += connection.execute(sa.delete(table).where(table.c.call_id.in_(some))).rowcount
    _clear_reports(connection, set(scope.call_ids))
    _remember(connection, scope, cause)
    return {table: number for table, number in sorted(gone.items()) if number}


def delete_words(connection: sa.Connection, recording_ids: Collection[int]) -> dict[str, int]:
    """Delete what was said in these recordings and every place in it; rows by table. Their numbers stay.

    They are marked, so that no night transcribes them again.
    """
    _overwrite(connection)
    gone: Counter[str] = Counter()
    for some in batches(recording_ids):
        theirs = transcripts.c.recording_id.in_(some)
        keys = _keys(connection, theirs)
        search_index.forget(connection, keys)
        _delete_referring(connection, transcripts, "transcript_id", keys, gone, holdings.WITHOUT_WORDS)
        connection.execute(sa.update(transcripts).where(theirs).values(corrections=None))
        open_work = ledger.c.recording_id.in_(some) & (ledger.c.state != "done")  # on nothing
        connection.execute(sa.delete(ledger).where(open_work))
        marked = sa.update(recordings).where(recordings.c.recording_id.in_(some))
        connection.execute(marked.values(words_deleted_at=datetime.now(UTC)))
    return {table: number for table, number in sorted(gone.items()) if number}


def _keys(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> list[int]:
    """The transcripts of which this is true, by id."""
    return list(connection.execute(sa.select(transcripts.c.transcript_id).where(chosen)).scalars())


def _delete_referring(
    connection: sa.Connection,
    table: sa.Table,
    column: str,
    keys: Sequence[Any],
    gone: Counter[str],
    kept: Collection[str] = (),
) -> None:
    """Delete what refers to the rows with these keys, however many steps away, but no rows of the `kept` tables."""
    for some in batches(keys):
        for referring, referred in holdings.references(table):
            query = sa.select(referred).where(table.c[column].in_(some)).distinct()
            values = connection.execute(query).scalars().all()
            _delete_referring(connection, referring.table, referring.name, values, gone, kept)
            if referring.table.name not in kept:
                for few in batches(values):
                    rows = sa.delete(referring.table).where(referring.in_(few))
                    gone[referring.table.name] += connection.execute(rows).rowcount


def _overwrite(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


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


def _remember(connection: sa.Connection, scope: Scope, cause: Cause) -> None:
    known = erased_things(connection)
    keys = {("content", content) for content in scope.contents}
    keys |= {("call", call_hash(call_id)) for call_id in scope.call_ids}
    keys |= {("file", _hash("file", place)) for place in scope.places}
    now = datetime.now(UTC)
    if fresh := sorted(keys - known.keys):
        rows = [{"kind": kind, "sha256": sha256, "erased_at": now, "cause": cause} for kind, sha256 in fresh]
        connection.execute(sa.insert(erased), rows)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One thing that must not come back: the hash of a recording's content, of a call's id or of a file's name."""

    kind: str
    sha256: str
    erased_at: datetime
    cause: str


def tombstones(connection: sa.Connection) -> list[Tombstone]:
    """All of them."""
    return [Tombstone(**row._mapping) for row in connection.execute(sa.select(erased))]


def first_night(connection: sa.Connection) -> datetime | None:
    """When the first night of this store began."""
    began: datetime | None = connection.execute(sa.select(sa.func.min(runs.c.started_at))).scalar_one()
    return began


def erase_again(connection: sa.Connection, known: Collection[Tombstone]) -> int:
    """Take out of an older copy of the store what was erased since, and keep it from coming back; how many calls."""
    there = erased_things(connection).keys
    if fresh := [asdict(one) for one in known if (one.kind, one.sha256) not in there]:
        connection.execute(sa.insert(erased), fresh)
    now = erased_things(connection)
    meant: set[str] = set()
    for table in holdings.of_calls():
        named = connection.execute(sa.select(table.c.call_id).distinct()).scalars()
        meant |= {call_id for call_id in named if call_id and now.has_call(call_id)}
    rows = connection.execute(sa.select(recordings.c.sha256, recordings.c.call_id))
    meant |= {row.call_id for row in rows if now.has_content(row.sha256)}
    erase(connection, scope_of(connection, call_ids=meant))
    return len(meant)


@dataclass(frozen=True, slots=True)
class Erased:
    """What must not come back, when the last of it was erased, and when the last that somebody asked for."""

    keys: frozenset[tuple[str, str]]
    last_at: datetime | None = None
    last_request_at: datetime | None = None

    def has_content(self, sha256: str) -> bool:
        """Whether a recording of this content was erased."""
        return ("content", sha256) in self.keys

    def has_call(self, call_id: str) -> bool:
        """Whether this call was erased."""
        return ("call", call_hash(call_id)) in self.keys

    def has_file(self, relative: str, content: str | None) -> bool:
        """Whether this file held an erased call, under its name or by its content."""
        return ("content", content) in self.keys or ("file", _hash("file", relative)) in self.keys


def erased_things(connection: sa.Connection) -> Erased:
    """Everything that was ever erased."""
    rows = connection.execute(sa.select(erased)).all()
    keys = frozenset((row.kind, row.sha256) for row in rows)
    asked = (row.erased_at for row in rows if row.cause == "request")
    return Erased(keys, max((row.erased_at for row in rows), default=None), max(asked, default=None))


def erased_of(connection: sa.Connection, call_ids: Iterable[str], held: Mapping[str, str | None]) -> Erased:
    """What was erased of these calls and files: of a large archive everything would fill the memory.

    `held`: the files' names with the SHA-256 of each.
    """
    hashes = {
        "content": {content for content in held.values() if content},
        "call": {call_hash(call_id) for call_id in call_ids},
        "file": {_hash("file", place) for place in held},
    }
    keys: set[tuple[str, str]] = set()
    for kind, wanted in hashes.items():
        for some in batches(sorted(wanted)):
            met = connection.execute(sa.select(erased.c.sha256).where(erased.c.kind == kind, erased.c.sha256.in_(some)))
            keys |= {(kind, sha256) for sha256 in met.scalars()}
    return Erased(frozenset(keys))


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
        empty = "PRAGMA wal_checkpoint(TRUNCATE)"
        try:
            driver.execute(empty)
        except connection.dialect.loaded_dbapi.Error as error:  # a full disk, say: in words like any other statement's
            raise sa.exc.DBAPIError(empty, None, error) from error
