"""What QA said in reviews, as calls to learn from: the transcripts around it, with only the judged labels known.

Reviews of a random sample measure the product; were they learnt from, they would measure nothing any more. So only the
others teach. A call whose words somebody has put right teaches twice: as it was heard, and as it was said.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from models.moments.labels import HEARD, LABELS_OF, Call, Sentence
from models.moments.sentences import sentence_spans
from pipeline.records import Transcript
from pipeline.store import text_corrections, transcripts
from pipeline.store.connect import Store
from pipeline.store.reviews import ReviewedSentence, reviewed_sentences

SAID = "clean"  # the form of a call whose words are right
Span = tuple[int, int, int]  # utterance, start, end


def reviewed_calls(store: Store) -> list[Call]:
    """Every call with a review that may teach, in the order of the transcripts, for training.

    One with corrected words follows a second time, as it was said; both bear the same `call_id`.
    """
    by_call: dict[int, list[ReviewedSentence]] = defaultdict(list)
    with store.reading() as connection:
        for reviewed in reviewed_sentences(connection):
            if not reviewed.drawn:
                by_call[reviewed.transcript_id].append(reviewed)
        calls = []
        for number, found in sorted(by_call.items()):
            transcript = transcripts.read_transcript(connection, number, found[0].call_id)
            calls.append(call_from(transcript, found))
            corrected = text_corrections.corrections_of(connection, number)
            if corrected:
                texts = {utterance: correction.text for utterance, correction in corrected.items()}
                calls.append(corrected_call(transcript, found, texts))
        return calls


def corrected_call(transcript: Transcript, reviewed: Sequence[ReviewedSentence], texts: Mapping[int, str]) -> Call:
    """The call as it was said: with these texts of some utterances, and the reviewed places moved into them."""
    heard = [utterance.text for utterance in transcript.utterances]
    said = [texts.get(number, text) for number, text in enumerate(heard)]
    moved = [_moved(one, heard, said) for one in reviewed]
    return replace(call_from(text_corrections.as_said(transcript, texts), moved), form=SAID)


def _moved(one: ReviewedSentence, heard: Sequence[str], said: Sequence[str]) -> ReviewedSentence:
    """The same place in the words that were said; at least one character long, so that its label is not lost."""
    start = moved_place(heard[one.utterance], said[one.utterance], one.start)
    end = moved_place(heard[one.last_utterance], said[one.last_utterance], one.end)
    if one.utterance == one.last_utterance:
        start = min(start, len(said[one.utterance]) - 1)
        end = max(end, start + 1)
    return replace(one, start=start, end=end)


def moved_place(heard: str, said: str, at: int) -> int:
    """Where a place between two characters of what was heard is in what was said.

    >>> moved_place("仕事がエリに見る", "仕事帰りに見る", 5)
    4
    """
    for _, start, end, new_start, new_end in SequenceMatcher(None, heard, said, autojunk=False).get_opcodes():
        if at <= end:
            return min(new_start + at - start, new_end)
    return len(said)


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
