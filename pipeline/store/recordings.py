"""Recordings by content, the files that hold them, and the ledger of what was done with each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import sqlalchemy as sa

from pipeline.errors import Reason
from pipeline.store.schema import files, ledger, recordings

TRANSCRIBE = "transcribe"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the store last saw it; with the same size and time its content is not read again."""

    size_bytes: int
    modified_ns: int
    sha256: str


class SeenFile(Protocol):
    """A file of tonight's archive: its content, the call it belongs to, or why it is held back."""

    @property
    def relative(self) -> str: ...  # noqa: D102
    @property
    def size_bytes(self) -> int: ...  # noqa: D102
    @property
    def modified_ns(self) -> int: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102
    @property
    def call_id(self) -> str: ...  # noqa: D102
    @property
    def call_rule(self) -> str: ...  # noqa: D102
    @property
    def problem(self) -> Reason | None: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """One recording that is waiting, with one of the files that hold it."""

    recording_id: int
    relative: str
    call_id: str
    attempts: int


def known_files(connection: sa.Connection, archive: str) -> dict[str, KnownFile]:
    """Every file of the archive that an earlier night has read, by relative path."""
    query = (
        sa.select(files.c.relative, files.c.size_bytes, files.c.modified_ns, recordings.c.sha256)
        .join(recordings, recordings.c.recording_id == files.c.recording_id)
        .where(files.c.archive == archive)
    )
    return {row.relative: KnownFile(row.size_bytes, row.modified_ns, row.sha256) for row in connection.execute(query)}


def remember_files(connection: sa.Connection, run_id: int, archive: str, seen: Iterable[SeenFile]) -> None:
    """Enter tonight's files; the same content under several names is one recording, of one call."""
    for file in seen:
        values = {
            "recording_id": _recording_id(connection, file) if file.sha256 else None,
            "size_bytes": file.size_bytes,
            "modified_ns": file.modified_ns,
            "call_id": file.call_id,
            "call_rule": file.call_rule,
            "problem": file.problem,
            "detail": file.detail,
            "seen_in_run": run_id,
        }
        place = (files.c.archive == archive) & (files.c.relative == file.relative)
        if not connection.execute(sa.update(files).where(place).values(values)).rowcount:
            connection.execute(sa.insert(files).values(archive=archive, relative=file.relative, **values))


def _recording_id(connection: sa.Connection, file: SeenFile) -> int:
    """The id of the file's content, entered if it is new; a duplicate names the same call as its owner."""
    same = recordings.c.sha256 == file.sha256
    found = connection.execute(sa.select(recordings.c.recording_id, recordings.c.call_id).where(same)).one_or_none()
    if found is None:
        row = {"sha256": file.sha256, "size_bytes": file.size_bytes, "call_id": file.call_id}
        key = connection.execute(sa.insert(recordings).values(row)).inserted_primary_key
        assert key is not None
        return int(key[0])
    if found.call_id != file.call_id:
        connection.execute(sa.update(recordings).where(same).values(call_id=file.call_id))
    return int(found.recording_id)


def open_items(connection: sa.Connection, run_id: int, version: str) -> int:
    """Enter every recording seen tonight that this version has not met as waiting; how many are new."""
    tonight = sa.select(files.c.recording_id).where(*_taken(run_id)).distinct()
    met = sa.select(ledger.c.recording_id).where(ledger.c.stage == TRANSCRIBE, ledger.c.version == version)
    new = [row.recording_id for row in connection.execute(tonight.except_(met))]
    now = datetime.now(UTC)
    rows = [
        {"recording_id": key, "stage": TRANSCRIBE, "version": version, "state": "waiting", "updated_at": now}
        for key in new
    ]
    if rows:
        connection.execute(sa.insert(ledger), rows)
    return len(rows)


def waiting_items(connection: sa.Connection, run_id: int, version: str) -> list[LedgerItem]:
    """What tonight's archive still has to be transcribed, the last path first: names mostly carry the date."""
    query = (
        sa.select(ledger.c.recording_id, ledger.c.attempts, files.c.relative, files.c.call_id)
        .join(files, files.c.recording_id == ledger.c.recording_id)
        .where(ledger.c.stage == TRANSCRIBE, ledger.c.version == version, ledger.c.state == "waiting")
        .where(*_taken(run_id))
        .order_by(files.c.relative.desc())
    )
    return [LedgerItem(row.recording_id, row.relative, row.call_id, row.attempts) for row in connection.execute(query)]


def settle_item(
    connection: sa.Connection,
    recording_id: int,
    version: str,
    state: str,
    *,
    reason: Reason | None = None,
    detail: str = "",
    attempts: int = 0,
) -> None:
    """Move one item to its new state."""
    values = {
        "state": state,
        "reason": reason,
        "detail": detail,
        "attempts": attempts,
        "updated_at": datetime.now(UTC),
    }
    connection.execute(sa.update(ledger).where(*_item(recording_id, version)).values(values))


def retry_items(connection: sa.Connection, call_ids: Iterable[str] = ()) -> int:
    """Put quarantined items back to waiting: those of the given calls, or all. How many."""
    wanted = ledger.c.state == "quarantined"
    names = list(call_ids)
    if names:
        of_calls = sa.select(files.c.recording_id).where(files.c.call_id.in_(names))
        wanted &= ledger.c.recording_id.in_(of_calls)
    values = {"state": "waiting", "reason": None, "detail": "", "attempts": 0, "updated_at": datetime.now(UTC)}
    return connection.execute(sa.update(ledger).where(wanted).values(values)).rowcount


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of tonight's archive and the one state it is in."""

    relative: str
    call_id: str
    call_rule: str
    state: str  # done, waiting, quarantined, skipped
    reason: Reason | None
    detail: str
    attempts: int


def file_states(connection: sa.Connection, run_id: int, version: str) -> list[FileState]:
    """Every file found tonight, by path, each in one state; duplicates of another file are skipped."""
    of_version = (
        (ledger.c.recording_id == files.c.recording_id) & (ledger.c.stage == TRANSCRIBE) & (ledger.c.version == version)
    )
    query = (
        sa.select(files, ledger.c.state, ledger.c.reason, ledger.c.detail.label("why"), ledger.c.attempts)
        .outerjoin(ledger, of_version)
        .where(files.c.seen_in_run == run_id)
        .order_by(files.c.relative)
    )
    return [_file_state(row) for row in connection.execute(query)]


def _file_state(row: sa.Row[tuple[object, ...]]) -> FileState:
    name = (row.relative, row.call_id, row.call_rule)
    if row.call_rule == "duplicate":
        return FileState(*name, "skipped", None, row.detail, 0)
    if row.problem:
        return FileState(*name, "quarantined", Reason(row.problem), row.detail, 0)
    reason = Reason(row.reason) if row.reason else None
    return FileState(*name, row.state, reason, row.why, row.attempts)


def _taken(run_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Tonight's files that are analysed: readable, complete in the calls table, the first of their content."""
    return (files.c.seen_in_run == run_id, files.c.problem.is_(None), files.c.call_rule != "duplicate")


def _item(recording_id: int, version: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (ledger.c.recording_id == recording_id, ledger.c.stage == TRANSCRIBE, ledger.c.version == version)
