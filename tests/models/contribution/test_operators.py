import numpy as np
import pandas as pd
import pytest

from models.contribution.estimate import Contribution, estimate
from models.contribution.operators import like_calls_residual, shrink
from models.contribution.options import Options
from models.simulation.centre import draw_centre
from models.simulation.replicate import tables_of
from models.simulation.scenario import SCENARIOS
from tests.models.contribution.tables import AS_OF


@pytest.fixture(scope="module")
def answer() -> Contribution:
    tables = tables_of(draw_centre(SCENARIOS["operators_sorted"], 9))
    return estimate(tables, AS_OF, Options(only=("any",), repetitions=1, second_opinion=False))


def test_means_without_spread_are_shrunk_nearly_onto_their_centre() -> None:
    found = shrink(np.array([0.1, -0.1, 0.05, -0.05, 0.0, 0.0]), np.full(6, 0.04))
    assert found.centre == pytest.approx(0.0)
    assert np.abs(found.mean) == pytest.approx(np.array([0.1, 0.1, 0.05, 0.05, 0.0, 0.0]) * (1 - 3 / 5))


def test_precise_means_are_left_as_they_are() -> None:
    means = np.array([0.3, -0.3, 0.1, -0.1])
    found = shrink(means, np.full(4, 1e-8))
    assert found.mean == pytest.approx(means, abs=1e-6)
    assert found.se == pytest.approx(np.full(4, 1e-4), rel=0.01)


def test_intervals_of_shrunk_means_cover_the_truth() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(0.0, 0.06, size=(200, 20))
    covered = []
    for row in truth:
        found = shrink(row + rng.normal(0.0, 0.06, size=20), np.full(20, 0.0036))
        covered.append(np.abs(found.mean - row) <= 1.96 * found.se)
    assert 0.92 <= np.mean(covered) <= 0.98


def test_the_mix_of_calls_is_taken_out_and_the_operators_own_effect_stays() -> None:
    rng = np.random.default_rng(2)
    operators = pd.Series(np.repeat(["good", "poor"], 400))
    x = rng.normal(size=(800, 1)) + np.where(operators == "good", -1.0, 1.0)[:, None]  # the good get the hard calls
    y = 0.3 * x[:, 0] + np.where(operators == "good", 0.2, 0.0) + 0.1 * rng.normal(size=800)
    residual = pd.Series(like_calls_residual(y, x, operators)).groupby(operators).mean()
    assert y[operators == "good"].mean() < y[operators == "poor"].mean()
    assert residual["good"] - residual["poor"] == pytest.approx(0.2, abs=0.02)


def test_differences_add_up_to_about_nothing_and_shares_to_the_team(answer: Contribution) -> None:
    page, team = answer.operators, answer.moments["any"]
    differences = [row.estimate for row in page.operators.values()]
    assert abs(np.mean(differences)) < 0.01
    shares = [row.share_yen for row in page.operators.values()]
    assert all(share and share.ci_low <= share.estimate <= share.ci_high for share in shares)
    assert page.remainder_yen is not None
    total = sum(share.estimate for share in shares if share) + page.remainder_yen
    assert total == pytest.approx(team.yen_total.estimate)


def test_operators_with_fewer_than_ten_calls_are_not_shown(answer: Contribution) -> None:
    counts = answer.rows["operator_id"].value_counts()
    assert set(answer.operators.operators) == set(counts[counts >= 10].index)
    assert answer.operators.below_minimum == (counts < 10).sum()
    assert all(row.n == counts[name] for name, row in answer.operators.operators.items())


def test_only_an_interval_corrected_for_many_operators_sets_anyone_apart(answer: Contribution) -> None:
    for row in answer.operators.operators.values():
        half = row.ci_high - row.estimate
        assert row.flagged == (abs(row.estimate) > half / 1.96 * 3.227) or len(answer.operators.operators) != 40
        assert (row.standing == "not_distinguishable") == (not row.flagged)


def test_fewer_than_five_operators_are_not_compared() -> None:
    tables = tables_of(draw_centre(SCENARIOS["tiny"], 9))
    page = estimate(tables, AS_OF, Options(only=("any",))).operators
    assert page.status == "refuse"
    assert page.operators == {}
    assert "few_operators_to_compare" in {message.code for message in page.messages}
