"""The word list put to use after recognition: what is usually misheard is written as the name that was meant."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from phrases.entry import Word
from phrases.japanese import AnalysisFailed, Token
from phrases.normalize import Folded
from pipeline.records import Correction, Utterance
from pipeline.records import Word as Timed

Tokenize = Callable[[str], tuple[Folded, tuple[Token, ...]]]


class Corrector:
    """Finds the misheard forms of a word list; made once per process."""

    def __init__(self, words: Sequence[Word], tokenize: Tokenize) -> None:
        self._surface = {form: word.surface for word in words for form in word.misheard}
        longest_first = sorted(self._surface, key=len, reverse=True)
        self._forms = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._tokenize = tokenize

    def correct(self, utterances: Sequence[Utterance]) -> tuple[list[Utterance], tuple[Correction, ...]]:
        """The utterances with their names put right, and where; times stay with the characters they belong to."""
        corrected: list[Utterance] = []
        corrections: list[Correction] = []
        for index, utterance in enumerate(utterances):
            new, shift = utterance, 0
            for first, last, surface in self._found(utterance.text):
                start, end = first + shift, last + shift
                corrections.append(Correction(index, start, start + len(surface), utterance.text[first:last]))
                new = _replaced(new, start, end, surface)
                shift += len(surface) - (last - first)
            corrected.append(new)
        return corrected, tuple(corrections)

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Misheard forms that begin and end where Sudachi begins and ends a word: 「守るから」 holds no 「守るか」."""
        if self._forms is None or not (matches := list(self._forms.finditer(text))):
            return
        try:
            folded, tokens = self._tokenize(text)
        except AnalysisFailed:
            return
        edges = {edge for token in tokens for edge in folded.span(token.start, token.end)}
        for match in matches:
            if edges.issuperset(match.span()):
                yield *match.span(), self._surface[match.group()]


def _replaced(utterance: Utterance, start: int, end: int, surface: str) -> Utterance:
    """Characters `start` to `end` as `surface`; the timed words that they touch become one."""
    longer = len(surface) - (end - start)
    touched = [word for word in utterance.words if word.start < end and start < word.end]
    words = [word for word in utterance.words if word.end <= start]
    if touched:
        first, last = touched[0], touched[-1]
        until = max(last.end, end) + longer
        words.append(Timed(first.start_ms, last.end_ms, min(first.start, start), until))
    words += [replace(w, start=w.start + longer, end=w.end + longer) for w in utterance.words if w.start >= end]
    return replace(utterance, text=utterance.text[:start] + surface + utterance.text[end:], words=tuple(words))
