import numpy as np
import pytest

from models.moments.calibration import fit_mix, fit_thresholds, targets_of
from models.moments.figures import calibration_error, confusion, curve_of, figures_of, reliability
from models.moments.head import sigmoid
from models.moments.labels import LABELS
from tests.models.moments.calls import call_of


def test_targets_know_which_labels_a_speaker_can_bear() -> None:
    targets = targets_of([call_of([("operator", "a", "appeal"), ("customer", "b", ""), ("unknown", "c", "")])])
    assert targets.tolist() == [[1, 0, 0, -1, -1, -1, -1, -1], [-1, -1, -1, 0, 0, 0, 0, 0], [-1] * 8]


def test_f1_by_hand() -> None:
    """Appeal borne by sentences 0, 1, 2; given to 0, 1, 3: two hits, precision and recall 2/3."""
    targets = np.full((4, 8), -1.0)
    targets[:, :3] = 0
    targets[:3, 0] = 1
    given = np.zeros((4, 8), dtype=bool)
    given[[0, 1, 3], 0] = True
    figures = figures_of(given.astype(float), given, targets, np.array([0, 0, 1, 1]), seed=0)
    appeal = figures.labels["appeal"]
    assert (appeal.precision, appeal.recall, appeal.f1, appeal.support) == pytest.approx((2 / 3, 2 / 3, 2 / 3, 3))
    assert appeal.ci_low <= appeal.f1 <= appeal.ci_high
    assert figures.operator_macro_f1 == pytest.approx(2 / 3)
    assert confusion(given, targets)["appeal"] == {"appeal": 2, "none": 1}


def test_calibration_error_by_hand() -> None:
    """Ten said 0.8 and five happened: 0.3 off."""
    said, seen = np.full(10, 0.8), np.array([1.0] * 5 + [0.0] * 5)
    assert calibration_error(said, seen) == pytest.approx(0.3)
    assert reliability(said, seen)[0] == pytest.approx((0.8, 0.5, 10))


def test_the_mix_calibrates_overconfident_scores() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=4000)
    targets = np.tile((rng.random(4000) < sigmoid(truth)).astype(float)[:, None], 8)
    log_odds = np.tile(np.stack([4 * truth, rng.normal(size=4000)], axis=-1)[:, None, :], (1, 8, 1))
    mix, offset = fit_mix(log_odds, targets)
    assert mix[0] == pytest.approx([0.25, 0.0], abs=0.06)
    assert offset[0] == pytest.approx(0.0, abs=0.1)


def test_the_threshold_maximises_expected_f1() -> None:
    """Probabilities 0.9 0.8 0.1: F1 expected from the first two is 2·1.7 ÷ (2 + 1.8) = 0.89, from all three 0.75."""
    probabilities, targets = np.zeros((3, 8)), np.zeros((3, 8))
    probabilities[:, 0] = [0.9, 0.8, 0.1]
    assert fit_thresholds(probabilities, targets)[LABELS.index("appeal")] == 0.8


def test_of_equally_good_thresholds_the_highest_is_taken() -> None:
    """0.9 and 0.529 (1.429 borne): expected F1 of the first 0.741, of both 0.833. Ten at 0.9 (9.475 borne): 0.924, and
    with one at 0.475 beside them 0.926, which is not worth a false moment.
    """
    steep, flat = np.zeros((2, 8)), np.zeros((11, 8))
    steep[:, 0] = [0.9, 0.529]
    flat[:, 0] = [0.9] * 10 + [0.475]
    assert fit_thresholds(steep, np.zeros((2, 8)))[0] == 0.529
    assert fit_thresholds(flat, np.zeros((11, 8)))[0] == 0.9


def test_a_curve_says_what_other_thresholds_would_give() -> None:
    """Probabilities 0.9 and 0.3 bear the label, 0.6 does not; the last sentence cannot bear it."""
    curve = curve_of(np.array([0.9, 0.3, 0.6, 0.99]), np.array([1.0, 1.0, 0.0, -1.0]))
    assert curve.at(0.8) == (1.0, 0.5)
    assert curve.at(0.4) == (0.5, 0.5)
    assert curve.at(0.2) == pytest.approx((2 / 3, 1.0), abs=0.001)
    assert curve.at(0.97)[0] == 1.0
