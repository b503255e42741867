"""What the pictures of the estimate's checks call things."""

import pytest

from api.checks import covariate_name, retained, retained_scale


@pytest.mark.parametrize(
    ("column", "ja", "en"),
    [
        ("log_mrr squared", "月額(二乗)", "monthly fee (squared)"),
        ("other appeal", "魅力の伝達の有無", "appeal or not"),
        (
            "operator rate proposal",
            "担当者がほかのお客様に行う営業提案の多さ",
            "the operator's proposal with other customers",
        ),
        ("reason=解約", "用件: 解約", "reason: 解約"),
        ("seats missing", "seats(不明かどうか)", "seats (unknown or not)"),
    ],
)
def test_covariates_are_named_in_words(column: str, ja: str, en: str) -> None:
    name = covariate_name(column)
    assert (name.ja, name.en) == (ja, en)


def without(nrr: float, n: int) -> dict[str, float | int]:
    return {"nrr": nrr, "estimate": nrr - 0.02, "ci_low": nrr - 0.03, "ci_high": nrr - 0.01, "n_exposed": n}


def test_periods_are_named_newest_first_and_one_that_is_not_over_says_so() -> None:
    spans = {"2025": without(0.9, 1), "FY2025": without(0.91, 2), "12M-2025-11": without(0.92, 3)}
    document = {"as_of": "2025-12-31", "nrr_without_contribution": spans | {"12M-2025-12": without(0.9, 4)}}
    rows = retained(document)
    assert [(row.name.ja, row.without["n_exposed"]) for row in rows] == [
        ("2025年12月までの12か月", 4),
        ("2025年11月までの12か月", 3),
        ("2025年度(12月31日まで)", 2),
    ]
    assert rows[-1].name.en == "FY2025 (up to 31 Dec)"
    scale = retained_scale(rows)
    assert scale.low < 0.87 and scale.high > 0.92


def test_estimate_without_yearly_figures_draws_none() -> None:
    assert retained({"as_of": "2025-12-31"}) == []
