"""Shares and agreement, against hand-computed values."""

import pytest

from models.evaluation.agreement import kappa, share


def test_a_share_of_nothing_is_unknown() -> None:
    assert share(0, 0).estimate is None
    assert share(0, 5).ci_low == pytest.approx(0.0, abs=1e-12) and share(0, 5).ci_high == pytest.approx(
        0.4345, abs=1e-4
    )


@pytest.mark.parametrize("pairs", [[], [(True, True)] * 5, [(True, True), (True, False)]])
def test_agreement_with_somebody_who_always_says_the_same_is_unknown(pairs: list[tuple[bool, bool]]) -> None:
    assert kappa(pairs).kappa is None
