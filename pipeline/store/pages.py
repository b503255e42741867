"""What the pages read: the report of a night and, pinned to the versions it was made with, the calls behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from models.scoring import Tally
from pipeline.records import Moment, Tag, Transcript
from pipeline.store.schema import (
    call_contracts,
    call_scores,
    calls,
    contracts,
    moments,
    recordings,
    reports,
    runs,
    taggings,
    transcripts,
)
from pipeline.store.schema import files as files_table
from pipeline.store.scores import counted
from pipeline.store.transcripts import Tagging, read_moments, read_tags, read_transcript

Unknown = Literal["operator", "time", "contract"]
SEGMENTS = ("plan", "tier", "region", "industry", "segment")  # of a contract term


@dataclass(frozen=True, slots=True)
class Night:
    """A night as the list of nights shows it. `files` is None where it made no report of its own."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    state: str  # running, done, stopped, failed
    archive: str
    versions: Mapping[str, str]
    files: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Pins:
    """What a report was made of: with these, the pages show the calls it counted and no others."""

    run_id: int
    speech: str
    tagging: Tagging
    formula: str
    loads: Mapping[str, int]

    @classmethod
    def of_report(cls, body: Mapping[str, Any]) -> "Pins":
        """The pins that a report's body names."""
        versions = body["versions"]
        return cls(
            run_id=body["run_id"],
            speech=versions["speech"],
            tagging=Tagging(versions["dictionary"], versions["rules"]),
            formula=versions["formula"],
            loads={kind: load["load_id"] for kind, load in body["loads"].items()},
        )


@dataclass(frozen=True, slots=True)
class Within:
    """Calls of these operators or these teams (as of the call), and no others: what one person may see."""

    operators: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    def has(self, operator_id: str | None, team: str | None) -> bool:
        """Whether something of that operator and team lies within."""
        return operator_id in self.operators or team in self.teams


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list. Times are UTC; `until` and `outcome_until` are exclusive.

    `unknown` lists those without operator, time or contract. `without`: an operator's moment that the call has none of.
    `segment`: one of `SEGMENTS` and its value, of the contract term that the call was joined to.
    """

    operator_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    label: str | None = None
    reaction: str | None = None
    unknown: Unknown | None = None
    within: Within | None = None
    team: str | None = None
    reason: str | None = None
    without: str | None = None
    segment: tuple[str, str] | None = None
    outcome: str | None = None
    outcome_since: date | None = None
    outcome_until: date | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of the list ended: the order is by time, latest first, calls without a time last."""

    started_at: datetime | None
    tagging_id: int


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One analysed recording with what is known of its call.

    `extra`: further columns of the user's table.
    """

    call_id: str
    recording_id: int
    transcript_id: int
    tagging_id: int
    duration_s: float
    started_at: datetime | None
    operator_id: str | None
    operator_name: str | None
    team: str | None
    customer_id: str | None
    direction: str | None
    reason: str | None
    queue: str | None
    join_status: str | None
    joined_contract_id: str | None
    joined_customer_id: str | None
    term_started_on: Any
    outcome: str | None
    outcome_on: Any
    outcome_timing: str | None
    extra: Mapping[str, Any]
    tally: Tally

    @property
    def position(self) -> Position:
        """The place of this call in the list."""
        return Position(self.started_at, self.tagging_id)


@dataclass(frozen=True, slots=True)
class CallDetail:
    """One analysed recording whole. `places`: archive and path of each file that holds its sound."""

    call: ListedCall
    transcript: Transcript
    tags: tuple[Tag, ...]
    moments: tuple[Moment, ...]
    plan: str | None
    places: tuple[tuple[str, str], ...]
    sha256: str


def report_of_night(connection: sa.Connection, run_id: int) -> dict[str, Any] | None:
    """The body of a night's report; None where there is none."""
    query = sa.select(reports.c.body).where(reports.c.run_id == run_id).order_by(reports.c.report_id.desc()).limit(1)
    body: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
    return body


def list_nights(connection: sa.Connection, *, before: int | None = None, limit: int = 30) -> list[Night]:
    """The last nights, newest first; `before` is the run id where the page before ended."""
    query = _nights().order_by(runs.c.run_id.desc()).limit(limit)
    if before is not None:
        query = query.where(runs.c.run_id < before)
    return [_night(row) for row in connection.execute(query)]


def read_night(connection: sa.Connection, run_id: int) -> Night | None:
    """One night; None where there is none of that id."""
    row = connection.execute(_nights().where(runs.c.run_id == run_id).limit(1)).one_or_none()
    return None if row is None else _night(row)


def list_calls(
    connection: sa.Connection, pins: Pins, wanted: CallFilter, *, after: Position | None = None, limit: int = 100
) -> list[ListedCall]:
    """Analysed calls, latest first, at most `limit` after a position."""
    query = _of_contract(_of_filter(_calls(pins), wanted), pins, wanted)
    if after is not None:
        query = query.where(_beyond(after))
    query = query.order_by(calls.c.started_at.desc().nulls_last(), taggings.c.tagging_id.desc()).limit(limit)
    return [_listed(row) for row in connection.execute(query)]


def recordings_of_call(
    connection: sa.Connection, pins: Pins, call_id: str, within: Within | None = None
) -> list[ListedCall]:
    """The analysed recordings of one call, oldest first; most calls have one, an unknown id has none."""
    query = _of_reach(_calls(pins), within).where(recordings.c.call_id == call_id).order_by(recordings.c.recording_id)
    return [_listed(row) for row in connection.execute(query)]


def recording_by_id(
    connection: sa.Connection, pins: Pins, recording_id: int, within: Within | None = None
) -> ListedCall | None:
    """One analysed recording; None where there is none of that id."""
    query = _of_reach(_calls(pins), within).where(recordings.c.recording_id == recording_id).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _listed(row)


def read_call(connection: sa.Connection, pins: Pins, call: ListedCall) -> CallDetail:
    """The recording with its words, its evidence and its decisions."""
    places = sa.select(files_table.c.archive, files_table.c.relative).where(
        files_table.c.recording_id == call.recording_id
    )
    sha256 = sa.select(recordings.c.sha256).where(recordings.c.recording_id == call.recording_id)
    return CallDetail(
        call=call,
        transcript=read_transcript(connection, call.transcript_id, call.call_id),
        tags=read_tags(connection, call.tagging_id),
        moments=read_moments(connection, call.tagging_id),
        plan=_plan(connection, pins, call),
        places=tuple(
            (row.archive, row.relative) for row in connection.execute(places.order_by(files_table.c.relative))
        ),
        sha256=connection.execute(sha256).scalar_one(),
    )


def _nights() -> sa.Select[Any]:
    counted = reports.c.body["coverage"]["files"].label("counted")
    last = sa.select(sa.func.max(reports.c.report_id)).where(reports.c.run_id == runs.c.run_id).correlate(runs)
    return sa.select(runs, counted).outerjoin(reports, reports.c.report_id == last.scalar_subquery())


def _night(row: sa.Row[Any]) -> Night:
    return Night(row.run_id, row.started_at, row.finished_at, row.state, row.archive, row.versions, row.counted)


def _calls(pins: Pins) -> sa.Select[Any]:
    """Every analysed recording of these versions with its row of the calls table as it stood, and its contract."""
    known = sa.and_(calls.c.call_id == recordings.c.call_id, *_held(calls, pins.loads.get("calls")))
    names = ("started_at", "operator_id", "operator_name", "team", "customer_id", "direction", "reason", "queue")
    return (
        sa.select(
            recordings.c.call_id,
            recordings.c.recording_id,
            transcripts.c.transcript_id,
            taggings.c.tagging_id,
            transcripts.c.duration_s,
            *(calls.c[name] for name in names),
            calls.c.extra,
            *(column for column in call_contracts.columns if column.name in _JOINED),
            call_scores.c.figures,
        )
        .select_from(recordings)
        .join(transcripts, transcripts.c.recording_id == recordings.c.recording_id)
        .join(taggings, taggings.c.transcript_id == transcripts.c.transcript_id)
        .join(call_scores, call_scores.c.tagging_id == taggings.c.tagging_id)
        .outerjoin(calls, known)
        .outerjoin(call_contracts, call_contracts.c.call_id == recordings.c.call_id)
        .where(
            transcripts.c.speech_version == pins.speech,
            taggings.c.tagging_version == pins.tagging.version,
            call_scores.c.formula_version == pins.formula,
            counted(pins.run_id),
        )
    )


_JOINED = {
    "join_status",
    "joined_contract_id",
    "joined_customer_id",
    "term_started_on",
    "outcome",
    "outcome_on",
    "outcome_timing",
}


def _held(table: sa.Table, at_load: int | None) -> Iterator[sa.ColumnElement[bool]]:
    """The rows of an input table as they stood after a load; none without a load."""
    if at_load is None:
        yield sa.false()
        return
    yield table.c.from_load <= at_load
    yield table.c.until_load.is_(None) | (table.c.until_load > at_load)


def _of_reach(query: sa.Select[Any], within: Within | None) -> sa.Select[Any]:
    if within is None:
        return query
    return query.where(calls.c.operator_id.in_(within.operators) | calls.c.team.in_(within.teams))


def _of_filter(query: sa.Select[Any], wanted: CallFilter) -> sa.Select[Any]:
    query = _of_reach(query, wanted.within)
    if wanted.operator_id is not None:
        query = query.where(calls.c.operator_id == wanted.operator_id)
    if wanted.team is not None:
        query = query.where(calls.c.team == wanted.team)
    if wanted.reason is not None:
        query = query.where(calls.c.reason == wanted.reason)
    if wanted.since is not None:
        query = query.where(calls.c.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(calls.c.started_at < wanted.until)
    if wanted.unknown == "operator":
        query = query.where(calls.c.operator_id.is_(None))
    if wanted.unknown == "time":
        query = query.where(calls.c.started_at.is_(None))
    if wanted.without is not None:
        query = query.where(taggings.c.tagging_id.not_in(_tagged_with(wanted.without)))
    if wanted.label is not None or wanted.reaction is not None:
        query = query.where(_has_moment(wanted))
    return query


def _has_moment(wanted: CallFilter) -> sa.ColumnElement[bool]:
    # not EXISTS: without statistics SQLite would search all moments of the label once for every call
    there = sa.select(moments.c.tagging_id) if wanted.label is None else _tagged_with(wanted.label)
    if wanted.reaction is not None:
        there = there.where(moments.c.reaction == wanted.reaction)
    return taggings.c.tagging_id.in_(there)


def _tagged_with(label: str) -> sa.Select[tuple[int]]:
    return sa.select(moments.c.tagging_id).where(moments.c.label == label)


def _of_contract(query: sa.Select[Any], pins: Pins, wanted: CallFilter) -> sa.Select[Any]:
    """Calls by what they were joined to, and by what became of it."""
    joined = call_contracts.c
    if wanted.unknown == "contract":
        query = query.where(joined.join_status.is_distinct_from("matched"))
    if wanted.outcome is not None:
        query = query.where(joined.outcome == wanted.outcome)
    if wanted.outcome_since is not None:
        query = query.where(joined.outcome_on >= wanted.outcome_since)
    if wanted.outcome_until is not None:
        query = query.where(joined.outcome_on < wanted.outcome_until)
    if wanted.segment is not None:
        column, value = wanted.segment
        term = (contracts.c.contract_id == joined.joined_contract_id) & (
            contracts.c.started_on == joined.term_started_on
        )
        held = _held(contracts, pins.loads.get("contracts"))
        query = query.where(sa.exists().where(term, contracts.c[column] == value, *held))
    return query


def _beyond(after: Position) -> sa.ColumnElement[bool]:
    """Rows that come later in the order of the list; a comparison with a missing time would drop them."""
    later_id = taggings.c.tagging_id < after.tagging_id
    if after.started_at is None:
        return calls.c.started_at.is_(None) & later_id
    started = calls.c.started_at
    return (started < after.started_at) | ((started == after.started_at) & later_id) | started.is_(None)


def _listed(row: sa.Row[Any]) -> ListedCall:
    values = dict(row._mapping)
    return ListedCall(tally=Tally(**values.pop("figures")), extra=values.pop("extra") or {}, **values)


def _plan(connection: sa.Connection, pins: Pins, call: ListedCall) -> str | None:
    """The plan of the contract term the call was joined to."""
    query = sa.select(contracts.c.plan).where(
        contracts.c.contract_id == call.joined_contract_id,
        contracts.c.started_on == call.term_started_on,
        *_held(contracts, pins.loads.get("contracts")),
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()
