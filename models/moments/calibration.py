"""Fit what turns vectors into calibrated probabilities: the linear layer, the mix, the thresholds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.moments.head import Floats, sigmoid
from models.moments.labels import LABELS, Call

NEAR = 1e-3  # pull towards the layer that the encoder was trained with, per weight and sentence
MIX_PULL = 1.0  # pull of the mix towards the plain mean, in sentences
SLACK = 0.003  # of expected F1, given up for fewer false moments: the top of the curve is flat


def targets_of(calls: Sequence[Call]) -> Floats:
    """(sentences, 8): 1 where the label is borne, 0 where not, −1 where it is not known or not the speaker's."""
    rows = [[call.target(index, label) for label in LABELS] for call in calls for index in range(len(call.sentences))]
    return np.array(rows).reshape(len(rows), len(LABELS))


def fit_layer(vectors: NDArray[np.float32], targets: Floats, weights: Floats, bias: Floats) -> tuple[Floats, Floats]:
    """Logistic regression per label that stays near `weights` and `bias` unless the data says otherwise."""
    new_weights, new_bias = weights.copy(), bias.copy()
    for row in range(len(LABELS)):
        known = targets[:, row] >= 0
        start = np.append(weights[row], bias[row])
        features = np.column_stack([vectors[known], np.ones(known.sum())])
        fitted = _logistic(features, targets[known, row], start, NEAR * known.sum())
        new_weights[row], new_bias[row] = fitted[:-1], fitted[-1]
    return new_weights, new_bias


def fit_mix(log_odds: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Weights (8, parts) and offsets (8,) of log-odds (n, 8, parts), held near their mean where data is scarce.

    Platt's scaling (J. Platt 1999) with several inputs.
    """
    parts = log_odds.shape[-1]
    start = np.append(np.full(parts, 1 / parts), 0.0)
    mix, offset = np.zeros((len(LABELS), parts)), np.zeros(len(LABELS))
    for row in range(len(LABELS)):
        known = targets[:, row] >= 0
        features = np.column_stack([log_odds[known, row], np.ones(known.sum())])
        fitted = _logistic(features, targets[known, row], start, MIX_PULL)
        mix[row], offset[row] = fitted[:-1], fitted[-1]
    return mix, offset


def fit_thresholds(probabilities: Floats, targets: Floats) -> Floats:
    """Per label the highest threshold whose expected F1, if the probabilities are true, is within `SLACK` of the best.

    The expectation is smoother than the F1 counted on the same sentences, and so travels better to other calls.
    """
    out = np.full(len(LABELS), 0.5)
    for row in range(len(LABELS)):
        ordered = np.sort(probabilities[targets[:, row] >= 0, row])[::-1]
        if len(ordered) and ordered.sum() > 0:
            f1 = 2 * np.cumsum(ordered) / (np.arange(1, len(ordered) + 1) + ordered.sum())
            out[row] = ordered[int(np.argmax(f1 >= f1.max() - SLACK))]
    return out


def _logistic(features: Floats, targets: Floats, start: Floats, pull: float) -> Floats:
    """Weights of least log loss plus `pull`/2 · squared distance from `start`."""
    from scipy.optimize import minimize

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = features @ weights
        away = weights - start
        value = np.logaddexp(0.0, scores).sum() - scores @ targets + 0.5 * pull * (away @ away)
        residual = sigmoid(scores) - targets
        return float(value), features.T @ residual + pull * away

    fitted: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return fitted
