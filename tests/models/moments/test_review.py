import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.moments.review import is_undecided, uncertainty

SHARES = st.floats(0.01, 0.99)


@given(SHARES, SHARES)
def test_review_the_threshold_itself_is_most_uncertain(probability: float, threshold: float) -> None:
    assert 0 <= uncertainty(probability, threshold) <= uncertainty(threshold, threshold) == 1


@given(SHARES, st.floats(0.05, 0.95))
def test_review_further_from_the_threshold_is_surer(threshold: float, share: float) -> None:
    nearer = share * threshold + (1 - share) * 0.999
    assert uncertainty(nearer, threshold) >= uncertainty(0.999, threshold) - 1e-6


@pytest.mark.parametrize(
    ("probability", "near"), [(0.19, False), (0.2, True), (0.39, True), (0.4, False), (1.0, False)]
)
def test_review_only_a_label_that_was_nearly_given_is_undecided(probability: float, near: bool) -> None:
    assert is_undecided(probability, 0.4) is near


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_review_certainty_itself_is_no_error(probability: float) -> None:
    assert uncertainty(probability, 0.5) < 0.001
