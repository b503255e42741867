"""What is done with each recording, stage by stage: one row per recording, stage and version.

A night claims what it is about to do. A claim carries a token that the next claim of the same row counts up: whoever
comes back with an older one, because it was frozen or cut off, is refused. Whether a night still lives is told by its
session and its beat (`pipeline.store.runs`), never by a clock.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from pipeline.errors import Reason
from pipeline.store.schema import files, ledger, recordings, runs, transcripts
from pipeline.store.statistics import refresh_statistics

Stage = Literal["transcribe", "tag"]
BATCH = 500  # keys in one statement
LOGGED_AS = "recording:"


@dataclass(frozen=True, slots=True)
class Claim:
    """One row that a night holds. `attempts` counts this one, too."""

    recording_id: int
    stage: Stage
    version: str
    token: int
    attempts: int


class LeaseLost(Exception):
    """Another night took the item over: what was made of it here must not be written."""


def tag_version(speech: str, tagging: str) -> str:
    """The version of the second stage: a transcript of another speech version is another item."""
    return f"{speech}|{tagging}"


def open_recordings(connection: sa.Connection, run_id: int, version: str) -> None:
    """Enter every recording of the night's files that this version has not met as waiting."""
    tonight = (
        sa.select(files.c.recording_id, sa.func.max(files.c.rank)).where(*taken(run_id)).group_by(files.c.recording_id)
    )
    changing = (ledger.c.state == "quarantined") & (ledger.c.reason == Reason.STILL_CHANGING)
    connection.execute(sa.update(ledger).where(changing).values(state="waiting", reason=None, attempts=0))
    _open(connection, "transcribe", version, tonight, files.c.recording_id)


def open_transcripts(connection: sa.Connection, speech_version: str, version: str) -> None:
    """Enter every transcript of a speech version that this tagging has not met as waiting."""
    made = (
        sa.select(transcripts.c.recording_id, ledger.c.rank)
        .join(
            ledger,
            (ledger.c.recording_id == transcripts.c.recording_id)
            & (ledger.c.stage == "transcribe")
            & (ledger.c.version == speech_version),
        )
        .where(transcripts.c.speech_version == speech_version, ~without_words(transcripts.c.recording_id))
    )
    _open(connection, "tag", version, made, transcripts.c.recording_id)


def _open(connection: sa.Connection, stage: Stage, version: str, found: "sa.Select[Any]", key: sa.Column[Any]) -> None:
    """One statement, whatever the number: INSERT … SELECT what has no row yet."""
    met = ledger.alias("met")
    unmet = ~sa.exists().where(met.c.recording_id == key, met.c.stage == stage, met.c.version == version)
    now = sa.literal(datetime.now(UTC), ledger.c.updated_at.type)
    rows = found.where(unmet).add_columns(sa.literal(stage), sa.literal(version), sa.literal("waiting"), now)
    names = ["recording_id", "rank", "stage", "version", "state", "updated_at"]
    if connection.execute(sa.insert(ledger).from_select(names, rows)).rowcount:
        refresh_statistics(connection)  # what is claimed next joins files and recordings that came just now


def claim(
    connection: sa.Connection, run_id: int, stage: Stage, version: str, limit: int, *, begun: bool = False
) -> list[Claim]:
    """Up to `limit` waiting rows, the latest call first, now held by this night.

    `begun`: only rows that were begun before and not finished, the least often begun first; else only the others.
    """
    of_stage = (ledger.c.stage == stage, ledger.c.version == version, ledger.c.state == "waiting")
    query = sa.select(ledger.c.recording_id, ledger.c.token, ledger.c.attempts).where(*of_stage)
    if stage == "transcribe":
        here = sa.select(files.c.recording_id).where(files.c.recording_id == ledger.c.recording_id, *taken(run_id))
        query = query.where(here.exists())
    latest = (ledger.c.rank.desc(), ledger.c.recording_id)
    # the index answers either question in its order: one that mixes them would sort all that waits at every claim
    fresh = query.where(ledger.c.attempts == 0).order_by(*latest)
    again = query.where(ledger.c.attempts > 0).order_by(ledger.c.attempts, *latest)
    rows = connection.execute((again if begun else fresh).limit(limit)).all()
    if not rows:
        return []
    claims = [Claim(row.recording_id, stage, version, row.token + 1, row.attempts + 1) for row in rows]
    now = datetime.now(UTC)
    held = {"state": "running", "run_id": run_id, "updated_at": now}
    counted = {"token": ledger.c.token + 1, "attempts": ledger.c.attempts + 1}
    of_recording = ledger.c.recording_id == sa.bindparam("of_recording")
    connection.execute(
        sa.update(ledger)
        .where(of_recording, ledger.c.stage == stage, ledger.c.version == version)
        .values(**held, **counted),
        [{"of_recording": item.recording_id} for item in claims],
    )
    return claims


def settle(
    connection: sa.Connection, item: Claim, state: str, *, reason: Reason | None = None, detail: str = ""
) -> None:
    """Move a held row to its new state, with what was made of it, in one transaction. Raises `LeaseLost`."""
    values = {"state": state, "reason": reason, "detail": detail, "run_id": None, "updated_at": datetime.now(UTC)}
    held = (
        ledger.c.recording_id == item.recording_id,
        ledger.c.stage == item.stage,
        ledger.c.version == item.version,
        ledger.c.token == item.token,
        ledger.c.state == "running",
    )
    if connection.execute(sa.update(ledger).where(*held).values(values)).rowcount != 1:
        raise LeaseLost(f"{item.recording_id} {item.stage} {item.token}")


def settle_all(connection: sa.Connection, run_id: int, items: Sequence[Claim]) -> None:
    """Move rows that this night holds to done, all or none. Raises `LeaseLost` where one is no longer its own."""
    of_recording = ledger.c.recording_id.in_([item.recording_id for item in items])
    stage, version = items[0].stage, items[0].version
    held = (
        ledger.c.stage == stage,
        ledger.c.version == version,
        ledger.c.state == "running",
        ledger.c.run_id == run_id,
    )
    values = {"state": "done", "reason": None, "detail": "", "run_id": None, "updated_at": datetime.now(UTC)}
    if connection.execute(sa.update(ledger).where(of_recording, *held).values(values)).rowcount != len(items):
        raise LeaseLost(f"{stage} {len(items)}")


def release(connection: sa.Connection, run_ids: Collection[int]) -> int:
    """Put back what these nights hold and did not finish, as if they had never begun it; how many."""
    mine = (ledger.c.state == "running") & (ledger.c.run_id.in_(run_ids))
    values = {"state": "waiting", "run_id": None, "attempts": ledger.c.attempts - 1, "updated_at": datetime.now(UTC)}
    return connection.execute(sa.update(ledger).where(mine).values(values)).rowcount


def take_over(connection: sa.Connection, dead_runs: Collection[int], most_attempts: int) -> int:
    """Put back what dead nights held; what has ended as many nights as an item may is held back. How many."""
    theirs = (ledger.c.state == "running") & (ledger.c.run_id.in_(dead_runs))
    now = datetime.now(UTC)
    given_up = {"state": "quarantined", "reason": Reason.WORKER_DIED, "detail": "night died", "run_id": None}
    connection.execute(
        sa.update(ledger).where(theirs & (ledger.c.attempts >= most_attempts)).values(**given_up, updated_at=now)
    )
    back = {"state": "waiting", "run_id": None, "updated_at": now}
    return connection.execute(sa.update(ledger).where(theirs).values(back)).rowcount


def holders(connection: sa.Connection, stage: Stage, version: str) -> set[int]:
    """The nights that hold rows of this stage and version."""
    query = sa.select(ledger.c.run_id).where(
        ledger.c.stage == stage, ledger.c.version == version, ledger.c.state == "running"
    )
    return {int(row.run_id) for row in connection.execute(query.distinct())}


def waiting(connection: sa.Connection, stage: Stage, version: str, run_id: int | None = None) -> int:
    """How many rows still have to be done, of one night's files or of all, those under way included."""
    query = sa.select(sa.func.count()).where(
        ledger.c.stage == stage, ledger.c.version == version, ledger.c.state.in_(["waiting", "running"])
    )
    if run_id is not None:
        here = sa.select(files.c.recording_id).where(files.c.recording_id == ledger.c.recording_id, *taken(run_id))
        query = query.where(here.exists())
    return int(connection.execute(query).scalar_one())


def settled_since(connection: sa.Connection, stage: Stage, since: datetime) -> int:
    """How many rows of a stage came to an end since then: the pace, for people to look at."""
    ended = ledger.c.state.in_(["done", "quarantined"])
    query = sa.select(sa.func.count()).where(ledger.c.stage == stage, ended, ledger.c.updated_at >= since)
    return int(connection.execute(query).scalar_one())


def log_name(recording_id: int | None) -> str:
    """What logs call a recording: its number. Names of files hold telephone numbers; `kouken status` shows both.

    >>> log_name(12), log_name(None)
    ('recording:12', '')
    """
    return f"{LOGGED_AS}{recording_id}" if recording_id is not None else ""


def retry(connection: sa.Connection, names: Iterable[str] = ()) -> list[int]:
    """Put quarantined rows back to waiting: those of the given calls, files or `log_name`s, or all. The recordings."""
    wanted = ledger.c.state == "quarantined"
    given = list(names)
    if given:
        of_calls = sa.select(recordings.c.recording_id).where(recordings.c.call_id.in_(given))
        of_files = sa.select(files.c.recording_id).where(files.c.relative.in_(given), files.c.recording_id.is_not(None))
        numbers = [
            int(name.removeprefix(LOGGED_AS)) for name in given if re.fullmatch(rf"{LOGGED_AS}[0-9]{{1,18}}", name)
        ]
        key = ledger.c.recording_id
        wanted &= key.in_(of_calls) | key.in_(of_files) | key.in_(numbers)
    values = {"state": "waiting", "reason": None, "detail": "", "attempts": 0, "updated_at": datetime.now(UTC)}
    done = sa.update(ledger).where(wanted).values(values).returning(ledger.c.recording_id)
    return sorted(set(connection.execute(done).scalars()))


def taken(run_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The files of a night that are analysed: readable, complete in the calls table, the first of their content, and
    not past the time for which words are kept."""
    readable = (files.c.problem.is_(None), files.c.call_rule.not_in(NOT_ANALYSED))
    return (*seen(run_id), *readable, ~without_words(files.c.recording_id))


def without_words(key: "sa.Column[Any]") -> sa.ColumnElement[bool]:
    """Whether the words of the recording with this key were deleted when their keeping period was over."""
    past = sa.select(recordings.c.recording_id).where(
        recordings.c.recording_id == key, recordings.c.words_deleted_at.is_not(None)
    )
    return past.correlate_except(recordings).exists()


def seen(run_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The files that a night found, though a later or simultaneous night over the same archive saw them, too."""
    archive = sa.select(runs.c.archive).where(runs.c.run_id == run_id).scalar_subquery()
    return (files.c.archive == archive, files.c.seen_in_run >= run_id, files.c.first_seen_in_run <= run_id)


NOT_ANALYSED: Sequence[str] = ("duplicate", "same_call", "mixed", "spare_text", "erased")
