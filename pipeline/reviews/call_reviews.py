"""What people say of one call while they read it: marks on what was found, what was missed, and words put right.

Marks teach and show; they do not change moments or scores, which stay what a night made of its versions. A corrected
utterance is masked like the transcript before it is written, in the context of the whole call.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.records import LABELS, MaskedRange, Moment, Tag, Transcript
from pipeline.speech.masking import mask
from pipeline.speech.reader import Reader
from pipeline.store import reviews, text_corrections
from pipeline.store.calls import CallDetail, read_call, recording_by_id
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins
from pipeline.store.review_units import SPEAKER_OF, Place
from pipeline.store.reviews import Review
from pipeline.store.text_corrections import TextCorrection
from pipeline.store.transcripts import read_transcript

LONGEST = 2_000  # characters of a corrected utterance


@dataclass(frozen=True, slots=True)
class CallReviews:
    """Of one transcript: marks by the utterance at which they begin, and corrected utterances."""

    marks: Mapping[int, Sequence[Review]]
    texts: Mapping[int, TextCorrection]


@dataclass(frozen=True, slots=True)
class Found:
    """Something that may be marked at an utterance: a moment or a hit, with the evidence for it."""

    place: Place
    moment: Moment | None
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """One utterance with all that was found in it and said of it; `missing`: labels that one could add."""

    detail: CallDetail
    utterance: int
    found: tuple[Found, ...]
    missing: tuple[str, ...]
    marks: tuple[Review, ...]
    text: TextCorrection | None


def reviews_of_call(connection: Connection, transcript_id: int) -> CallReviews:
    """Each person's latest word on each place, and the corrections that stand."""
    latest: dict[tuple[str, Place], Review] = {}
    for review in reviews.reviews_of(connection, transcript_id):
        latest[review.reviewer, review.place] = review
    marks: dict[int, list[Review]] = defaultdict(list)
    for review in latest.values():
        marks[review.place.utterance].append(review)
    return CallReviews(marks, text_corrections.corrections_of(connection, transcript_id))


def read_line(connection: Connection, pins: Pins, transcript_id: int, utterance: int) -> ReviewedLine:
    """Raises `BadInput` where the report shows no such utterance."""
    recording_id = reviews.find_recording(connection, transcript_id)
    call = recording_by_id(connection, pins, recording_id) if recording_id is not None else None
    if call is None or call.transcript_id != transcript_id:
        raise _nothing_there()
    detail = read_call(connection, pins, call)
    if not 0 <= utterance < len(detail.transcript.utterances):
        raise _nothing_there()
    found = tuple(_found(detail, utterance))
    said = reviews_of_call(connection, transcript_id)
    speaker = detail.transcript.utterances[utterance].speaker
    there = {one.place.label for one in found}
    return ReviewedLine(
        detail=detail,
        utterance=utterance,
        found=found,
        missing=tuple(label for label in LABELS if SPEAKER_OF[label] == speaker and label not in there),
        marks=tuple(said.marks.get(utterance, ())),
        text=said.texts.get(utterance),
    )


def correct_text(store: Store, transcript_id: int, utterance: int, text: str, actor: str) -> TextCorrection:
    """Keep what an utterance really says, masked; what is hidden in it is silenced in the recording, too.

    Raises `BadInput` for an empty or endless text, and for one that says nothing new.
    """
    with store.reading() as connection:
        call_id = reviews.call_of(connection, transcript_id)
        transcript = read_transcript(connection, transcript_id, call_id)
        before = text_corrections.corrections_of(connection, transcript_id)
    wanted = " ".join(text.split())
    shown = before[utterance].text if utterance in before else transcript.utterances[utterance].text
    if not wanted or len(wanted) > LONGEST or wanted == shown:
        raise BadInput(
            Text(
                f"訂正は、今の本文と違う {LONGEST:,} 文字までの文にしてください。",
                f"A correction is up to {LONGEST:,} characters and differs from what is shown.",
            )
        )
    masked, hidden = masked_text(transcript, utterance, wanted)
    with store.writing() as connection:
        text_corrections.keep(connection, transcript_id, utterance, masked, actor, hidden)
        return text_corrections.corrections_of(connection, transcript_id)[utterance]


def masked_text(transcript: Transcript, utterance: int, text: str) -> tuple[str, tuple[MaskedRange, ...]]:
    """The new text of an utterance as it may be written, and what it hides that was not hidden before.

    Masked whatever the transcript was: who types what he heard must not bring a card number into the store.
    """
    said = list(transcript.utterances)
    said[utterance] = replace(said[utterance], text=text, words=())  # the words' places belong to the old text
    masked, ranges = mask(said, _reader().find_names)
    known = Counter(item.kind for item in transcript.masked if item.utterance == utterance)
    found = Counter(item.kind for item in ranges if item.utterance == utterance)
    whole = said[utterance]
    hidden = tuple(MaskedRange(kind, utterance, whole.start_ms, whole.end_ms) for kind in (found - known).elements())
    return masked[utterance].text, hidden


@lru_cache(maxsize=1)
def _reader() -> Reader:
    """Loaded at the first correction of a process."""
    return Reader()


def _found(detail: CallDetail, utterance: int) -> Iterator[Found]:
    transcript_id = detail.call.transcript_id
    for moment in detail.moments:
        if utterance in moment.utterances:
            first, last = moment.utterances[0], moment.utterances[-1]
            tags = tuple(tag for tag in detail.tags if tag.utterance in moment.utterances and tag.label == moment.label)
            yield Found(Place("moment", transcript_id, first, last, 0, 0, moment.label), moment, tags)
    decided = {moment.label for moment in detail.moments if utterance in moment.utterances}
    for tag in detail.tags:
        if tag.utterance == utterance and tag.label not in decided:
            place = Place("hit", transcript_id, utterance, utterance, tag.start, tag.end, tag.label)
            yield Found(place, None, (tag,))


def _nothing_there() -> BadInput:
    return BadInput(Text("通話の中にその発話はありません。", "There is no such utterance."))
