import numpy as np
import pandas as pd
import pytest

from models.contribution.experiment import analyse_experiment
from models.contribution.options import Options

MOMENTS = ("proposal",)


def trial(n: int = 2000, by: str = "operator_day", effect: float = 0.10) -> pd.DataFrame:
    """An analysis table: the assignment makes a proposal likelier by 0.6, and a proposal keeps `effect` more."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "customer_id": [f"U{i // 2}" for i in range(n)],
            "operator_id": [f"OP{i}" for i in rng.integers(0, 20, n)],
            "day": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 60, n), unit="D"),
        }
    )
    unit = rows["operator_id"] + rows["day"].astype("str") if by == "operator_day" else rows["customer_id"]
    codes, _ = pd.factorize(unit)
    on = (rng.random(codes.max() + 1) < 0.5)[codes]
    willing = rng.random(n)
    proposal = willing < np.where(on, 0.8, 0.2)
    renewed = rng.random(n) < 0.5 + 0.3 * willing + effect * proposal
    return rows.assign(
        assigned=np.where(on, "on", "off"),
        n_proposal=proposal.astype(int),
        renewed=renewed.astype(float),
        mrr_delta_yen=np.where(renewed, 0.0, -10_000.0),
        upsell=0.0,
    )


@pytest.mark.parametrize("by", ["operator_day", "customer"])
def test_the_unit_of_assignment_is_found_and_the_effects_are_recovered(by: str) -> None:
    found = analyse_experiment(trial(6000, by), MOMENTS, Options())
    assert found is not None and found.as_assigned and found.compliers and found.followed
    assert found.unit == by
    assert found.followed.estimate == pytest.approx(0.6, abs=0.05)
    assert found.as_assigned["renewal"].ci_low < 0.06 < found.as_assigned["renewal"].ci_high
    assert found.compliers["renewal"].ci_low < 0.10 < found.compliers["renewal"].ci_high


def test_the_complier_effect_is_the_ratio_of_the_two_differences() -> None:
    found = analyse_experiment(trial(), MOMENTS, Options())
    assert found is not None and found.as_assigned and found.compliers and found.followed
    ratio = found.as_assigned["renewal"].estimate / found.followed.estimate
    assert found.compliers["renewal"].estimate == pytest.approx(ratio)


def test_an_assignment_nobody_followed_gives_no_complier_effect() -> None:
    rows = trial()
    rows["n_proposal"] = np.random.default_rng(0).integers(0, 2, len(rows))
    found = analyse_experiment(rows, MOMENTS, Options())
    assert found is not None and found.as_assigned
    assert found.compliers is None


def test_a_small_experiment_is_refused_without_figures() -> None:
    found = analyse_experiment(trial(150), MOMENTS, Options())
    assert found is not None
    assert (found.status, found.as_assigned) == ("refuse", None)


def test_without_an_assignment_there_is_no_experiment() -> None:
    assert analyse_experiment(trial().drop(columns="assigned"), MOMENTS, Options()) is None
    assert analyse_experiment(trial().assign(assigned=None), MOMENTS, Options()) is None
