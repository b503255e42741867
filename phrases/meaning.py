"""Level `meaning`, for entries that ask for it: sentences that an encoder takes to be near an entry's examples.

The encoder is given from outside (the product lends the one of its classifier), because it is a learned model. An
entry's own `similarity` decides, else `DEFAULT_SIMILARITY`; a sentence nearer to a counter-example never counts.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from phrases.dialogue import Dialogue
from phrases.entry import Phrase, Speaker
from phrases.scan import Occurrence

Vectors = NDArray[np.float32]
Encode = Callable[[Speaker, Sequence[str]], Vectors]  # sentences of one speaker → (n, width), each of length 1

DEFAULT_SIMILARITY = 0.55  # measured: see pipeline/text/meaning.py
SHORTEST_SENTENCE = 12  # characters; はい、お願いします is near to everything


class Meanings:
    """The examples of the entries with level `meaning`, read once."""

    def __init__(self, phrases: Sequence[Phrase], encode: Encode) -> None:
        self._encode = encode
        self._phrases = [phrase for phrase in phrases if "meaning" in phrase.levels and phrase.examples]
        self._near = [encode(phrase.speaker, plain(phrase.examples)) for phrase in self._phrases]
        self._far = [encode(phrase.speaker, plain(phrase.counter_examples)) for phrase in self._phrases]

    def occurrences(self, dialogue: Dialogue) -> dict[str, list[Occurrence]]:
        """Entry id → sentences of its speaker that mean what its examples mean."""
        found: dict[str, list[Occurrence]] = {}
        for speaker in sorted({phrase.speaker for phrase in self._phrases}):
            places = _sentences(dialogue, speaker)
            if not places:
                continue
            vectors = self._encode(speaker, [_text(dialogue, *place) for place in places])
            for phrase, near, far in zip(self._phrases, self._near, self._far, strict=True):
                if phrase.speaker == speaker:
                    for index in _alike(vectors, near, far, phrase.similarity or DEFAULT_SIMILARITY):
                        start, end = places[index]
                        found.setdefault(phrase.id, []).append(Occurrence(start, end, "meaning"))
        return found


def plain(examples: Sequence[str]) -> list[str]:
    """Of an example that is a dialogue (… / …) what the entry's own speaker says."""
    return [example.split("/")[-1].strip() for example in examples]


def _alike(vectors: Vectors, near: Vectors, far: Vectors, threshold: float) -> list[int]:
    nearest = (vectors @ near.T).max(axis=1)
    refused = (vectors @ far.T).max(axis=1) if len(far) else np.full(len(vectors), -1.0)
    return [int(index) for index in np.flatnonzero((nearest >= threshold) & (nearest > refused))]


def _sentences(dialogue: Dialogue, speaker: str) -> list[tuple[int, int]]:
    """Words `start` to `end` of every sentence of a speaker, cut at the ends of utterances as well."""
    places: list[tuple[int, int]] = []
    for turn in dialogue.turns:
        if turn.speaker != speaker:
            continue
        start = turn.first
        for word in range(turn.first, turn.last):
            last = word + 1 == turn.last or dialogue.word_lines[word + 1] != dialogue.word_lines[word]
            if last or dialogue.words[word].ends_sentence:
                if len(_text(dialogue, start, word + 1)) >= SHORTEST_SENTENCE:
                    places.append((start, word + 1))
                start = word + 1
    return places


def _text(dialogue: Dialogue, start: int, end: int) -> str:
    line = dialogue.word_lines[start]
    forms = dialogue.forms[line]
    assert forms is not None
    return forms.folded.text[dialogue.words[start].start : dialogue.words[end - 1].end]
