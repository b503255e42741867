"""Weights offered from outcomes: found where they are, refused where they cannot be, never praised by chance."""

import numpy as np
import pandas as pd
import pytest

from models.figures.calibration import NO_PART, TOO_FEW, auc, offer_weights
from models.figures.health import HealthFormula, Part, health_scores

FORMULA = HealthFormula((Part("log_ins", 1, 0, 20), Part("tickets", 1, 5, 0), Part("noise", 2, 0, 1)))


def rows(size: int, *, effect: float = 3.0, seed: int = 1, flip: float = 1.0) -> pd.DataFrame:
    """Terms of customers, two each, who stay the more the more they log in, and the fewer tickets they have."""
    rng = np.random.default_rng(seed)
    log_ins, tickets = rng.uniform(0, 20, size), rng.uniform(0, 5, size)
    chance = 1 / (1 + np.exp(-flip * (effect * (log_ins / 20 - 0.5) + effect / 2 * (0.5 - tickets / 5) + 0.5)))
    return pd.DataFrame(
        {
            "customer_id": [f"C{n // 2}" for n in range(size)],
            "stayed": rng.uniform(size=size) < chance,
            "log_ins": log_ins,
            "tickets": tickets,
            "noise": rng.uniform(size=size),
        }
    )


def test_weights_go_to_the_parts_that_told_and_add_up_to_those_in_force() -> None:
    offer = offer_weights(rows(2_000), FORMULA)
    assert offer.offered is not None
    weights = {part.column: part.weight for part in offer.offered.parts}
    assert weights["log_ins"] > weights["tickets"] > weights.get("noise", 0.0)
    assert sum(weights.values()) == pytest.approx(4, abs=0.02)
    assert offer.better
    assert (offer.auc_offered or 0) > (offer.auc_in_force or 1)
    assert offer.offered.version != FORMULA.version
    assert [(part.worst, part.best) for part in offer.offered.parts][:2] == [(0, 20), (5, 0)]


def test_an_offer_that_is_no_better_says_so() -> None:
    right = HealthFormula((Part("log_ins", 2, 0, 20), Part("tickets", 1, 5, 0)))
    verdicts = [offer_weights(rows(600, seed=seed), right).better for seed in range(8)]
    assert sum(verdicts) <= 1


def test_noise_alone_is_praised_as_rarely_as_the_interval_promises() -> None:
    """Cross-validation: fitted and judged on the same rows, noise would seem to tell something."""
    empty = [offer_weights(rows(400, effect=0.0, seed=seed), FORMULA) for seed in range(10)]
    assert sum(offer.better for offer in empty) <= 1
    assert all(offer.auc_offered is None or offer.auc_offered < 0.6 for offer in empty)


def test_a_part_that_points_the_wrong_way_is_left_out() -> None:
    both_wrong = HealthFormula((Part("log_ins", 1, 20, 0), Part("tickets", 1, 0, 5)))
    assert offer_weights(rows(1_000), both_wrong).refusal == NO_PART
    one_wrong = HealthFormula((Part("log_ins", 1, 0, 20), Part("tickets", 1, 0, 5)))
    assert offer_weights(rows(1_000), one_wrong).left_out == ("tickets",)


@pytest.mark.parametrize("size", [0, 199])
def test_too_few_settled_terms_are_refused(size: int) -> None:
    assert offer_weights(rows(size), FORMULA).refusal == TOO_FEW


def test_too_few_of_one_outcome_are_refused() -> None:
    nobody_left = rows(1_000).assign(stayed=True)
    assert offer_weights(nobody_left, FORMULA).refusal == TOO_FEW


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    score, stayed = np.array([1.0, 2.0, 2.0, 4.0]), np.array([False, False, True, True])
    assert auc(score, stayed) == (1 + 0.5 + 1 + 1) / 4


def test_scores_are_unchanged_by_the_way_they_are_counted() -> None:
    told = pd.DataFrame({"log_ins": [5, None, 40], "tickets": [0.0, 5.0, None]}).astype("Float64")
    formula = HealthFormula((Part("log_ins", 2, 0, 10), Part("tickets", 1, 4, 0)))
    assert health_scores(told, formula).round(1).tolist()[0] == 66.7
    assert health_scores(told, formula).isna().tolist() == [False, True, False]
