import pytest

from models.contribution.inference import Interval
from models.contribution.options import Options
from models.simulation.figure import Figure
from models.simulation.replicate import Trial
from models.simulation.selftest import run, summarise_effect

QUICK = Options(only=("proposal",), repetitions=1, second_opinion=False)


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def trial(seed: int, estimate: float, truth: float = 0.05, **more: object) -> Trial:
    """One centre with an estimate whose interval is ±0.04."""
    effect = Interval(estimate, 0.02, estimate - 0.04, estimate + 0.04, 0.5)
    fields: dict[str, object] = {
        "truth": {"renewal": truth, "mrr_delta_yen": truth},
        "estimates": {"renewal": effect, "mrr_delta_yen": effect},
        "oracle": {
            "renewal": Interval(0.06, 0.02, 0.02, 0.1, 0.0),
            "mrr_delta_yen": Interval(0.06, 0.02, 0.02, 0.1, 0.0),
        },
        "naive": 0.25,
        "regression_p": 0.01,
        "status": "ok",
        "placebo_failed": False,
        "claims": 0,
        "counts_right": True,
    }
    return Trial(seed=seed, **(fields | more))  # type: ignore[arg-type]


def test_bias_coverage_and_distance_from_the_oracle_by_hand() -> None:
    found = by_name(summarise_effect("confounded", [trial(1, 0.06), trial(2, 0.10)]))
    assert found["renewal: |bias| / truth"].value == pytest.approx(0.6)
    assert found["renewal: coverage"].value == 0.5
    assert found["renewal: RMSE / oracle"].value == pytest.approx((0.0013 / 0.0001) ** 0.5)
    assert found["renewal: RMSE / oracle"].holds is False
    assert found["naive / truth"].value == pytest.approx(5.0)


def test_a_false_claim_breaks_its_bar() -> None:
    trials = [trial(seed, 0.0, truth=0.0, claims=int(seed == 1)) for seed in range(1, 11)]
    assert by_name(summarise_effect("null", trials))["data sets with a false claim"].holds is False


def test_a_share_and_a_bias_come_with_what_so_few_centres_can_tell() -> None:
    found = by_name(summarise_effect("confounded", [trial(1, 0.06), trial(2, 0.10)]))
    covered, bias, ratio = (found[f"renewal: {name}"] for name in ("coverage", "|bias| / truth", "RMSE / oracle"))
    assert (covered.centres, round(covered.ci_low or 0, 3), round(covered.ci_high or 0, 3)) == (2, 0.095, 0.905)
    spread = 1.96 * 0.02 / 0.05 / 2**0.5  # errors 0.01 and 0.05: bias 0.03, standard deviation 0.02
    assert (bias.ci_low, bias.ci_high) == pytest.approx((0.6 - spread, 0.6 + spread), abs=1e-4)
    assert ratio.ci_low is not None and ratio.ci_low < ratio.value < (ratio.ci_high or 0)


def test_proposals_alone_tell_nothing_of_false_claims_in_the_whole_data_set() -> None:
    trials = [trial(seed, 0.0, truth=0.0) for seed in range(1, 11)]
    assert "data sets with a false claim" in by_name(summarise_effect("null", trials))
    proposals = by_name(summarise_effect("null", trials, whole=False))
    assert "data sets with a false claim" not in proposals
    assert proposals["renewal: intervals without zero"].value == 0.0


def test_a_refusal_that_should_be_one_holds_and_shows_no_accuracy() -> None:
    found = by_name(summarise_effect("tiny", [trial(1, 0.0, estimates={}, status="refuse")]))
    assert found["refused"].holds is True
    assert not any("coverage" in name for name in found)


def test_a_run_recovers_a_planted_effect_that_the_naive_figure_overstates() -> None:
    found = by_name(run("confounded", 6, first_seed=100, options=QUICK))
    truth, estimate = found["renewal: truth"].value, found["renewal: mean estimate"].value
    assert abs(estimate - truth) < 3 * 0.025 / 6**0.5
    assert found["naive / truth"].holds
    assert found["exclusions_counted_exactly"].holds


def test_operators_are_closer_to_the_truth_than_their_raw_rates() -> None:
    found = by_name(run("operators_sorted", 4, first_seed=100, options=QUICK))
    assert found["RMSE / raw"].holds
    assert found["rank correlation, gain over raw"].holds
    assert found["coverage"].value > 0.85


def test_where_nobody_differs_nobody_is_flagged() -> None:
    assert by_name(run("operators_null", 4, first_seed=100, options=QUICK))["flagged though nobody differs"].holds
