"""How long and how much was spoken in each call, counted once per transcript."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import call_facts, transcripts, utterances

BATCH = 500


@dataclass(frozen=True, slots=True)
class CallFacts:
    """`utterances`: the operator's, without back-channels and what the guards suspect of being invented. The rest is
    None where the two speakers could not be told apart."""

    utterances: int
    operator_talk_ms: int | None = None
    customer_talk_ms: int | None = None
    duration_ms: int | None = None
    silence_ms: int | None = None
    silences: int | None = None


def count_few(connection: sa.Connection, speech_version: str) -> int:
    """Count some of the transcripts that have not been counted yet; how many. 0 when all are done."""
    counted = sa.exists().where(call_facts.c.transcript_id == transcripts.c.transcript_id)
    query = (
        sa.select(transcripts.c.transcript_id, transcripts.c.acoustics)
        .where(transcripts.c.speech_version == speech_version, ~counted)
        .order_by(transcripts.c.transcript_id)
        .limit(BATCH)
    )
    rows = connection.execute(query).all()
    if rows:
        spoken = _utterances(connection, [row.transcript_id for row in rows])
        facts = [_facts(row.transcript_id, spoken.get(row.transcript_id, 0), row.acoustics) for row in rows]
        connection.execute(sa.insert(call_facts), facts)
    return len(rows)


def read_facts(connection: sa.Connection, transcript_ids: Iterable[int]) -> dict[int, CallFacts]:
    """By transcript id; transcripts that were not counted yet are left out."""
    found: dict[int, CallFacts] = {}
    for some in _batches(list(transcript_ids)):
        for row in connection.execute(sa.select(call_facts).where(call_facts.c.transcript_id.in_(some))):
            key, *values = row
            found[key] = CallFacts(*values)
    return found


def _utterances(connection: sa.Connection, transcript_ids: list[int]) -> dict[int, int]:
    flags = sa.cast(utterances.c.flags, sa.Text)
    query = (
        sa.select(utterances.c.transcript_id, sa.func.count().label("spoken"))
        .where(
            utterances.c.transcript_id.in_(transcript_ids),
            utterances.c.speaker == "operator",
            flags.not_like('%"backchannel"%'),
            flags.not_like('%"suspect!_%', escape="!"),
        )
        .group_by(utterances.c.transcript_id)
    )
    return {row.transcript_id: row.spoken for row in connection.execute(query)}


def _facts(transcript_id: int, spoken: int, acoustics: Mapping[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = dict.fromkeys(CallFacts.__slots__)
    if acoustics:
        told = {name: acoustics[name] for name in ("operator_talk_ms", "customer_talk_ms", "duration_ms")}
        told["silences"] = len(acoustics["silences"])
        told["silence_ms"] = sum(end - start for start, end in acoustics["silences"])
    return {**told, "transcript_id": transcript_id, "utterances": spoken}


def _batches(values: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
