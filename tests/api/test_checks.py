"""What the pictures of the estimate's checks call things."""

import pytest

from api.checks import covariate_name


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
