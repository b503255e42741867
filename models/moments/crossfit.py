"""What a model says of the validation calls when its mix and thresholds are fitted without them.

Mix and thresholds come from the validation calls, so that figures of the finished model on the same calls would
flatter it. Here each tenth of the calls is judged with the mix and the thresholds of the other nine; the layer, the
n-grams and the first stage never saw any of them.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.moments.calibration import fit_mix, fit_thresholds, targets_of
from models.moments.classify import MomentClassifier
from models.moments.figures import Figures, figures_of
from models.moments.head import Floats, Head
from models.moments.labels import HEARD, LABELS, Call
from models.moments.noise import recognised

FOLDS = 10


@dataclass(frozen=True)
class Evidence:
    """What the finished parts say of some calls: log-odds (n, 8, parts), which sentences the first stage keeps (n,)."""

    calls: Sequence[Call]
    log_odds: Floats
    kept: NDArray[np.bool_]

    @property
    def targets(self) -> Floats:
        """(n, 8)."""
        return targets_of(self.calls)

    @property
    def call(self) -> NDArray[np.int64]:
        """The number of each sentence's call, (n,)."""
        return np.repeat(np.arange(len(self.calls)), [len(call.sentences) for call in self.calls])

    def of_calls(self, names: Set[str]) -> NDArray[np.bool_]:
        """Which sentences belong to calls of these names, (n,)."""
        return np.array([call.call_id in names for call in self.calls], dtype=bool)[self.call]


@dataclass(frozen=True)
class Judged:
    """Probabilities and labels given, (n, 8) each."""

    evidence: Evidence
    probabilities: Floats
    given: NDArray[np.bool_]

    def figures(self, seed: int, only: NDArray[np.bool_] | None = None) -> Figures:
        """Of all the sentences, or of some."""
        rows = np.ones(len(self.given), dtype=bool) if only is None else only
        targets, call = self.evidence.targets[rows], self.evidence.call[rows]
        return figures_of(self.probabilities[rows], self.given[rows], targets, call, seed)

    def false_per_100(self) -> float | None:
        """Labels given per 100 sentences of the calls that bear none: talk that sells nothing. None without such."""
        silent = np.array([not any(call.labels) for call in self.evidence.calls], dtype=bool)[self.evidence.call]
        return 100 * float(self.given[silent].sum()) / int(silent.sum()) if silent.any() else None


def evidence_by_wording(classifier: MomentClassifier, validation: Sequence[Call], seed: int) -> dict[str, Evidence]:
    """The validation calls read as they are written, as a recogniser might write them, and as one did (if any)."""
    written = [call for call in validation if call.form != HEARD]
    heard = [call for call in validation if call.form == HEARD]
    wordings = {"clean": written, "recognised": recognised(written, seed), "heard": heard}
    return {name: evidence_of(classifier, calls) for name, calls in wordings.items() if calls}


def evidence_of(classifier: MomentClassifier, calls: Sequence[Call]) -> Evidence:
    """Read every sentence of the calls."""
    log_odds = [classifier.log_odds(call.sentences, range(len(call.sentences))) for call in calls]
    kept = [classifier.reads(sentence) for call in calls for sentence in call.sentences]
    return Evidence(calls, np.concatenate(log_odds), np.array(kept))


def fit_decision(head: Head, wordings: Mapping[str, Evidence], without: Set[str] = frozenset()) -> Head:
    """`head` with mix and thresholds from all the wordings of the calls, save those named."""
    rows = {name: ~evidence.of_calls(without) for name, evidence in wordings.items()}
    log_odds = np.concatenate([wordings[name].log_odds[chosen] for name, chosen in rows.items()])
    targets = np.concatenate([wordings[name].targets[chosen] for name, chosen in rows.items()])
    mix, offset = fit_mix(log_odds, targets)
    mixed = replace(head, mix=mix, offset=offset)
    return replace(mixed, threshold=fit_thresholds(mixed.mixed(log_odds), targets))


def judged(head: Head, evidence: Evidence) -> Judged:
    """As the head decides."""
    probabilities = head.mixed(evidence.log_odds) * evidence.kept[:, None]
    probabilities[evidence.targets < 0] = 0.0
    return Judged(evidence, probabilities, (probabilities >= head.threshold) & (evidence.targets >= 0))


def cross_fitted(head: Head, wordings: Mapping[str, Evidence]) -> dict[str, Judged]:
    """Each call as the head decides that was fitted on the others; all wordings of a call are in one fold."""
    names = sorted({call.call_id for evidence in wordings.values() for call in evidence.calls})
    shape = {name: (len(evidence.kept), len(LABELS)) for name, evidence in wordings.items()}
    probabilities = {name: np.zeros(size) for name, size in shape.items()}
    given = {name: np.zeros(size, dtype=bool) for name, size in shape.items()}
    for fold in range(min(FOLDS, len(names))):
        left_out = set(names[fold::FOLDS])
        fitted = fit_decision(head, wordings, left_out)
        for name, evidence in wordings.items():
            rows, found = evidence.of_calls(left_out), judged(fitted, evidence)
            probabilities[name][rows], given[name][rows] = found.probabilities[rows], found.given[rows]
    return {name: Judged(evidence, probabilities[name], given[name]) for name, evidence in wordings.items()}
