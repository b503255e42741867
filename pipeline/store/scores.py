"""What was counted in each call, by version of the formula."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from models.scoring import Tally
from pipeline.store.call_batches import Between
from pipeline.store.schema import call_scores, recordings, taggings, transcripts
from pipeline.store.transcripts import Tagging


@dataclass(frozen=True, slots=True)
class TaggedCall:
    """A call with the transcript and the tagging that a version of the pipeline made of it."""

    call_id: str
    transcript_id: int
    tagging_id: int
    duration_s: float


def unscored(
    connection: sa.Connection, speech_version: str, tagging: Tagging, formula_version: str, *, after: int, limit: int
) -> list[TaggedCall]:
    """Tagged calls without a count by this formula, by tagging id; `after` is where the batch before ended.

    A call whose words are past their keeping period keeps the counts of earlier formulas and gets no new ones.
    """
    scored = (call_scores.c.tagging_id == taggings.c.tagging_id) & (call_scores.c.formula_version == formula_version)
    query = (
        _tagged(speech_version, tagging)
        .where(taggings.c.tagging_id > after, ~sa.exists().where(scored), recordings.c.words_deleted_at.is_(None))
        .order_by(taggings.c.tagging_id)
        .limit(limit)
    )
    return [_call(row) for row in connection.execute(query)]


def save_score(connection: sa.Connection, tagging_id: int, formula_version: str, tally: Tally) -> None:
    """Write one call's counts."""
    row = {
        "tagging_id": tagging_id,
        "formula_version": formula_version,
        "operator_speech_ms": tally.operator_speech_ms,
        "figures": {name: value for name, value in asdict(tally).items() if name != "untimed"},  # all or none: of one
    }
    connection.execute(sa.insert(call_scores).values(row))


def each_tally(
    connection: sa.Connection,
    speech_version: str,
    tagging: Tagging,
    formula_version: str,
    run_id: int | None = None,
    only: Between | None = None,
) -> Iterator[tuple[TaggedCall, Tally]]:
    """Every call (or each of `only`) with what was counted in it, by call id, as the archive stood in the given night
    (else the last)."""
    query = (
        _tagged(speech_version, tagging)
        .add_columns(call_scores.c.figures)
        .join(call_scores, call_scores.c.tagging_id == taggings.c.tagging_id)
        .where(call_scores.c.formula_version == formula_version, counted(run_id))
        .order_by(recordings.c.call_id, recordings.c.recording_id)
    )
    if only is not None:
        query = query.where(only.has(recordings.c.call_id))
    for row in connection.execute(query):
        yield _call(row), Tally(**row.figures)


def counted(run_id: int | None) -> sa.ColumnElement[bool]:
    """Recordings that no later content of the same file had replaced by the given night (else by now)."""
    current = recordings.c.superseded_in_run.is_(None)
    return current if run_id is None else current | (recordings.c.superseded_in_run > run_id)


def _call(row: sa.Row[Any]) -> TaggedCall:
    return TaggedCall(row.call_id, row.transcript_id, row.tagging_id, row.duration_s)


def _tagged(speech_version: str, tagging: Tagging) -> sa.Select[tuple[str, int, int, float]]:
    return (
        sa.select(recordings.c.call_id, transcripts.c.transcript_id, taggings.c.tagging_id, transcripts.c.duration_s)
        .select_from(recordings)
        .join(transcripts, transcripts.c.recording_id == recordings.c.recording_id)
        .join(taggings, taggings.c.transcript_id == transcripts.c.transcript_id)
        .where(transcripts.c.speech_version == speech_version, taggings.c.tagging_version == tagging.version)
    )
