import numpy as np
import pytest
from numpy.typing import NDArray

from models.contribution.aipw import (
    Outcome,
    att_scores,
    comparison_weights,
    cross_fit,
    effect_on_all,
    effect_on_exposed,
    folds_of,
)
from models.contribution.inference import Clusters
from models.contribution.learners import Linear, SmallTrees

Floats = NDArray[np.float64]


def confounded(n: int = 1500) -> tuple[Floats, Floats, Floats, Clusters]:
    """x, exposure, outcome with a constant effect of 0.5, clusters."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 3))
    d = (rng.random(n) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    y = x[:, 0] + 0.5 * d + rng.normal(size=n)
    return x, d, y, Clusters(np.arange(n) // 2, np.arange(n) % 25)


def test_scores_by_hand() -> None:
    d, y = np.array([1.0, 0.0]), np.array([3.0, 2.0])
    scores = att_scores(y, d, weights=np.array([0.0, 3.0]), without=np.array([1.0, 1.5]))
    assert scores.tolist() == [2.0, -3 * 0.5]  # the comparison row weighs by its odds of exposure


def test_no_single_row_decides_the_comparison() -> None:
    d = np.concatenate([np.ones(1000), np.zeros(1000)])
    propensity = np.full(2000, 0.5)
    propensity[-1] = 0.99  # 99 times the weight of the others
    weights = comparison_weights(d, propensity)
    assert weights[:1000].sum() == 0
    assert weights[1000:-1].tolist() == [1.0] * 999
    assert weights[-1] == pytest.approx(0.01 * (999 + 99))


def test_where_rows_are_few_one_may_carry_ten_times_the_mean() -> None:
    d = np.concatenate([np.ones(100), np.zeros(100)])
    propensity = np.full(200, 0.5)
    propensity[-1], propensity[-2] = 0.99, 0.9
    weights = comparison_weights(d, propensity)
    assert weights[-1] == pytest.approx(10 * (98 + 9 + 99) / 100)
    assert weights[-2] == pytest.approx(9.0)


def test_whole_customers_go_into_one_fold() -> None:
    customers = np.repeat(np.arange(30), 4)
    folds = folds_of(customers, 5, np.random.default_rng(0))
    assert all(len(set(folds[customers == customer])) == 1 for customer in range(30))
    assert np.bincount(folds).tolist() == [24] * 5


def test_known_effect_is_recovered_where_the_plain_difference_is_far_off() -> None:
    x, d, y, clusters = confounded()
    fits = [
        cross_fit(x, d, {"y": Outcome(y, binary=False)}, folds_of(clusters.customer, 5, rng), Linear(), on_all=["y"])
        for rng in map(np.random.default_rng, range(3))
    ]
    naive = y[d == 1].mean() - y[d == 0].mean()
    for effect in (effect_on_exposed(y, d, fits, "y", clusters), effect_on_all(y, d, fits, "y", clusters)):
        assert naive > 1.2
        assert effect.ci_low < 0.5 < effect.ci_high
        assert effect.se < 0.1


def test_subgroup_effects_average_to_the_whole() -> None:
    x, d, y, clusters = confounded()
    fold = folds_of(clusters.customer, 5, np.random.default_rng(0))
    fits = [cross_fit(x, d, {"y": Outcome(y, binary=False)}, fold, Linear())]
    rows = x[:, 1] > 0
    parts = [
        effect_on_exposed(y, d, fits, "y", clusters, inside).estimate * d[inside].sum() for inside in (rows, ~rows)
    ]
    assert sum(parts) / d.sum() == pytest.approx(effect_on_exposed(y, d, fits, "y", clusters).estimate)


@pytest.mark.parametrize("learner", [Linear(), SmallTrees()])
def test_an_arm_with_one_outcome_only_is_predicted_by_its_share(learner: Linear | SmallTrees) -> None:
    predicted = learner.probability(np.zeros((4, 1)), np.ones(4), np.zeros((2, 1)))
    assert predicted.tolist() == [1.0, 1.0]


@pytest.mark.filterwarnings("ignore")
def test_agrees_with_doubleml_on_the_same_folds_within_a_hundredth_of_an_error() -> None:
    import doubleml
    from sklearn.linear_model import LogisticRegression, Ridge

    x, d, y, _ = confounded(800)
    one_by_one = Clusters(np.arange(800), np.arange(800))
    fold = folds_of(one_by_one.customer, 5, np.random.default_rng(1))
    fit = cross_fit(x, d, {"y": Outcome(y, binary=False)}, fold, Linear(), on_all=["y"])
    splits = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)]
    ours = {
        "ATTE": effect_on_exposed(y, d, [fit], "y", one_by_one),
        "ATE": effect_on_all(y, d, [fit], "y", one_by_one),
    }
    for score, effect in ours.items():
        theirs = doubleml.DoubleMLIRM(
            doubleml.DoubleMLData.from_arrays(x, y, d),
            ml_g=Ridge(alpha=Linear().penalty, solver="cholesky"),
            ml_m=LogisticRegression(C=1 / Linear().penalty, solver="newton-cholesky", tol=1e-5),
            score=score,
            ps_processor_config=doubleml.utils.PSProcessorConfig(clipping_threshold=0.01),
            draw_sample_splitting=False,
        )
        theirs.set_sample_splitting([splits])
        theirs.fit()
        assert abs(effect.estimate - theirs.coef[0]) <= 0.01 * theirs.se[0]
        assert effect.se == pytest.approx(theirs.se[0], rel=0.01)
