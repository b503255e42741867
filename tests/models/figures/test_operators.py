"""Scores of operators: honest intervals, like calls, no rank."""

import numpy as np
import pandas as pd
import pytest

from models.figures.operators import case_mix_matrix, operator_scores


def centre(
    rng: np.random.Generator, effects: "np.ndarray[tuple[int], np.dtype[np.float64]]", each: int
) -> pd.DataFrame:
    """Operators with these true effects; the hard reason goes more often to the better half and costs 30 points."""
    operator = np.repeat(np.arange(len(effects)), each)
    hard = rng.random(len(operator)) < np.where(effects[operator] > np.median(effects), 0.7, 0.2)
    score = 60 + effects[operator] - 30 * hard + rng.normal(0, 15, len(operator))
    names = [f"OP{number:02d}" for number in operator]
    return pd.DataFrame({"operator_id": names, "score": score, "reason": np.where(hard, "cancel", "how_to")})


def test_on_like_calls_the_better_operators_come_out_better_although_their_raw_scores_are_lower() -> None:
    rng = np.random.default_rng(3)
    effects = rng.normal(0, 5, 20)
    table = operator_scores(centre(rng, effects, 200), "score")
    assert np.corrcoef(table["estimate"].to_numpy(dtype=float), effects)[0, 1] > 0.85
    assert np.corrcoef(table["raw"].to_numpy(dtype=float), effects)[0, 1] < 0.4


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    hits: list[bool] = []
    for _ in range(25):
        effects = rng.normal(0, 5, 20)
        table = operator_scores(centre(rng, effects, 40), "score")
        truth = effects - effects.mean()
        hits += list((table["low"].to_numpy(dtype=float) <= truth) & (truth <= table["high"].to_numpy(dtype=float)))
    assert 0.90 <= np.mean(hits) <= 0.99


def test_where_nobody_differs_hardly_anybody_is_flagged() -> None:
    rng = np.random.default_rng(7)
    flagged = 0
    for _ in range(20):
        table = operator_scores(centre(rng, np.zeros(20), 60), "score")
        flagged += int((table["standing"] != "not_distinguishable").sum())
    assert flagged <= 4


@pytest.mark.parametrize("calls", [1, 5, 9])
def test_j1_below_the_minimum_there_is_no_interval_no_estimate_and_no_standing(calls: int) -> None:
    rng = np.random.default_rng(1)
    few = pd.DataFrame({"operator_id": "NEW", "score": rng.normal(60, 1, calls), "reason": "how_to"})
    table = operator_scores(pd.concat([centre(rng, np.zeros(5), 30), few]), "score")
    assert table["n"].to_dict()["NEW"] == calls
    told = table.loc[["NEW"], ["raw_low", "raw_high", "estimate", "low", "high", "standing"]]
    assert told.isna().all(axis=None)


def test_equal_scores_are_not_told_apart_by_noise() -> None:
    same = pd.DataFrame({"operator_id": [f"OP{n % 6}" for n in range(120)], "score": 50.0})
    table = operator_scores(same, "score")
    assert table["standing"].isna().all()
    assert list(table.index) == sorted(table.index)


def test_j2_one_operator_or_no_call_gives_no_comparison_and_no_error() -> None:
    alone = operator_scores(pd.DataFrame({"operator_id": ["A"] * 12, "score": range(12)}), "score")
    assert alone["raw"].tolist() == [5.5]
    assert alone["estimate"].isna().all()
    assert operator_scores(pd.DataFrame({"operator_id": ["A"], "score": [np.nan]}), "score").empty


def test_raw_interval_is_the_t_interval() -> None:
    table = operator_scores(pd.DataFrame({"operator_id": ["A"] * 10, "score": range(10)}), "score")
    half = 2.2621571628540993 * np.std(range(10), ddof=1) / np.sqrt(10)
    assert table["raw_high"].tolist() == [pytest.approx(4.5 + half)]


def test_calls_that_are_all_alike_have_a_mean_and_no_interval() -> None:
    calls = pd.DataFrame({"operator_id": ["A"] * 40 + ["B"] * 40, "score": [0.0] * 40 + [0.0, 10.0] * 20})
    table = operator_scores(calls, "score")
    assert table["raw"].tolist() == [0, 5]
    assert table[["raw_low", "raw_high"]].notna().all(axis=1).tolist() == [False, True]


def test_case_mix_pools_rare_levels_and_keeps_missing_apart() -> None:
    calls = pd.DataFrame(
        {"reason": ["a"] * 30 + ["b"] * 30 + ["c", "d"] + [None] * 25, "tenure_months": [1.0, 3.0, None] * 29}
    )
    matrix = case_mix_matrix(calls, ["reason", "tenure_months", "plan"])
    assert matrix.shape == (87, 3 + 2)  # four levels less one; the number and its missing mark
    assert set(np.unique(matrix[:, :3])) == {0.0, 1.0}
