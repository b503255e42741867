"""Reviews: what QA says of a hit, a moment or an utterance, by whom and when. They only grow; the latest one counts,
and none that its reviewer withdrew.

A review answers the item of a random sample (then it measures, see review_figures.py) or what somebody came across
(then it teaches only). It is kept by place and label, so that it outlives every new tagging of the call.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.records import LABELS
from pipeline.store import audit
from pipeline.store.people import person
from pipeline.store.review_units import LABELS_OF, SPEAKER_OF, UNITS, Place
from pipeline.store.schema import recordings, review_items, reviews, transcripts, utterances

Key = tuple[int, int, int, int, int]  # transcript, utterances, characters: a place whatever its label
Verdict = Literal["right", "wrong", "relabel", "missed", "labels", "unsure"]

VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "relabel", "missed", "labels", "unsure")


class _Said(NamedTuple):
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """One judgement. `labels`: what the place bears, with the verdicts `relabel` and `labels` (none: nothing)."""

    place: Place
    verdict: Verdict
    reviewer: str
    labels: tuple[str, ...] = ()
    item_id: int | None = None
    phrase_id: str | None = None
    reviewed_at: datetime | None = None
    review_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewedSentence:
    """A stretch of a call with what people say it bears and lacks; labels in neither were not judged.

    Characters `start` to `end` of `utterance`; a moment of several utterances runs to `last_utterance`, and `text`
    holds them line by line. `complete`: every label of the speaker was judged. `drawn`: it is part of a random sample.
    """

    call_id: str
    transcript_id: int
    utterance: int
    last_utterance: int
    start: int
    end: int
    speaker: str
    text: str
    bears: frozenset[str]
    lacks: frozenset[str]
    complete: bool
    drawn: bool
    reviewers: tuple[str, ...]


def mark(connection: sa.Connection, review: Review, versions: dict[str, str], via: str = "") -> int:
    """Keep one review; its id. `versions`: what the reviewer was shown. Raises `BadInput` for what makes no sense."""
    who, place = person(review.reviewer), review.place
    _check(review)
    _check_place(connection, place, review.labels)
    if review.item_id is not None:
        _check_item(connection, review.item_id, place)
    row = {
        "item_id": review.item_id,
        "unit": place.unit,
        "transcript_id": place.transcript_id,
        "utterance": place.utterance,
        "last_utterance": place.last_utterance,
        "start": place.start,
        "end": place.end,
        "label": place.label,
        "phrase_id": review.phrase_id,
        "verdict": review.verdict,
        "labels": list(review.labels),
        "reviewer": who,
        "reviewed_at": datetime.now(UTC),
        "versions": versions,
    }
    key = connection.execute(sa.insert(reviews).values(row)).inserted_primary_key
    assert key is not None
    audit.record(connection, who, "reviews.mark", str(key[0]), {"verdict": review.verdict, "via": via})
    return int(key[0])


def withdraw(connection: sa.Connection, review_id: int, reviewer: str) -> None:
    """Take one's own judgement back: it stays on record and counts no more. Raises `BadInput` for another's."""
    who = person(reviewer)
    own = (reviews.c.review_id == review_id) & (reviews.c.reviewer == who) & reviews.c.withdrawn_at.is_(None)
    if connection.execute(sa.update(reviews).where(own).values(withdrawn_at=datetime.now(UTC))).rowcount != 1:
        raise BadInput(
            Text("取り消せる判定ではありません。", "This judgement is not yours to withdraw, or was withdrawn before.")
        )
    audit.record(connection, who, "reviews.withdraw", str(review_id))


def read_item(connection: sa.Connection, item_id: int) -> Place:
    """The place of a drawn item. Raises `BadInput` for an unknown one."""
    row = connection.execute(sa.select(review_items).where(review_items.c.item_id == item_id)).one_or_none()
    if row is None:
        raise BadInput(Text(f"確認の項目 {item_id} はありません。", f"There is no item {item_id} to review."))
    return place_of(row)


def read_reviews(connection: sa.Connection, *, drawn: bool | None = None) -> list[Review]:
    """Every review that stands, in the order they were made; `drawn` only those of random items, or only the others."""
    query = sa.select(reviews).where(reviews.c.withdrawn_at.is_(None)).order_by(reviews.c.review_id)
    if drawn is not None:
        query = query.where(reviews.c.item_id.is_not(None) if drawn else reviews.c.item_id.is_(None))
    return [_review(row) for row in connection.execute(query)]


def reviews_of(connection: sa.Connection, transcript_id: int) -> list[Review]:
    """What stands of one transcript, in the order in which it was said."""
    query = sa.select(reviews).where(reviews.c.transcript_id == transcript_id, reviews.c.withdrawn_at.is_(None))
    return [_review(row) for row in connection.execute(query.order_by(reviews.c.review_id))]


def read_review(connection: sa.Connection, review_id: int) -> Review:
    """One review, withdrawn or not."""
    return _review(connection.execute(sa.select(reviews).where(reviews.c.review_id == review_id)).one())


def number_of_reviews(connection: sa.Connection, reviewer: str, since: datetime) -> tuple[int, int]:
    """How many places a person has judged since then, and ever."""
    query = sa.select(
        sa.func.coalesce(sa.func.sum(sa.case((reviews.c.reviewed_at >= since, 1), else_=0)), 0),
        sa.func.count(),
    ).where(reviews.c.reviewer == person(reviewer), reviews.c.withdrawn_at.is_(None))
    recent, ever = connection.execute(query).one()
    return int(recent), int(ever)


def reviewed_sentences(connection: sa.Connection) -> Iterator[ReviewedSentence]:
    """Every place that somebody was sure about, in the order of the calls: what a classifier can learn from.

    Where people differ, the latest one counts.
    """
    by_place: dict[Key, list[Review]] = defaultdict(list)
    for review in read_reviews(connection):
        if review.verdict != "unsure":
            by_place[_key(review.place)].append(review)
    drawn = _drawn_places(connection)
    for key in sorted(by_place):
        yield _sentence(connection, by_place[key], key in drawn)


def place_of(row: sa.Row[Any]) -> Place:
    """The place in a row of reviews or of items."""
    return Place(row.unit, row.transcript_id, row.utterance, row.last_utterance, row.start, row.end, row.label)


def _review(row: sa.Row[Any]) -> Review:
    return Review(
        place_of(row), row.verdict, row.reviewer, tuple(row.labels), row.item_id, row.phrase_id, row.reviewed_at,
        row.review_id,
    )  # fmt: skip


def _key(place: Place) -> Key:
    return place.transcript_id, place.utterance, place.last_utterance, place.start, place.end


def _drawn_places(connection: sa.Connection) -> set[Key]:
    """What belongs to a sample, whoever judged it and how: it must not teach."""
    return {_key(place_of(row)) for row in connection.execute(sa.select(review_items))}


def _sentence(connection: sa.Connection, found: Sequence[Review], drawn: bool) -> ReviewedSentence:
    place = found[0].place
    said = _utterances(connection, place)
    speaker = said[0].speaker
    bears, lacks, complete = _labels(found, LABELS_OF.get(speaker, ()))
    whole = "\n".join(row.text for row in said)
    return ReviewedSentence(
        call_id=call_of(connection, place.transcript_id),
        transcript_id=place.transcript_id,
        utterance=place.utterance,
        last_utterance=place.last_utterance,
        start=place.start,
        end=place.end or len(said[-1].text),
        speaker=speaker,
        text=whole[place.start : place.end] if place.end else whole,
        bears=frozenset(bears),
        lacks=frozenset(lacks),
        complete=complete,
        drawn=drawn,
        reviewers=tuple(sorted({review.reviewer for review in found})),
    )


def _labels(found: Sequence[Review], known: Sequence[str]) -> tuple[set[str], set[str], bool]:
    """What the place bears and lacks, a later word over an earlier one."""
    says: dict[str, bool] = {}
    complete = False
    for review in found:
        if review.verdict == "labels":
            says |= {label: label in review.labels for label in known}
            complete = True
        else:
            says[review.place.label] = review.verdict in ("right", "missed")
            says |= dict.fromkeys(review.labels, True)
    bears = {label for label, there in says.items() if there}
    return bears, says.keys() - bears, complete


def _utterances(connection: sa.Connection, place: Place) -> list[_Said]:
    query = sa.select(utterances.c.speaker, utterances.c.text).where(
        utterances.c.transcript_id == place.transcript_id,
        utterances.c.position.between(place.utterance, place.last_utterance),
    )
    return [_Said(speaker, text) for speaker, text in connection.execute(query.order_by(utterances.c.position))]


def call_of(connection: sa.Connection, transcript_id: int) -> str:
    """The call that a transcript is of."""
    query = (
        sa.select(recordings.c.call_id)
        .join(transcripts, transcripts.c.recording_id == recordings.c.recording_id)
        .where(transcripts.c.transcript_id == transcript_id)
    )
    call_id: str = connection.execute(query).scalar_one()
    return call_id


def find_recording(connection: sa.Connection, transcript_id: int) -> int | None:
    """The recording that a transcript is of; None for no transcript."""
    query = sa.select(transcripts.c.recording_id).where(transcripts.c.transcript_id == transcript_id)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def _check(review: Review) -> None:
    """Whether verdict, unit and labels go together."""
    place, labelled = review.place, review.verdict in ("labels", "relabel")
    unknown = set(review.labels) - set(LABELS)
    whole = place.unit == "utterance"
    fits = (review.verdict in ("labels", "unsure")) if whole else review.verdict != "labels"
    if (
        review.verdict not in VERDICTS
        or place.unit not in UNITS
        or not fits
        or unknown
        or (review.labels and not labelled)
        or (not whole and place.label not in LABELS)
        or (review.verdict == "relabel" and (not review.labels or place.label in review.labels))
    ):
        raise BadInput(
            Text("この組み合わせの判定はできません。", "These do not go together."),
            remedy=Text(
                "当たりと場面には right・wrong・relabel・missed、発話には labels を使います。",
                "Hits and moments take right, wrong, relabel or missed; utterances take labels.",
            ),
        )


def _check_place(connection: sa.Connection, place: Place, labels: Sequence[str]) -> None:
    """The place must be in the call, in one speaker's words, and the labels must be that speaker's."""
    said = _utterances(connection, place)
    wanted = place.last_utterance - place.utterance + 1
    speakers = {row.speaker for row in said}
    inside = len(said) == wanted > 0 and len(speakers) == 1 and 0 <= place.start <= place.end
    if not inside or place.end > len(said[-1].text) or (place.unit == "hit" and place.start == place.end):
        raise BadInput(Text("通話の中にその場所はありません。", "There is no such place in the call."))
    named = {label for label in (place.label, *labels) if label}
    if any(SPEAKER_OF[label] not in speakers for label in named):
        raise BadInput(Text("その話者のラベルではありません。", "That is not a label of this speaker."))


def _check_item(connection: sa.Connection, item_id: int, place: Place) -> None:
    if read_item(connection, item_id) != place:
        raise BadInput(Text("確認の項目と場所が違います。", "The item and the place differ."))
