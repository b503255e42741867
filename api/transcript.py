"""A call laid out for reading: turns, lines, evidence at its characters, decisions where they begin."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.records import OPERATOR_LABELS, MaskedRange, Moment, Tag, Transcript, Utterance
from pipeline.search.spelling import Span


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text under the same tags, the strongest uncancelled one first; no tags is plain text."""

    text: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance with its index in the transcript and all that belongs to it; `moments` are those beginning here."""

    index: int
    utterance: Utterance
    segments: tuple[Segment, ...]
    tags: tuple[Tag, ...]
    moments: tuple[Moment, ...]
    masked: tuple[MaskedRange, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Lines of one speaker until the other speaks."""

    speaker: str
    lines: tuple[Line, ...]


def lay_out(transcript: Transcript, tags: Sequence[Tag], moments: Sequence[Moment]) -> list[Turn]:
    """The call, turn by turn. What the classifier only nearly said is for reviewers, not for readers."""
    tags_at, moments_at, masked_at = defaultdict(list), defaultdict(list), defaultdict(list)
    for tag in tags:
        if tag.cancelled_by != "threshold":
            tags_at[tag.utterance].append(tag)
    for moment in moments:
        moments_at[moment.utterances[0]].append(moment)
    for masked in transcript.masked:
        masked_at[masked.utterance].append(masked)
    lines = [
        Line(
            index,
            utterance,
            segments(utterance.text, tags_at[index]),
            tuple(tags_at[index]),
            tuple(moments_at[index]),
            tuple(masked_at[index]),
        )
        for index, utterance in enumerate(transcript.utterances)
    ]
    return [Turn(speaker, tuple(part)) for speaker, part in groupby(lines, key=lambda line: line.utterance.speaker)]


@dataclass(frozen=True, slots=True)
class Pair:
    """The moments of one stretch of the operator with the customer's next words; None where there were no more."""

    moments: tuple[Moment, ...]
    utterance: int
    said: Utterance
    answer: tuple[int, Utterance] | None


def pairs(transcript: Transcript, moments: Sequence[Moment]) -> list[Pair]:
    """What the operator offered and what came next from the customer, back-channels passed over where there is more."""
    offered = [moment for moment in moments if moment.label in OPERATOR_LABELS]
    return [
        Pair(tuple(same), stretch[0], transcript.utterances[stretch[0]], _answer(transcript, stretch[-1]))
        for stretch, same in groupby(sorted(offered, key=_stretch), key=_stretch)
    ]


def _stretch(moment: Moment) -> tuple[int, ...]:
    return moment.utterances


def _answer(transcript: Transcript, last: int) -> tuple[int, Utterance] | None:
    later = list(enumerate(transcript.utterances))[last + 1 :]
    answers = [(index, item) for index, item in later if item.speaker == "customer" and item.is_trusted]
    return next((pair for pair in answers if "backchannel" not in pair[1].flags), answers[0] if answers else None)


def word_times(utterance: Utterance) -> str:
    """Where in the text each timed stretch begins and when, as `0:1200 3:1500`: UTF-16 units of the browser, and ms."""
    return " ".join(f"{_utf16_length(utterance.text[: word.start])}:{word.start_ms}" for word in utterance.words)


def _utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def segments(text: str, tags: Sequence[Tag]) -> tuple[Segment, ...]:
    """The text cut wherever a tag begins or ends; put together, the segments are the text again."""
    edges = sorted({0, len(text), *(tag.start for tag in tags), *(tag.end for tag in tags)})
    return tuple(Segment(text[start:end], _over(tags, start, end)) for start, end in pairwise(edges))


def pieces(text: str, spans: Sequence[Span]) -> list[tuple[str, bool]]:
    """The text cut at the spans (in order, apart from each other), and which pieces they are.

    >>> pieces("お見積もりです", [(1, 5)])
    [('お', False), ('見積もり', True), ('です', False)]
    """
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    cut = [(text[start:end], index % 2 == 1) for index, (start, end) in enumerate(pairwise(edges))]
    return [(piece, is_match) for piece, is_match in cut if piece]


def _over(tags: Sequence[Tag], start: int, end: int) -> tuple[Tag, ...]:
    over = [tag for tag in tags if tag.start <= start and end <= tag.end]
    return tuple(sorted(over, key=lambda tag: (tag.cancelled_by is not None, -tag.confidence)))
