"""The classifier's encoder lent to the dictionary's level `meaning`.

A sentence is read alone; its vector is the mean over its tokens, seen from the mean of ordinary sentences of the same
speaker (reference.tsv), because raw vectors of one model all point nearly the same way. On the shipped validation calls
(with the weights before the present ones) an entry with this level and similarity 0.55 has 1.6 hits per 1,000
sentences, of which 78 % bear the label of the entry (0.5: 3.8 and 71 %; 0.6: 0.6 and 81 %); without the reference no
threshold gets beyond 16 %.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files as resources

import numpy as np

from models.moments.encoder import Encoder, OnnxEncoder
from models.moments.labels import MomentsError, Sentence
from models.moments.manifest import SHIPPED
from phrases.entry import PhraseSet, Speaker
from phrases.meaning import Encode, Vectors
from pipeline.errors import KoukenError


class SentenceEncoder:
    """An `Encode`. Reads the reference sentences of a speaker at first need."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._origins: dict[Speaker, Vectors] = {}

    def __call__(self, speaker: Speaker, texts: Sequence[str]) -> Vectors:
        """(n, H) vectors of length 1."""
        if speaker not in self._origins:
            self._origins[speaker] = self._read(speaker, reference(speaker)).mean(axis=0)
        vectors = self._read(speaker, texts) - self._origins[speaker]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit

    def _read(self, speaker: Speaker, texts: Sequence[str]) -> Vectors:
        half = self._encoder.width // 2
        rows = [self._encoder.vectors([Sentence(speaker, text)], [0])[0, half:] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), half)


def reference(speaker: Speaker) -> list[str]:
    """Ordinary sentences of a speaker."""
    text = (resources("pipeline.text") / "reference.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return [sentence for who, sentence in rows if who == speaker]


def encoder_for(phrase_set: PhraseSet) -> Encode | None:
    """The shipped encoder where an entry asks for it, else None. Raises `KoukenError` where it cannot be read."""
    return _shipped() if any("meaning" in phrase.levels for phrase in phrase_set.phrases) else None


@cache
def _shipped() -> Encode:
    try:
        return SentenceEncoder(OnnxEncoder(SHIPPED))
    except MomentsError as error:
        raise KoukenError(error.message) from None
