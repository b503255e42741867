"""Reviewing as commands and pages use it: the queue with the words around each place, and answers by reference.

A reference is `item:12` for an item of a random sample, and `unit:transcript:first:last:start:end:label` for any place.
"""

from dataclasses import dataclass

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.store import reviews
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.review_queue import draw, probabilities, queue
from pipeline.store.review_units import UNITS, Place, Queued
from pipeline.store.reviews import Review
from pipeline.store.transcripts import read_transcript

AROUND = 2  # utterances shown before and after


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance beside the place; `is_asked` for those that the question is about."""

    speaker: str
    text: str
    start_ms: int | None
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to judge. `is_random`: it is part of a sample that measures, with this chance of being drawn."""

    reference: str
    unit: str
    label: str
    phrase_id: str | None
    is_random: bool
    probability: float | None
    confidence: float | None
    call_id: str
    found: str
    context: tuple[Spoken, ...]


def current_pins(connection: Connection) -> Pins:
    """What the last report was made of. Raises `KoukenError` before the first night."""
    body = latest_report(connection)
    if body is None:
        raise KoukenError(
            Text("確認できる通話がまだありません。", "There are no calls to review yet."),
            remedy=Text("先に kouken nightly を実行してください。", "Run kouken nightly first."),
        )
    return Pins.of_report(body)


def draw_first_samples(store: Store, actor: str) -> Pins:
    """Draw moments and utterances where that was never done, so that a queue always measures, too; the pins in use."""
    with store.reading() as connection:
        pins = current_pins(connection)
        missing = [unit for unit in ("moment", "utterance") if not probabilities(connection, unit)]
    if missing:
        with store.writing() as connection:
            for unit in missing:
                draw(connection, pins, actor, unit)
    return pins


def questions(
    connection: Connection, pins: Pins, reviewer: str, limit: int, *, unit: str | None = None, stratum: str = ""
) -> list[Question]:
    """The next things for a reviewer, with the words around them."""
    found = queue(connection, pins, reviewer, limit, unit=unit, stratum=stratum)
    return [_question(connection, item) for item in found]


def answer(
    connection: Connection, reference: str, verdict: str, reviewer: str, labels: tuple[str, ...] = (), via: str = ""
) -> int:
    """Keep a judgement; the id of the review. Raises `BadInput` for a reference or a verdict that makes no sense."""
    item_id, place = _referred(connection, reference)
    review = Review(place, verdict, reviewer, labels, item_id)  # type: ignore[arg-type]  # `mark` checks the verdict
    return reviews.mark(connection, review, versions_of(current_pins(connection)), via)


def versions_of(pins: Pins) -> dict[str, str]:
    """What a reviewer is shown was made by these."""
    tagging = pins.tagging
    return {"speech": pins.speech, "dictionary": tagging.dictionary_version, "rules": tagging.rules_version}


def reference_of(item: Queued) -> str:
    """By what an item is answered."""
    if item.item_id is not None:
        return f"item:{item.item_id}"
    return item.place.reference


def _referred(connection: Connection, reference: str) -> tuple[int | None, Place]:
    unit, *rest = reference.split(":")
    try:
        if unit == "item":
            (item_id,) = (int(part) for part in rest)
            return item_id, reviews.read_item(connection, item_id)
        *numbers, label = rest
        transcript_id, first, last, start, end = (int(part) for part in numbers)
        if unit not in UNITS:
            raise ValueError(unit)
    except ValueError:
        raise BadInput(
            Text(f"「{reference}」は確認の項目ではありません。", f"“{reference}” is nothing to review."),
            remedy=Text("kouken reviews next の ref を渡してください。", "Give a ref of kouken reviews next."),
        ) from None
    return None, Place(unit, transcript_id, first, last, start, end, label)


def _question(connection: Connection, item: Queued) -> Question:
    place = item.place
    transcript = read_transcript(connection, place.transcript_id, reviews.call_of(connection, place.transcript_id))
    said = transcript.utterances
    first, last = max(place.utterance - AROUND, 0), min(place.last_utterance + AROUND, len(said) - 1)
    asked = range(place.utterance, place.last_utterance + 1)
    whole = "\n".join(said[number].text for number in asked)
    return Question(
        reference=reference_of(item),
        unit=place.unit,
        label=place.label,
        phrase_id=item.phrase_id,
        is_random=item.is_random,
        probability=item.probability,
        confidence=item.confidence,
        call_id=transcript.call_id,
        found=whole[place.start : place.end] if place.end else whole,
        context=tuple(
            Spoken(said[number].speaker, said[number].text, said[number].start_ms, number in asked)
            for number in range(first, last + 1)
        ),
    )
