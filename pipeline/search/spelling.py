"""How words are spelt for searching: as the dictionary folds them, with hiragana for katakana, and the way back.

Typing おすすめ finds オススメ and ｵｽｽﾒ; what is highlighted is what was said.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from phrases.normalize import Folded, fold

SPELLING = "spelling-1"  # another one has every call spelt anew by the next night
MOST_TERMS = 8
Span = tuple[int, int]

_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def spelled(text: str) -> Folded:
    """The text in one spelling; it holds no line breaks.

    >>> spelled("ｽﾎﾟｰﾂパック").text
    'すぽーつぱっく'
    """
    folded = fold(text)
    return Folded(folded.text.translate(_HIRAGANA), folded.starts, folded.ends)


def terms_of(query: str) -> tuple[str, ...]:
    """What to look for, each once: words between blanks have to be in one utterance, in any order."""
    return tuple(dict.fromkeys(spelled(query).text.split()))[:MOST_TERMS]


def places_of(text: str, terms: Sequence[str]) -> tuple[Span, ...]:
    """Where the terms stand in the text as it was written, in order and without overlaps.

    >>> places_of("ﾌﾟﾗﾝのプラン", ("ぷらん",))
    ((0, 4), (5, 8))
    """
    here = spelled(text)
    return tuple(_merged(sorted(here.span(start, end) for term in terms for start, end in _found(here.text, term))))


def grams_of(text: str) -> set[str]:
    """The characters and the pairs of neighbours in a spelt text, line breaks left out: what the index knows."""
    pairs = {first + second for first, second in pairwise(text) if first != "\n" and second != "\n"}
    return pairs | set(text) - {"\n"}


def grams_needed(term: str) -> set[str]:
    """What must be in a text for the term to be in it: the term itself up to two characters, else all its pairs."""
    return {term} if len(term) == 1 else {first + second for first, second in pairwise(term)}


def _found(text: str, term: str) -> Iterator[Span]:
    at = text.find(term)
    while at >= 0:
        yield at, at + len(term)
        at = text.find(term, at + 1)


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            if current is not None:
                yield current
            current = (start, end)
    if current is not None:
        yield current
