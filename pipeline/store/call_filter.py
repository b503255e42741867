"""Which calls to read: those that a report counted, in words of the calls table, the contracts and what was found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from pipeline.store.pages import Pins, Within, held
from pipeline.store.schema import (
    call_contracts,
    call_facts,
    call_scores,
    calls,
    contracts,
    moments,
    recordings,
    taggings,
    tags,
    transcripts,
)
from pipeline.store.scores import counted
from pipeline.store.shown import joined_in

Unknown = Literal["operator", "time", "contract"]
SEGMENTS = ("plan", "tier", "region", "industry", "segment")  # of a contract term


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list. Times are UTC; `until` and `outcome_until` are exclusive.

    `unknown` lists those without operator, time or contract. `without`: an operator's moment that the call has none of;
    where nobody is known to be the operator, that is not known.
    `segment`: one of `SEGMENTS` and its value, of the contract term that the call was joined to. `least`: the
    confidence that a moment of `label` and `reaction` (any, where neither is given) and a hit of `phrase_id` have.
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
    customer_id: str | None = None
    phrase_id: str | None = None
    least: float | None = None
    is_masked: bool = False  # only calls whose words were masked before the first write

    @property
    def asks_for_moments(self) -> bool:
        """Whether a moment has to be there; a confidence alone asks for one of any kind."""
        return (self.label or self.reaction) is not None or (self.least is not None and self.phrase_id is None)


def of_analysed(query: sa.Select[Any], pins: Pins) -> sa.Select[Any]:
    """Every analysed recording of these versions with its row of the calls table as it stood, and its contract."""
    known = sa.and_(calls.c.call_id == recordings.c.call_id, *held(calls, pins.loads.get("calls")))
    return (
        query.select_from(recordings)
        .join(transcripts, transcripts.c.recording_id == recordings.c.recording_id)
        .join(taggings, taggings.c.transcript_id == transcripts.c.transcript_id)
        .join(call_scores, call_scores.c.tagging_id == taggings.c.tagging_id)
        .outerjoin(calls, known)
        .outerjoin(
            call_contracts,
            (call_contracts.c.call_id == recordings.c.call_id) & (call_contracts.c.run_id == joined_in()),
        )
        .where(
            transcripts.c.speech_version == pins.speech,
            taggings.c.tagging_version == pins.tagging.version,
            call_scores.c.formula_version == pins.formula,
            counted(pins.run_id),
        )
    )


def of_reach(query: sa.Select[Any], within: Within | None) -> sa.Select[Any]:
    """What one person may see of it."""
    if within is None:
        return query
    return query.where(calls.c.operator_id.in_(within.operators) | calls.c.team.in_(within.teams))


def of_filter(query: sa.Select[Any], pins: Pins, wanted: CallFilter, *, few: bool = False) -> sa.Select[Any]:
    """What the filter leaves of the analysed recordings. `few`: the query has only a handful of them to look at, so
    that what was found is looked up call by call, and not first listed for all calls of years.
    """
    query = _of_contract(_of_row(of_reach(query, wanted.within), wanted), pins, wanted)
    if wanted.is_masked:
        query = query.where(transcripts.c.options["mask"].as_boolean().is_(True))
    if wanted.without is not None:
        told = sa.exists().where(call_facts.c.transcript_id == transcripts.c.transcript_id, call_facts.c.utterances > 0)
        query = query.where(told, ~_found(moments, [_is(moments.c.label, wanted.without, few)], few))
    if wanted.asks_for_moments:
        query = query.where(_found(moments, of_moments(wanted, few=few), few))
    if wanted.phrase_id is not None:
        query = query.where(_found(tags, of_hits(wanted, few=few), few))
    return query


def _found(table: sa.Table, conditions: Iterable[sa.ColumnElement[bool]], few: bool) -> sa.ColumnElement[bool]:
    """Whether the call has such a row. EXISTS only for `few` calls: for all of them it is slower than the list."""
    if few:
        return sa.exists().where(table.c.tagging_id == taggings.c.tagging_id, *conditions)
    return taggings.c.tagging_id.in_(sa.select(table.c.tagging_id).where(*conditions))


def _is(column: sa.Column[Any], value: str, few: bool) -> sa.ColumnElement[bool]:
    """Equal; for `few` calls in a form that no index serves: without statistics SQLite would take the column's index,
    and search all rows of the value once for every call.
    """
    return (sa.func.coalesce(column, "") if few else column) == value


def of_moments(wanted: CallFilter, *, few: bool = False) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions for the moments that the filter asks for."""
    if wanted.label is not None:
        yield _is(moments.c.label, wanted.label, few)
    if wanted.reaction is not None:
        yield moments.c.reaction == wanted.reaction
    if wanted.least is not None:
        yield moments.c.confidence >= wanted.least


def of_hits(wanted: CallFilter, *, few: bool = False) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions for the hits of the phrase that the filter asks for; cancelled ones do not count."""
    if wanted.phrase_id is not None:
        yield _is(tags.c.phrase_id, wanted.phrase_id, few)
    yield tags.c.cancelled_by.is_(None)
    if wanted.least is not None:
        yield tags.c.confidence >= wanted.least


def _of_row(query: sa.Select[Any], wanted: CallFilter) -> sa.Select[Any]:
    """Calls by their row of the calls table."""
    for column in ("operator_id", "team", "reason"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(calls.c[column] == value)
    if wanted.since is not None:
        query = query.where(calls.c.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(calls.c.started_at < wanted.until)
    if wanted.unknown == "operator":
        query = query.where(calls.c.operator_id.is_(None))
    if wanted.unknown == "time":
        query = query.where(calls.c.started_at.is_(None))
    return query


def _of_contract(query: sa.Select[Any], pins: Pins, wanted: CallFilter) -> sa.Select[Any]:
    """Calls by what they were joined to, and by what became of it."""
    joined = call_contracts.c
    if wanted.customer_id is not None:
        named = calls.c.customer_id == wanted.customer_id
        found = joined.joined_customer_id == wanted.customer_id
        # either alone has an index, both together have none
        rows, joins = calls.alias().c, call_contracts.alias().c
        either = sa.union(
            sa.select(rows.call_id).where(rows.customer_id == wanted.customer_id),
            sa.select(joins.call_id).where(joins.joined_customer_id == wanted.customer_id, joins.run_id == joined_in()),
        )
        query = query.where(named | found, recordings.c.call_id.in_(either))
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
        stood = held(contracts, pins.loads.get("contracts"))
        query = query.where(sa.exists().where(term, contracts.c[column] == value, *stood))
    return query
