"""The cheap first stage: dismisses, from its words alone, what no label can be meant for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.moments.labels import LABELS_OF, Call
from models.moments.ngrams import buckets_of, matrix_of

SPEAKERS = ("operator", "customer")
FILE = "first_stage.npz"
RECALL = 0.996  # of the positives of industries that it was not trained on; leaves room above the bar of 0.99
STRENGTH = 10.0
FOLDS = 5
CACHE_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class FirstStage:
    """One linear score per speaker; a sentence below its speaker's threshold is dismissed.

    weights: (2, BUCKETS); bias and threshold: (2,), in the order of `SPEAKERS`. Verdicts are kept in `seen`: the same
    courtesies recur thousands of times in a night, and the verdict depends on the words alone.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    threshold: NDArray[np.float32]
    seen: dict[tuple[str, str], bool] = field(default_factory=dict)

    def keeps(self, speaker: str, text: str) -> bool:
        """Whether the sentence must be read in full."""
        known = self.seen.get((speaker, text))
        if known is None:
            if len(self.seen) >= CACHE_SIZE:
                self.seen.clear()
            known = self.score(speaker, text) >= float(self.threshold[SPEAKERS.index(speaker)])
            self.seen[speaker, text] = known
        return known

    def score(self, speaker: str, text: str) -> float:
        """Log-odds that the sentence bears any label of its speaker."""
        row, features = SPEAKERS.index(speaker), buckets_of(text)
        return float(self.weights[row, features].sum() / np.sqrt(len(features)) + self.bias[row])


def fit_first_stage(calls: Sequence[Call]) -> FirstStage:
    """Logistic regression; the thresholds keep `RECALL` of the positives of industries left out in turn."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    parts = []
    for speaker in SPEAKERS:
        texts, borne, industries = _sentences_of(calls, speaker)
        features = matrix_of(texts)
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500)
        folds = GroupKFold(min(FOLDS, len(set(industries))))
        scores = cross_val_predict(model, features, borne, groups=industries, cv=folds, method="decision_function")
        model.fit(features, borne)
        parts.append((model.coef_[0], model.intercept_[0], np.quantile(scores[borne], 1 - RECALL)))
    weights, bias, threshold = zip(*parts, strict=True)
    half = np.array(weights, dtype=np.float16)
    return FirstStage(half.astype(np.float32), np.array(bias, np.float32), np.array(threshold, np.float32))


def write_first_stage(stage: FirstStage, folder: Path) -> None:
    """Write `first_stage.npz`, the weights in half precision."""
    half = stage.weights.astype(np.float16)
    np.savez_compressed(folder / FILE, weights=half, bias=stage.bias, threshold=stage.threshold)


def read_first_stage(folder: Path) -> FirstStage:
    """Read `first_stage.npz`."""
    with np.load(folder / FILE) as arrays:
        return FirstStage(arrays["weights"].astype(np.float32), arrays["bias"], arrays["threshold"])


def _sentences_of(calls: Sequence[Call], speaker: str) -> tuple[list[str], NDArray[np.bool_], list[str]]:
    rows = [
        (sentence.text, bool(labels), call.industry)
        for call in calls
        for index, (sentence, labels) in enumerate(zip(call.sentences, call.labels, strict=True))
        if sentence.speaker == speaker
        and (labels or all(call.target(index, label) == 0 for label in LABELS_OF[speaker]))
    ]
    return [row[0] for row in rows], np.array([row[1] for row in rows]), [row[2] for row in rows]
