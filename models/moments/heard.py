"""A spoken call as a recogniser wrote it, with the labels of what was said: matched by time.

A recogniser cuts, joins and mishears sentences as nobody would imagine; learning from its own output is the cure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.moments.labels import HEARD, Call, Sentence

LEAST_OVERLAP = 0.5  # of the shorter of a true sentence and a heard one, for them to be the same


@dataclass(frozen=True, slots=True)
class Timed:
    """A sentence with its place in time (milliseconds) and its labels (none in what a recogniser wrote)."""

    speaker: str
    text: str
    start_ms: int
    end_ms: int
    labels: frozenset[str] = frozenset()


def heard_call(call_id: str, industry: str, split: str, said: Sequence[Timed], heard: Sequence[Timed]) -> Call:
    """`heard`, in order of time, as a labelled call.

    The labels of a true sentence go to the piece of the same speaker that shares most time with it, provided that this
    is half of the shorter of the two; a label of which nothing was heard is lost.
    """
    pieces = sorted((piece for piece in heard if piece.text.strip()), key=lambda piece: (piece.start_ms, piece.end_ms))
    labels: list[set[str]] = [set() for _ in pieces]
    for sentence in said:
        if not sentence.labels:
            continue
        shares = [_shared(sentence, piece) for piece in pieces]
        best = max(range(len(pieces)), key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= LEAST_OVERLAP * _shorter(sentence, pieces[best]) > 0:
            labels[best] |= sentence.labels
    return Call(
        call_id,
        industry,
        split,
        tuple(Sentence(piece.speaker, piece.text) for piece in pieces),
        tuple(frozenset(found) for found in labels),
        HEARD,
    )


def _shared(one: Timed, other: Timed) -> int:
    if one.speaker != other.speaker:
        return 0
    return max(0, min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms))


def _shorter(one: Timed, other: Timed) -> int:
    return min(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
