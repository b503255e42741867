"""One reviewer's desk: the next place to judge with all it takes to judge it, the answer, and taking the last one back.

Whether a place belongs to a random sample is told after the answer only: whoever knew would look twice at those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from pipeline.errors import BadInput
from pipeline.figures.expected import expectations
from pipeline.language import Text
from pipeline.records import Tag
from pipeline.reviews import reviewing
from pipeline.settings import MomentsSettings
from pipeline.store import review_claims, review_queue, reviews
from pipeline.store.calls import CallDetail, read_call, recording_by_id
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins
from pipeline.store.review_claims import Claim
from pipeline.store.review_units import Place
from pipeline.store.reviews import Review
from pipeline.values import TOKYO

AROUND = 3  # utterances shown before and after
HANDFUL = 10  # the queue is searched once for so many
TRIES = 3  # handfuls of which nothing is left to see


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `shown`: utterances to show, of which `place` is asked about; `evidence`: why it is asked."""

    claim_id: int
    place: Place
    phrase_id: str | None
    detail: CallDetail
    shown: range
    evidence: tuple[Tag, ...]

    @property
    def asked(self) -> range:
        """The utterances that the question is about."""
        return range(self.place.utterance, self.place.last_utterance + 1)


@dataclass(frozen=True, slots=True)
class Told:
    """The reviewer's last answer, which may be taken back."""

    place: Place
    verdict: str
    labels: tuple[str, ...]
    was_random: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """How far the random sample of a unit has been judged by people who could tell."""

    unit: str
    judged: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What the reviewer has judged, today in Tokyo and ever, and what the samples still want."""

    today: int
    ever: int
    samples: tuple[Sample, ...]


def next_asked(
    store: Store, pins: Pins, reviewer: str, settings: MomentsSettings, unit: str | None = None, of: str = ""
) -> Asked | None:
    """The next question, taken out of the queue where the desk is empty; None when there is nothing left."""
    for _ in range(TRIES):
        with store.reading() as connection:
            claims = review_claims.open_claims(connection, reviewer, unit, of)
            found = next((asked for claim in claims if (asked := _asked(connection, pins, claim))), None)
        if found:
            return found
        if not _refill(store, pins, reviewer, settings, claims, unit, of):
            return None
    return None


def answer(store: Store, claim_id: int, verdict: str, labels: Sequence[str], reviewer: str) -> None:
    """Keep the answer to a question of one's own. Raises `BadInput` for an answer that does not fit."""
    with store.writing() as connection:
        claim = review_claims.read_claim(connection, claim_id, reviewer)
        if claim.review_id is not None:
            raise BadInput(Text("この確認にはもう答えています。", "This was answered already."))
        versions = reviewing.versions_of(reviewing.current_pins(connection))
        review = Review(claim.place, verdict, reviewer, tuple(labels), claim.item_id, claim.phrase_id)  # type: ignore[arg-type]  # `mark` checks the verdict
        review_claims.settle(connection, claim_id, reviews.mark(connection, review, versions))


def take_back(store: Store, reviewer: str) -> None:
    """Withdraw the last answer and ask the same once more. Raises `BadInput` where there is none."""
    with store.writing() as connection:
        claim = review_claims.last_answered(connection, reviewer)
        if claim is None or claim.review_id is None:
            raise BadInput(Text("取り消せる判定はありません。", "There is nothing to take back."))
        reviews.withdraw(connection, claim.review_id, reviewer)
        review_claims.reopen(connection, claim)


def last_told(connection: Connection, reviewer: str) -> Told | None:
    """What the reviewer answered last."""
    claim = review_claims.last_answered(connection, reviewer)
    if claim is None or claim.review_id is None:
        return None
    review = reviews.read_review(connection, claim.review_id)
    return Told(claim.place, review.verdict, review.labels, claim.item_id is not None)


def progress(connection: Connection, reviewer: str, now: datetime) -> Progress:
    """How far the reviewer and the samples are."""
    midnight = datetime.combine(now.astimezone(TOKYO).date(), time(), TOKYO)
    today, ever = reviews.number_of_reviews(connection, reviewer, midnight)
    samples = tuple(Sample(*row) for row in review_queue.samples_judged(connection))
    return Progress(today, ever, samples)


def has_samples(connection: Connection) -> bool:
    """Whether anything was ever drawn: without it nothing can be measured."""
    return any(review_queue.probabilities(connection, unit) for unit in ("moment", "utterance"))


def _refill(
    store: Store,
    pins: Pins,
    reviewer: str,
    settings: MomentsSettings,
    gone: Sequence[Claim],
    unit: str | None,
    of: str,
) -> bool:
    """Put the next handful on the desk; `gone` are claims of what the report no longer shows."""
    thresholds = {row.label: row.threshold for row in expectations(settings)}
    with store.reading() as connection:  # the search is long, and nobody else could write meanwhile
        newest = review_claims.newest_claim(connection)
        found = review_queue.queue(connection, pins, reviewer, HANDFUL, unit=unit, stratum=of, thresholds=thresholds)
    with store.writing() as connection:
        for claim in gone:
            review_claims.drop(connection, claim.claim_id)
        taken = review_claims.taken_since(connection, newest)
        review_claims.take(connection, reviewer, [item for item in found if item.place not in taken])
    return bool(found)


def _asked(connection: Connection, pins: Pins, claim: Claim) -> Asked | None:
    """None where the recording is not part of the report any more."""
    place = claim.place
    recording_id = reviews.find_recording(connection, place.transcript_id)
    call = recording_by_id(connection, pins, recording_id) if recording_id is not None else None
    if call is None or call.transcript_id != place.transcript_id:
        return None
    detail = read_call(connection, pins, call)
    said = detail.transcript.utterances
    shown = range(max(place.utterance - AROUND, 0), min(place.last_utterance + AROUND + 1, len(said)))
    asked = range(place.utterance, place.last_utterance + 1)
    evidence = tuple(tag for tag in detail.tags if tag.utterance in asked and tag.label == place.label)
    return Asked(claim.claim_id, place, claim.phrase_id, detail, shown, evidence)
