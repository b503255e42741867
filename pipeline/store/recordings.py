"""Recordings by content, and the files of the archive that hold them."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

import sqlalchemy as sa

from pipeline.errors import Reason
from pipeline.store import ledger as ledgers
from pipeline.store.batches import BATCH, batches
from pipeline.store.schema import files, ledger, recordings, runs
from pipeline.store.transcripts import Tagging

BEATEN = ("mixed", "same_call", "spare_text")  # rules of files whose call another file tells better
URGENCY = ("quarantined", "waiting", "skipped", "done")


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the store last saw it; with the same size and time its content is not read again."""

    size_bytes: int
    modified_ns: int
    sha256: str


class SeenFile(Protocol):
    """A file of tonight's archive: its content, the call it belongs to, or why it is held back.

    `content` is the SHA-256 of the recording it is part of: its own, or of both legs together.
    """

    @property
    def relative(self) -> str: ...  # noqa: D102
    @property
    def size_bytes(self) -> int: ...  # noqa: D102
    @property
    def modified_ns(self) -> int: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102
    @property
    def content(self) -> str | None: ...  # noqa: D102
    @property
    def call_id(self) -> str: ...  # noqa: D102
    @property
    def call_rule(self) -> str: ...  # noqa: D102
    @property
    def leg(self) -> str: ...  # noqa: D102
    @property
    def rank(self) -> int: ...  # noqa: D102
    @property
    def problem(self) -> Reason | None: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording lies in tonight's archive; `other_leg` is the customer's side if it is in two files."""

    recording_id: int
    relative: str
    call_id: str
    size_bytes: int
    modified_ns: int
    sha256: str  # of the recording: in two files, of both together
    other_leg: str | None = None


def known_files(connection: sa.Connection, archive: str, relatives: Sequence[str]) -> dict[str, KnownFile]:
    """Those of these files of the archive that an earlier night has read, by relative path."""
    columns = (files.c.relative, files.c.size_bytes, files.c.modified_ns, files.c.sha256)
    found: dict[str, KnownFile] = {}
    for some in batches(relatives):
        here = (files.c.archive == archive, files.c.relative.in_(some), files.c.sha256.is_not(None))
        rows = connection.execute(sa.select(*columns).where(*here))
        found |= {row.relative: KnownFile(row.size_bytes, row.modified_ns, row.sha256) for row in rows}
    return found


def calls_of(connection: sa.Connection, contents: Sequence[str]) -> dict[str, str]:
    """The call that each known content belongs to, by SHA-256."""
    found: dict[str, str] = {}
    for some in batches(contents):
        query = sa.select(recordings.c.sha256, recordings.c.call_id)
        rows = connection.execute(query.where(recordings.c.sha256.in_(some)))
        found |= {row.sha256: row.call_id for row in rows}
    return found


def remember_files(connection: sa.Connection, run_id: int, archive: str, seen: Iterable[SeenFile]) -> None:
    """Enter tonight's files, some at a time; the same content under several names is one recording, of one call.

    Another content under a known name is a new revision: the older recording stays for the reports that counted it,
    and counts no more from this night on.
    """
    replaced, rest = array("q"), iter(seen)  # eight bytes for each, of an archive in which every call lies twice
    while some := list(islice(rest, BATCH)):
        keys = _recording_ids(connection, some)
        replaced.extend(sorted(_enter(connection, run_id, archive, [_row(file, keys) for file in some])))
    _mark_revisions(connection, run_id, replaced)


def _enter(connection: sa.Connection, run_id: int, archive: str, rows: list[dict[str, Any]]) -> set[int]:
    """Write a batch of files; the recordings that are no longer what a known name holds, or that another one beats."""
    here = files.c.archive == archive
    names = [row["relative"] for row in rows]
    query = sa.select(files.c.relative, files.c.recording_id).where(here, files.c.relative.in_(names))
    known = {row.relative: row.recording_id for row in connection.execute(query)}
    run = sa.literal(run_id, files.c.seen_in_run.type)
    old = [{f"new_{name}": value for name, value in row.items()} for row in rows if row["relative"] in known]
    if old:
        changed: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in rows[0] if name != "relative"}
        seen_by = {
            "seen_in_run": sa.case((files.c.seen_in_run > run, files.c.seen_in_run), else_=run),
            "first_seen_in_run": sa.case((files.c.first_seen_in_run < run, files.c.first_seen_in_run), else_=run),
        }
        place = here & (files.c.relative == sa.bindparam("new_relative"))
        connection.execute(sa.update(files).where(place).values(**changed, **seen_by), old)
    marks = {"archive": archive, "seen_in_run": run_id, "first_seen_in_run": run_id}
    new = [{**marks, **row} for row in rows if row["relative"] not in known]
    if new:
        connection.execute(sa.insert(files), new)
    before = {row["relative"]: known.get(row["relative"]) for row in rows}
    now = {row["relative"]: row["recording_id"] for row in rows}
    beaten = {row["recording_id"] for row in rows if row["call_rule"] in BEATEN and row["recording_id"] is not None}
    return beaten | {key for name, key in before.items() if key is not None and now[name] not in (None, key)}


def _row(file: SeenFile, keys: Mapping[str, int]) -> dict[str, Any]:
    return {
        "relative": file.relative,
        "recording_id": keys.get(file.content or ""),
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "modified_ns": file.modified_ns,
        "call_id": file.call_id,
        "call_rule": file.call_rule,
        "leg": file.leg,
        "rank": file.rank,
        "problem": file.problem,
        "detail": file.detail,
    }


def _recording_ids(connection: sa.Connection, seen: Sequence[SeenFile]) -> dict[str, int]:
    """The ids of the files' contents, entered where new; a content belongs to the call of the file that is analysed."""
    owners: dict[str, SeenFile] = {}
    for file in sorted(seen, key=lambda one: one.call_rule in ledgers.NOT_ANALYSED):
        if file.content:
            owners.setdefault(file.content, file)
    query = sa.select(recordings.c.sha256, recordings.c.recording_id, recordings.c.call_id)
    query = query.where(recordings.c.sha256.in_(owners))
    known = {row.sha256: row for row in connection.execute(query)}
    moved = [
        {"of_recording": known[sha256].recording_id, "of_call": file.call_id}
        for sha256, file in owners.items()
        if sha256 in known and known[sha256].call_id != file.call_id and file.call_rule not in ledgers.NOT_ANALYSED
    ]
    if moved:
        one = recordings.c.recording_id == sa.bindparam("of_recording")
        connection.execute(sa.update(recordings).where(one).values(call_id=sa.bindparam("of_call")), moved)
    fresh = [
        {"sha256": sha256, "size_bytes": file.size_bytes, "call_id": file.call_id}
        for sha256, file in owners.items()
        if sha256 not in known
    ]
    if not fresh:
        return {sha256: int(row.recording_id) for sha256, row in known.items()}
    connection.execute(sa.insert(recordings), fresh)
    return {row.sha256: int(row.recording_id) for row in connection.execute(query)}


def _mark_revisions(connection: sa.Connection, run_id: int, replaced: Sequence[int]) -> None:
    """What no name holds any more counts no more from this night on; what is held again counts again."""
    held = sa.exists().where(files.c.recording_id == recordings.c.recording_id, files.c.call_rule.not_in(BEATEN))
    for start in range(0, len(replaced), BATCH):
        gone = recordings.c.recording_id.in_(replaced[start : start + BATCH]) & ~held
        connection.execute(sa.update(recordings).where(gone).values(superseded_in_run=run_id))
    back = recordings.c.superseded_in_run.is_not(None) & held
    connection.execute(sa.update(recordings).where(back).values(superseded_in_run=None))


def places(connection: sa.Connection, run_id: int, recording_ids: Sequence[int]) -> dict[int, Place]:
    """Where these recordings lie in tonight's archive, by id."""
    query = (
        sa.select(files, recordings.c.sha256.label("content"))
        .join(recordings, recordings.c.recording_id == files.c.recording_id)
        .where(*ledgers.taken(run_id), files.c.recording_id.in_(recording_ids))
    )
    found: dict[int, Place] = {}
    other: dict[int, str] = {}
    # sorted here: asked to sort them, SQLite walks the whole archive by name instead of looking up the few
    for row in sorted(connection.execute(query), key=lambda row: str(row.relative), reverse=True):
        if row.leg == "customer":
            other[row.recording_id] = row.relative
        else:
            facts = (row.size_bytes, row.modified_ns)
            found[row.recording_id] = Place(row.recording_id, row.relative, row.call_id, *facts, row.content)
    return {key: replace(place, other_leg=other.get(key)) for key, place in found.items()}


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of tonight's archive and the one state it is in; what is under way is still waiting."""

    relative: str
    call_id: str
    call_rule: str
    state: str  # done, waiting, quarantined, skipped
    reason: Reason | None
    detail: str
    attempts: int
    recording_id: int | None = None  # none where it could not be read


def file_states(
    connection: sa.Connection, run_id: int, version: str, *, state: str | None = None, limit: int | None = None
) -> list[FileState]:
    """Every file that a night found, by path, each in one state.

    Skipped are duplicates of another file, and what is past its keeping period where this version has not met it.

    A file is done when its recording is transcribed by this version and tagged by the night's own. `state` keeps those
    in it; with a `limit` what needs a hand comes first.
    """
    query, shown = _states(connection, run_id, version)
    if state is not None:
        query = query.where(shown == state)
    if limit is not None:
        urgency = sa.case({name: place for place, name in enumerate(URGENCY)}, value=shown)
        query = query.order_by(urgency, files.c.relative).limit(limit)
    else:
        query = query.order_by(files.c.relative)
    return [_file_state(row) for row in connection.execute(query)]


def unread_names(connection: sa.Connection, run_id: int) -> tuple[int, str]:
    """How many files of a night have a name that the source preset cannot read, and the first of them."""
    query = sa.select(sa.func.count(), sa.func.min(files.c.relative))
    row = connection.execute(query.where(*ledgers.seen(run_id), files.c.call_rule == "unparsed")).one()
    return int(row[0]), row[1] or ""


def state_counts(connection: sa.Connection, run_id: int, version: str) -> dict[str, int]:
    """How many files of a night are in each state."""
    query, shown = _states(connection, run_id, version)
    each = query.with_only_columns(shown.label("shown")).subquery()
    counted = sa.select(each.c.shown, sa.func.count().label("files")).group_by(each.c.shown)
    found = {row.shown: int(row.files) for row in connection.execute(counted)}
    return {state: found.get(state, 0) for state in URGENCY}


def _states(connection: sa.Connection, run_id: int, version: str) -> tuple[sa.Select[Any], sa.Case[Any]]:
    """Every file that a night found with what the ledger knows of it, and the one state that it is in."""
    pinned = connection.execute(sa.select(runs.c.versions).where(runs.c.run_id == run_id)).scalar_one_or_none() or {}
    tagging = Tagging(pinned.get("dictionary", ""), pinned.get("rules", "")).version
    heard, tagged = ledger.alias("heard"), ledger.alias("tagged")

    def row_of(rows: Any, stage: ledgers.Stage, of: str) -> sa.ColumnElement[bool]:
        return sa.and_(rows.c.recording_id == files.c.recording_id, rows.c.stage == stage, rows.c.version == of)

    # a row of the second stage counts once the first is done
    last = {name: sa.func.coalesce(tagged.c[name], heard.c[name]) for name in ("state", "attempts")}
    shown = sa.case(
        (files.c.call_rule.in_(ledgers.NOT_ANALYSED), "skipped"),
        (files.c.problem.is_not(None), "quarantined"),
        (recordings.c.words_deleted_at.is_not(None) & (sa.func.coalesce(last["state"], "") != "done"), "skipped"),
        (last["state"].in_(("done", "quarantined")), last["state"]),
        else_="waiting",
    )
    query = (
        sa.select(
            files,
            shown.label("shown"),
            last["attempts"].label("attempts"),
            sa.case((tagged.c.state.is_not(None), tagged.c.reason), else_=heard.c.reason).label("reason"),
            sa.case((tagged.c.state.is_not(None), tagged.c.detail), else_=heard.c.detail).label("why"),
        )
        .select_from(files)
        .outerjoin(recordings, recordings.c.recording_id == files.c.recording_id)
        .outerjoin(heard, row_of(heard, "transcribe", version))
        .outerjoin(tagged, row_of(tagged, "tag", ledgers.tag_version(version, tagging)))
        .where(*ledgers.seen(run_id))
    )
    return query, shown


def _file_state(row: sa.Row[Any]) -> FileState:
    name, key = (row.relative, row.call_id, row.call_rule), row.recording_id
    if row.shown == "skipped":
        detail = row.detail if row.call_rule in ledgers.NOT_ANALYSED else "words_deleted"
        return FileState(*name, "skipped", None, detail, 0, key)
    if row.problem:
        return FileState(*name, "quarantined", Reason(row.problem), row.detail, 0, key)
    reason = Reason(row.reason) if row.reason else None
    return FileState(*name, row.shown, reason, row.why or "", row.attempts or 0, key)
