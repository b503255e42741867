import doctest

from models.simulation import figure


def test_the_examples_of_shares_and_ratios_hold() -> None:
    result = doctest.testmod(figure)
    assert result.attempted == 3
    assert result.failed == 0
