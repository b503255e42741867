"""What an edit of the dictionary leaves as it was: found and counted once, stored for the new version by copying."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.store.schema import call_forms, call_scores, moments, recordings, taggings, tags, transcripts
from pipeline.store.transcripts import Tagging


@dataclass(frozen=True, slots=True)
class Standing:
    """What the same rules last found in a transcript.

    `packed`: its kept forms; `phrases`: ids of the entries found, cancelled hits included.
    """

    recording_id: int
    call_id: str
    transcript_id: int
    tagging_id: int
    dictionary_version: str
    packed: bytes
    phrases: frozenset[str]


def standing(
    connection: sa.Connection,
    recording_ids: Collection[int],
    speech_version: str,
    rules_version: str,
    forms_version: str,
) -> list[Standing]:
    """Those of the recordings whose transcript has kept forms and was tagged before by the same rules."""
    last = (
        sa.select(taggings.c.transcript_id, sa.func.max(taggings.c.tagging_id).label("tagging_id"))
        .join(transcripts, transcripts.c.transcript_id == taggings.c.transcript_id)
        .where(
            transcripts.c.recording_id.in_(recording_ids),
            transcripts.c.speech_version == speech_version,
            taggings.c.rules_version == rules_version,
        )
        .group_by(taggings.c.transcript_id)
        .subquery()
    )
    query = (
        sa.select(
            transcripts.c.recording_id,
            recordings.c.call_id,
            transcripts.c.transcript_id,
            taggings.c.tagging_id,
            taggings.c.dictionary_version,
            call_forms.c.packed,
        )
        .join(recordings, recordings.c.recording_id == transcripts.c.recording_id)
        .join(last, last.c.transcript_id == transcripts.c.transcript_id)
        .join(taggings, taggings.c.tagging_id == last.c.tagging_id)
        .join(call_forms, call_forms.c.transcript_id == transcripts.c.transcript_id)
        .where(call_forms.c.forms_version == forms_version)
        .order_by(transcripts.c.transcript_id)
    )
    rows = connection.execute(query).all()
    found = _phrases(connection, [row.tagging_id for row in rows])
    return [Standing(**row._mapping, phrases=found.get(row.tagging_id, frozenset())) for row in rows]


def _phrases(connection: sa.Connection, tagging_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    query = (
        sa.select(tags.c.tagging_id, tags.c.phrase_id)
        .where(tags.c.tagging_id.in_(tagging_ids), tags.c.phrase_id.is_not(None))
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.tagging_id, set()).add(row.phrase_id)
    return {tagging_id: frozenset(phrases) for tagging_id, phrases in found.items()}


def carry_over(connection: sa.Connection, tagging_ids: Collection[int], tagging: Tagging, formula_version: str) -> None:
    """Store tags, moments and counts of these taggings under the new versions as well, in one statement each."""
    old = taggings.alias("old")
    versions = [
        sa.literal(value).label(name)
        for name, value in (
            ("tagging_version", tagging.version),
            ("dictionary_version", tagging.dictionary_version),
            ("rules_version", tagging.rules_version),
        )
    ]
    rows = sa.select(old.c.transcript_id, *versions).where(old.c.tagging_id.in_(tagging_ids))
    names = ["transcript_id", *(version.name for version in versions)]
    connection.execute(sa.insert(taggings).from_select(names, rows.order_by(old.c.tagging_id)))
    pairs = (
        sa.select(old.c.tagging_id.label("old_id"), taggings.c.tagging_id.label("new_id"))
        .join(taggings, taggings.c.transcript_id == old.c.transcript_id)
        .where(old.c.tagging_id.in_(tagging_ids), taggings.c.tagging_version == tagging.version)
        .subquery()
    )
    for table in (tags, moments, call_scores):
        kept = [column for column in table.c if column.name != "tagging_id"]
        copied = sa.select(pairs.c.new_id, *kept).join(pairs, pairs.c.old_id == table.c.tagging_id)
        if table is call_scores:
            copied = copied.where(call_scores.c.formula_version == formula_version)
        connection.execute(sa.insert(table).from_select(["tagging_id", *(column.name for column in kept)], copied))
