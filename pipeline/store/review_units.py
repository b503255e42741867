"""What can be reviewed: hits of the dictionary, moments, and utterances whatever was found in them.

The random sample of a stratum (a phrase, a label, a speaker) is every unit whose ordinal, a hash of the stratum's seed
and the unit's place, lies below the stratum's probability. So each unit has the same chance, the same seed gives the
same sample, calls that come later join it by the same rule, and a larger sample holds the smaller one.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipeline.records import CUSTOMER_LABELS, OPERATOR_LABELS
from pipeline.store.pages import Pins
from pipeline.store.schema import moments, taggings, tags, transcripts, utterances

UNITS = ("hit", "moment", "utterance")
LABELS_OF = {"operator": OPERATOR_LABELS, "customer": CUSTOMER_LABELS}
BATCH = 10_000  # rows in memory while all of a stratum is walked
SPEAKER_OF = {label: speaker for speaker, labels in LABELS_OF.items() for label in labels}


@dataclass(frozen=True, slots=True)
class Place:
    """What a review is of, whatever tagging found it; `label` is empty for an utterance."""

    unit: str
    transcript_id: int
    utterance: int
    last_utterance: int
    start: int
    end: int
    label: str

    @property
    def reference(self) -> str:
        """`unit:transcript:first:last:start:end:label`, by which people and pages name a place."""
        numbers = (self.transcript_id, self.utterance, self.last_utterance, self.start, self.end)
        return ":".join((self.unit, *(str(number) for number in numbers), self.label))


@dataclass(frozen=True, slots=True)
class Unit:
    """A place as one tagging found it. `stratum`: the phrase, the label, the speaker."""

    place: Place
    stratum: str
    phrase_id: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Queued:
    """One thing to review. `item_id` and `probability` only where it is part of a random sample."""

    place: Place
    is_random: bool
    item_id: int | None
    probability: float | None
    phrase_id: str | None
    confidence: float | None


def units(
    connection: sa.Connection,
    pins: Pins,
    unit: str,
    stratum: str | None = None,
    at: Sequence[tuple[int, int]] | None = None,
) -> Iterator[Unit]:
    """Every unit of one kind in the tagging of a report, of one stratum or of all.

    `at`: only of these transcripts, and of utterances only these (transcript, position).
    """
    query, column, made = {
        "hit": (hit_rows(pins), tags.c.phrase_id, hit),
        "moment": (moment_rows(pins), moments.c.label, moment),
        "utterance": (_utterance_rows(pins), utterances.c.speaker, _utterance),
    }[unit]
    if stratum is not None:
        query = query.where(column == stratum)
    if at is not None:
        query = query.where(transcripts.c.transcript_id.in_(sorted({transcript_id for transcript_id, _ in at})))
        if unit == "utterance":
            query = query.where(sa.tuple_(utterances.c.transcript_id, utterances.c.position).in_(at))
    rows = connection.execute(query.execution_options(yield_per=BATCH))
    return (made(row) for row in rows if unit != "utterance" or _may_be_tagged(row))


def ordinal(seed: str, stratum: str, place: Place) -> float:
    """Where a unit stands in the random order of its stratum: 0 to 1, uniform over places."""
    parts = (seed, stratum, place.unit, place.transcript_id, place.utterance, place.last_utterance,
             place.start, place.end, place.label)  # fmt: skip
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def tagged(pins: Pins) -> sa.Select[tuple[int, int]]:
    """Transcripts and taggings of a report."""
    return (
        sa.select(transcripts.c.transcript_id, taggings.c.tagging_id)
        .join(taggings, taggings.c.transcript_id == transcripts.c.transcript_id)
        .where(transcripts.c.speech_version == pins.speech, taggings.c.tagging_version == pins.tagging.version)
    )


def hit_rows(pins: Pins) -> sa.Select[Any]:
    """Hits of the dictionary that count."""
    return (
        tagged(pins)
        .add_columns(tags)
        .join(tags, tags.c.tagging_id == taggings.c.tagging_id)
        .where(tags.c.source == "phrase", tags.c.cancelled_by.is_(None))
    )


def moment_rows(pins: Pins) -> sa.Select[Any]:
    """Moments."""
    return tagged(pins).add_columns(moments).join(moments, moments.c.tagging_id == taggings.c.tagging_id)


def hit(row: sa.Row[Any]) -> Unit:
    """A row of tags as a unit."""
    place = Place("hit", row.transcript_id, row.utterance, row.utterance, row.start, row.end, row.label)
    return Unit(place, row.phrase_id or "", row.phrase_id, row.confidence)


def moment(row: sa.Row[Any]) -> Unit:
    """A row of moments as a unit."""
    place = Place("moment", row.transcript_id, row.first_utterance, row.last_utterance, 0, 0, row.label)
    return Unit(place, row.label, None, row.confidence)


def _utterance_rows(pins: Pins) -> sa.Select[Any]:
    columns = (utterances.c.position, utterances.c.speaker, utterances.c.flags)
    return (
        tagged(pins)
        .add_columns(*columns, sa.func.length(utterances.c.text).label("length"))
        .join(utterances, utterances.c.transcript_id == transcripts.c.transcript_id)
        .where(utterances.c.speaker.in_(LABELS_OF), utterances.c.text != "")
    )


def _may_be_tagged(row: sa.Row[Any]) -> bool:
    """No suspects and no back-channels."""
    return not any(flag == "backchannel" or flag.startswith("suspect_") for flag in row.flags)


def _utterance(row: sa.Row[Any]) -> Unit:
    place = Place("utterance", row.transcript_id, row.position, row.position, 0, row.length, "")
    return Unit(place, row.speaker)
