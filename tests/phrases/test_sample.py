from random import Random

import pytest

from phrases.sample import total


def test_what_was_counted_in_every_call_is_exact() -> None:
    assert total([1, 0, 2], [1, 1, 2], whole=4, of_calls=3) == total([3], [4], whole=4, of_calls=1)


def test_nothing_found_in_a_tenth_still_leaves_room() -> None:
    found = total([0] * 96, [1] * 96, whole=960, of_calls=960)
    # by hand: rate 2/100, spread 96 × 0.02² + 2 × 0.98² + 2 × 0.02² = 1.96, error √(0.9 × 1.96 × 100/99) / 100 = 0.0133
    assert (found.value, found.low, found.high) == (0, 0, 45)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_the_interval_holds_the_truth_in_about_95_of_100_samples(share: float) -> None:
    chance = Random(4)
    sizes = [chance.choice((1, 1, 2, 5)) for _ in range(2000)]
    counts = [sum(chance.random() < share for _ in range(size)) for size in sizes]
    held = 0
    for _ in range(300):
        drawn = chance.sample(range(2000), 400)
        found = total([counts[call] for call in drawn], [sizes[call] for call in drawn], sum(sizes), 2000)
        held += found.low <= sum(counts) <= found.high
    assert held >= 276  # 92 of 100
