import doctest

from models.simulation import figure


def test_the_examples_of_shares_and_ratios_hold() -> None:
    result = doctest.testmod(figure)
    assert result.attempted >= 4
    assert result.failed == 0
