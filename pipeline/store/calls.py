"""The analysed calls of a report: the list, one page at a time, and each call whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models.scoring import Tally
from pipeline.records import Moment, Tag, Transcript
from pipeline.store.call_filter import CallFilter, of_analysed, of_filter, of_reach
from pipeline.store.pages import Pins, Within, held
from pipeline.store.schema import (
    call_contracts,
    call_scores,
    calls,
    contracts,
    recordings,
    taggings,
    transcripts,
)
from pipeline.store.schema import files as files_table
from pipeline.store.transcripts import read_moments, read_tags, read_transcript

NEWEST_FIRST = (2, 20)  # calls looked at for one of the page, before all are: mostly few are left out


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of the list ended: the order is by time, latest first, calls without a time last."""

    started_at: datetime | None
    tagging_id: int


@dataclass(frozen=True, slots=True)
class CallKey:
    """The numbers by which an analysed recording is found again, and its place in the list."""

    transcript_id: int
    tagging_id: int
    started_at: datetime | None

    @property
    def position(self) -> Position:
        """The place of this call in the list."""
        return Position(self.started_at, self.tagging_id)


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One analysed recording with what is known of its call.

    `extra`: further columns of the user's table.
    """

    call_id: str
    recording_id: int
    transcript_id: int
    tagging_id: int
    duration_s: float | None  # not known of a transcript without times
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
    """One analysed recording whole. `places`: see `places_of`."""

    call: ListedCall
    transcript: Transcript
    tags: tuple[Tag, ...]
    moments: tuple[Moment, ...]
    plan: str | None
    places: tuple[tuple[str, str], ...]
    sha256: str


def list_calls(
    connection: sa.Connection, pins: Pins, wanted: CallFilter, *, after: Position | None = None, limit: int = 100
) -> list[ListedCall]:
    """Analysed calls, latest first, at most `limit` after a position."""
    return [_listed(row) for row in _latest(connection, _calls(pins), pins, wanted, after, limit)]


def list_keys(
    connection: sa.Connection,
    pins: Pins,
    wanted: CallFilter,
    *,
    after: Position | None = None,
    limit: int,
    among: Sequence[int] | None = None,
) -> list[CallKey]:
    """As `list_calls`, by their numbers only; `among` leaves the others out by transcript."""
    columns = (transcripts.c.transcript_id, taggings.c.tagging_id, calls.c.started_at)
    query = of_analysed(sa.select(*columns), pins)
    if among is not None:
        query = of_filter(query.where(transcripts.c.transcript_id.in_(among)), pins, wanted)
        return [CallKey(*row) for row in connection.execute(_page(query, after, limit))]
    return [CallKey(*row) for row in _latest(connection, query, pins, wanted, after, limit)]


def calls_of(connection: sa.Connection, pins: Pins, tagging_ids: Sequence[int]) -> dict[int, ListedCall]:
    """These calls, by the number of their tagging."""
    rows = connection.execute(_calls(pins).where(taggings.c.tagging_id.in_(tagging_ids)))
    return {row.tagging_id: _listed(row) for row in rows}


def recordings_of_call(
    connection: sa.Connection, pins: Pins, call_id: str, within: Within | None = None
) -> list[ListedCall]:
    """The analysed recordings of one call, oldest first; most calls have one, an unknown id has none."""
    query = of_reach(_calls(pins), within).where(recordings.c.call_id == call_id).order_by(recordings.c.recording_id)
    return [_listed(row) for row in connection.execute(query)]


def call_ids_within(
    connection: sa.Connection, pins: Pins, call_ids: Collection[str], within: Within | None
) -> frozenset[str]:
    """Those of the calls that are analysed and that one person may open."""
    query = of_reach(of_analysed(sa.select(recordings.c.call_id), pins), within)
    return frozenset(connection.execute(query.where(recordings.c.call_id.in_(call_ids))).scalars())


def recording_by_id(
    connection: sa.Connection, pins: Pins, recording_id: int, within: Within | None = None
) -> ListedCall | None:
    """One analysed recording; None where there is none of that id."""
    query = of_reach(_calls(pins), within).where(recordings.c.recording_id == recording_id).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _listed(row)


def read_call(connection: sa.Connection, pins: Pins, call: ListedCall) -> CallDetail:
    """The recording with its words, its evidence and its decisions."""
    sha256 = sa.select(recordings.c.sha256).where(recordings.c.recording_id == call.recording_id)
    return CallDetail(
        call=call,
        transcript=read_transcript(connection, call.transcript_id, call.call_id),
        tags=read_tags(connection, call.tagging_id),
        moments=read_moments(connection, call.tagging_id),
        plan=_plan(connection, pins, call),
        places=places_of(connection, [call.recording_id])[call.recording_id],
        sha256=connection.execute(sha256).scalar_one(),
    )


def places_of(connection: sa.Connection, recording_ids: Collection[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Archive and path of each file from which these recordings were read: of their sound, or a transcript."""
    columns = (files_table.c.recording_id, files_table.c.archive, files_table.c.relative)
    query = sa.select(*columns).where(files_table.c.recording_id.in_(recording_ids)).order_by(files_table.c.relative)
    places: dict[int, list[tuple[str, str]]] = {recording_id: [] for recording_id in recording_ids}
    for recording_id, archive, relative in connection.execute(query):
        places[recording_id].append((archive, relative))
    return {recording_id: tuple(of_one) for recording_id, of_one in places.items()}


def _calls(pins: Pins) -> sa.Select[Any]:
    names = ("started_at", "operator_id", "operator_name", "team", "customer_id", "direction", "reason", "queue")
    return of_analysed(
        sa.select(
            recordings.c.call_id,
            recordings.c.recording_id,
            transcripts.c.transcript_id,
            taggings.c.tagging_id,
            sa.func.nullif(transcripts.c.duration_s, 0).label("duration_s"),
            *(calls.c[name] for name in names),
            calls.c.extra,
            *(column for column in call_contracts.columns if column.name in _JOINED),
            call_scores.c.figures,
        ),
        pins,
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


def _latest(
    connection: sa.Connection,
    query: sa.Select[Any],
    pins: Pins,
    wanted: CallFilter,
    after: Position | None,
    limit: int,
) -> Sequence[Any]:
    """The page, looked for among the newest calls first: without them all calls of years would be sorted for it."""
    has_index = wanted.operator_id is not None or wanted.customer_id is not None
    for number in () if has_index else NEWEST_FIRST:
        since = _begin_of_the_newest(connection, after, number * limit)
        if since is None:
            break
        of_these = (calls.c.started_at >= since) & recordings.c.call_id.in_(_started(after, since))
        among_these = of_filter(query.where(of_these), pins, wanted, few=True)
        rows = connection.execute(_page(among_these, after, limit)).all()
        if len(rows) == limit:
            return rows
    return connection.execute(_page(of_filter(query, pins, wanted), after, limit)).all()


def _begin_of_the_newest(connection: sa.Connection, after: Position | None, number: int) -> datetime | None:
    """When about that many calls ago was; None where there are not so many, or only calls without a time are left."""
    if after is not None and after.started_at is None:
        return None
    known = calls.c.started_at
    query = sa.select(known).where(known.is_not(None)).order_by(known.desc()).offset(number).limit(1)
    if after is not None:
        query = query.where(known <= after.started_at)
    began: datetime | None = connection.execute(query).scalar_one_or_none()
    return began


def _started(after: Position | None, since: datetime) -> sa.Select[Any]:
    known = calls.alias("started")
    query = sa.select(known.c.call_id).where(known.c.started_at >= since)
    return query if after is None else query.where(known.c.started_at <= after.started_at)


def _page(query: sa.Select[Any], after: Position | None, limit: int) -> sa.Select[Any]:
    if after is not None:
        query = query.where(_beyond(after))
    return query.order_by(calls.c.started_at.desc().nulls_last(), taggings.c.tagging_id.desc()).limit(limit)


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
        *held(contracts, pins.loads.get("contracts")),
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()
