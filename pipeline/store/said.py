"""What was said at certain places of certain calls: for the results of a search, many calls at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.records import Speaker
from pipeline.store.call_filter import CallFilter, of_hits, of_moments
from pipeline.store.schema import moments, tags, utterances

Ranges = list[tuple[int, int]]  # first and last utterance


@dataclass(frozen=True, slots=True)
class SaidMoment:
    """A moment in a list of results."""

    first: int
    last: int
    label: str
    reaction: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """An utterance in a list of results; `moments` are those it is part of."""

    position: int
    speaker: Speaker
    text: str
    start_ms: int | None
    moments: tuple[SaidMoment, ...]


def moments_of(connection: sa.Connection, tagging_ids: Sequence[int], wanted: CallFilter) -> dict[int, Ranges]:
    """Where the moments are that the filter asks for, by tagging, in the order of the call."""
    return _ranges(connection, moments, ("first_utterance", "last_utterance"), tagging_ids, of_moments(wanted))


def hits_of(connection: sa.Connection, tagging_ids: Sequence[int], wanted: CallFilter) -> dict[int, Ranges]:
    """Where the hits of the phrase are that the filter asks for, by tagging, in the order of the call."""
    return _ranges(connection, tags, ("utterance", "utterance"), tagging_ids, of_hits(wanted))


def lines_of(connection: sa.Connection, transcript_ids: Sequence[int], speaker: Speaker) -> set[tuple[int, int]]:
    """Transcript and position of everything that one speaker said."""
    query = sa.select(utterances.c.transcript_id, utterances.c.position).where(
        utterances.c.transcript_id.in_(transcript_ids), utterances.c.speaker == speaker
    )
    return {(row.transcript_id, row.position) for row in connection.execute(query)}


def read_sentences(
    connection: sa.Connection, transcript_id: int, tagging_id: int, positions: Sequence[int]
) -> list[Sentence]:
    """Utterances of one call, in order, with the moments they are part of."""
    decided = [
        SaidMoment(row.first_utterance, row.last_utterance, row.label, row.reaction, row.confidence)
        for row in connection.execute(
            sa.select(moments).where(moments.c.tagging_id == tagging_id).order_by(moments.c.position)
        )
    ]
    query = sa.select(utterances.c.position, utterances.c.speaker, utterances.c.text, utterances.c.start_ms).where(
        utterances.c.transcript_id == transcript_id, utterances.c.position.in_(positions)
    )
    return [
        Sentence(*row, tuple(moment for moment in decided if moment.first <= row.position <= moment.last))
        for row in connection.execute(query.order_by(utterances.c.position))
    ]


def _ranges(
    connection: sa.Connection,
    table: sa.Table,
    columns: tuple[str, str],
    tagging_ids: Sequence[int],
    conditions: Iterable[sa.ColumnElement[bool]],
) -> dict[int, Ranges]:
    first, last = (table.c[name] for name in columns)
    query = sa.select(table.c.tagging_id, first.label("first"), last.label("last")).distinct()
    # CASE: without statistics SQLite would go through all moments of the label instead of those of a few calls
    asked = sa.case((sa.and_(*conditions, sa.true()), 1), else_=0) == 1
    query = query.where(table.c.tagging_id.in_(tagging_ids), asked).order_by(table.c.tagging_id, first, last)
    found: dict[int, Ranges] = defaultdict(list)
    for row in connection.execute(query):
        found[row.tagging_id].append((row.first, row.last))
    return found
