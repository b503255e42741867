"""Longer phrases found by nearly the same sound: a few kana wrong, but never one word for another.

A reading of `len` kana may differ in `len // 8` of them, and only from `SHORTEST` kana on. By the pigeonhole principle
one of `edits + 1` pieces is heard unchanged: pieces are searched for, and what stands around a piece is compared.
Pairs of words in confusable.tsv (契約, 解約 …) and every change of negation are refused, however near the rest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files as resources
from itertools import pairwise

SHORTEST = 14  # folded kana; two or three words
KANA_PER_EDIT = 8
_NEGATIONS = ("ナイ", "マセン", "ナク", "ズニ", "ナカッ", "カネ")


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` stands `offset` kana into the `reading`."""

    text: str
    offset: int
    reading: str


def allowed_edits(reading: str) -> int:
    """How many kana may be wrong, missing or added.

    >>> allowed_edits("シゴトガエリ"), allowed_edits("シゴトガエリニビルカタテニ")
    (0, 0)
    >>> allowed_edits("シゴトガエリニビルカタテニソファデ")
    2
    """
    return len(reading) // KANA_PER_EDIT if len(reading) >= SHORTEST else 0


def pieces(reading: str) -> Iterator[Piece]:
    """`edits + 1` pieces of about the same length; none for a reading too short to be found by near sound."""
    count = allowed_edits(reading) + 1
    if count == 1:
        return
    bounds = [len(reading) * index // count for index in range(count + 1)]
    for start, end in pairwise(bounds):
        yield Piece(reading[start:end], start, reading)


def nearest(text: str, at: int, piece: Piece, confusable: Iterable[tuple[str, str]]) -> tuple[int, int] | None:
    """The stretch of `text` around a piece found at `at` that sounds most like its reading; None if none is near.

    A stretch never crosses the end of a turn.
    """
    from rapidfuzz.distance import Levenshtein

    edits = allowed_edits(piece.reading)
    expected = at - piece.offset
    best: tuple[int, int, int] | None = None
    for start in range(max(expected - edits, 0), expected + edits + 1):
        for length in range(len(piece.reading) - edits, len(piece.reading) + edits + 1):
            heard = text[start : start + length]
            distance = Levenshtein.distance(piece.reading, heard, score_cutoff=edits)
            if distance <= edits and (best is None or distance < best[0]):
                best = (distance, start, start + length)
    if best is None or not is_same_sense(piece.reading, text[best[1] : best[2]], confusable):
        return None
    return best[1], best[2]


def is_same_sense(reading: str, heard: str, confusable: Iterable[tuple[str, str]]) -> bool:
    """Whether no confusable word was exchanged and the negations are the same."""
    if "\x00" in heard or any(reading.count(sound) != heard.count(sound) for sound in _NEGATIONS):
        return False
    return not is_exchanged(reading, heard, confusable)


def is_exchanged(reading: str, heard: str, confusable: Iterable[tuple[str, str]]) -> bool:
    """Whether a word of a pair that sounds alike was heard in place of the other one."""
    return any(_exchanged(one, other, reading, heard) for one, other in confusable)


def is_other_word(spelling: str, heard: str, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether one word of a pair that sound alike is in the dictionary and the other one was written: 機能, 昨日."""
    return any(
        (one in spelling and one not in heard and other in heard)
        or (other in spelling and other not in heard and one in heard)
        for one, other in pairs
    )


def _exchanged(one: str, other: str, reading: str, heard: str) -> bool:
    """Whether one word of the pair stands in the reading and the other one in what was heard."""
    if one in other or other in one:  # 可能, 不可能
        return reading.count(max(one, other, key=len)) != heard.count(max(one, other, key=len))
    return (one in reading and one not in heard and other in heard) or (
        other in reading and other not in heard and one in heard
    )


def confusable_words() -> list[tuple[str, str]]:
    """The pairs of confusable.tsv."""
    text = (resources("phrases") / "confusable.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(one, other) for one, other in rows]
