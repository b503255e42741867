"""Character n-grams, hashed: what the words themselves say, beside the encoder that reads their sense.

They are counted twice: of the letters, and of the sounds (`sounds`), each with weights of its own.
"""

import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.moments.labels import LABELS, Sentence

BUCKETS = 1 << 16
ORDERS = (1, 2, 3, 4)
MAX_CHARACTERS = 200  # a longer sentence is judged by its ends
CONTEXT_WEIGHT = 0.4  # of the other speaker's sentences before and after, beside the sentence itself
LETTERS_FILE, SOUNDS_FILE = "ngrams.npz", "sounds.npz"


@dataclass(frozen=True, slots=True)
class Ngrams:
    """One linear score per label. weights: (3, 8, BUCKETS) of the sentence, the answer before it and the one after."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_odds(self, sentences: Sequence[Sentence], wanted: Sequence[int]) -> NDArray[np.float64]:
        """(wanted, 8)."""
        out = np.tile(self.bias.astype(np.float64), (len(wanted), 1))
        scales = (1.0, CONTEXT_WEIGHT, CONTEXT_WEIGHT)
        contexts = in_context(sentences)
        for row, index in enumerate(wanted):
            for part, (text, scale) in enumerate(zip(contexts[index], scales, strict=True)):
                features = buckets_of(text)
                out[row] += self.weights[part][:, features].sum(axis=1) * (scale / np.sqrt(len(features)))
        return out


def in_context(sentences: Sequence[Sentence]) -> list[tuple[str, str, str]]:
    """Of each: it, the other speaker's last sentence before it and the first after it (empty where there is none)."""
    before = _said_before(sentences)
    after = reversed(_said_before(sentences[::-1]))
    return list(zip((sentence.text for sentence in sentences), before, after, strict=True))


def _said_before(sentences: Sequence[Sentence]) -> list[str]:
    found: list[str] = [""] * len(sentences)
    for index in range(1, len(sentences)):
        earlier = sentences[index - 1]
        is_other = earlier.speaker != sentences[index].speaker
        found[index] = earlier.text if is_other else found[index - 1]
    return found


def matrix_in_context(calls: Sequence[Sequence[Sentence]]) -> Any:
    """(sentences of all calls, 3·BUCKETS) sparse, scaled as `Ngrams.log_odds` weighs them."""
    from scipy.sparse import hstack

    rows = [row for sentences in calls for row in in_context(sentences)]
    own, before, after = zip(*rows, strict=True)
    return hstack([matrix_of(own), CONTEXT_WEIGHT * matrix_of(before), CONTEXT_WEIGHT * matrix_of(after)]).tocsr()


def matrix_of(texts: Sequence[str]) -> Any:
    """(texts, BUCKETS) sparse rows of unit length."""
    from scipy.sparse import csr_matrix

    rows = [buckets_of(text) for text in texts]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(len(row)), dtype=np.float32) for row in rows])
    return csr_matrix((values, np.concatenate(rows), starts), shape=(len(rows), BUCKETS))


def buckets_of(text: str) -> NDArray[np.int64]:
    """Which of the `BUCKETS` features a sentence has: rising, each once; begin and end are characters too."""
    padded = f"^{normalised(text)}$"
    grams = (padded[i : i + n] for n in ORDERS for i in range(len(padded) - n + 1))
    return np.unique(np.fromiter((zlib.crc32(gram.encode()) % BUCKETS for gram in grams), dtype=np.int64))


def normalised(text: str) -> str:
    """NFKC, lower case, broken surrogates replaced, at most `MAX_CHARACTERS` characters: start and end."""
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8")).lower().strip()
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[: MAX_CHARACTERS // 2] + text[-MAX_CHARACTERS // 2 :]


def fit_ngrams(calls: Sequence[Sequence[Sentence]], targets: NDArray[np.float64], strength: float = 10.0) -> Ngrams:
    """Logistic regression per label on the sentences that can bear it. targets: (sentences, 8), −1 = cannot."""
    from sklearn.linear_model import LogisticRegression

    features = matrix_in_context(calls)
    weights, bias = np.zeros((len(LABELS), 3 * BUCKETS)), np.zeros(len(LABELS))
    for row in range(len(LABELS)):
        known = targets[:, row] >= 0
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=500)
        model.fit(features[known], targets[known, row])
        weights[row], bias[row] = model.coef_[0], model.intercept_[0]
    parts = weights.reshape(len(LABELS), 3, BUCKETS).transpose(1, 0, 2)
    return Ngrams(parts.astype(np.float16).astype(np.float32), bias.astype(np.float32))


def write_ngrams(ngrams: Ngrams, path: Path) -> None:
    """Write them as `.npz`, in half precision."""
    np.savez_compressed(path, weights=ngrams.weights.astype(np.float16), bias=ngrams.bias)


def read_ngrams(path: Path) -> Ngrams:
    """Read what `write_ngrams` wrote."""
    with np.load(path) as arrays:
        return Ngrams(arrays["weights"].astype(np.float32), arrays["bias"])
