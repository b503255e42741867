"""What QA said in reviews, as calls to learn from: the transcripts around it, with only the judged labels known.

Reviews of a random sample measure the product; were they learnt from, they would measure nothing any more. So only the
others teach.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from models.moments.labels import HEARD, LABELS_OF, Call, Sentence
from models.moments.sentences import sentence_spans
from pipeline.records import Transcript
from pipeline.store import transcripts
from pipeline.store.connect import Store
from pipeline.store.reviews import ReviewedSentence, reviewed_sentences

Span = tuple[int, int, int]  # utterance, start, end


def reviewed_calls(store: Store) -> list[Call]:
    """Every call with a review that may teach, in the order of the transcripts, for training."""
    by_call: dict[int, list[ReviewedSentence]] = defaultdict(list)
    with store.reading() as connection:
        for reviewed in reviewed_sentences(connection):
            if not reviewed.drawn:
                by_call[reviewed.transcript_id].append(reviewed)
        return [
            call_from(transcripts.read_transcript(connection, number, found[0].call_id), found)
            for number, found in sorted(by_call.items())
        ]


def call_from(transcript: Transcript, reviewed: Sequence[ReviewedSentence]) -> Call:
    """The sentences of a transcript; those that nobody reviewed are read as context and judged by no label."""
    spans = [
        (number, start, end)
        for number, utterance in enumerate(transcript.utterances)
        if utterance.is_trusted and utterance.speaker in LABELS_OF
        for start, end in sentence_spans(utterance.text)
    ]
    bears: list[set[str]] = [set() for _ in spans]
    judged: list[set[str]] = [set() for _ in spans]
    for one in reviewed:
        for row in _bearing(one, spans):
            bears[row] |= one.bears
            judged[row] |= one.bears
        for row in _touched(one, spans):
            judged[row] |= one.lacks
    return Call(
        call_id=f"review:{transcript.call_id}",
        industry="review",
        split="train",
        sentences=tuple(
            Sentence(transcript.utterances[number].speaker, transcript.utterances[number].text[start:end])
            for number, start, end in spans
        ),
        labels=tuple(frozenset(labels) for labels in bears),
        form=HEARD,
        judged=tuple(frozenset(labels) for labels in judged),
    )


def _touched(one: ReviewedSentence, spans: Sequence[Span]) -> Iterator[int]:
    """The sentences that share characters with the place."""
    for row, (number, start, end) in enumerate(spans):
        inside = one.utterance <= number <= one.last_utterance
        before = number == one.utterance and end <= one.start
        after = number == one.last_utterance and start >= one.end
        if inside and not before and not after:
            yield row


def _bearing(one: ReviewedSentence, spans: Sequence[Span]) -> Iterator[int]:
    """Of each utterance the touched sentence that holds most of the place: the one that bears what it bears."""
    best: dict[int, tuple[int, int]] = {}
    for row in _touched(one, spans):
        number, start, end = spans[row]
        low = max(start, one.start) if number == one.utterance else start
        high = min(end, one.end) if number == one.last_utterance else end
        if high - low > best.get(number, (0, -1))[0]:
            best[number] = (high - low, row)
    yield from (row for _, row in best.values())
