"""Rates, intervals and comparisons from sums are those of the calls themselves."""

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
import pytest

from models.figures.like_calls import (
    Difference,
    Sums,
    against_colleagues,
    compared,
    per_hundred,
    share_difference,
)

Calls = Sequence[tuple[int, int]]  # moments, utterances


def sums_of(calls: Calls) -> Sums:
    return Sums(
        len(calls),
        sum(m for m, _ in calls),
        sum(u for _, u in calls),
        sum(m * m for m, _ in calls),
        sum(m * u for m, u in calls),
        sum(u * u for _, u in calls),
    )


def drawn(seed: int, size: int, rate: float) -> list[tuple[int, int]]:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(5, 60, size)
    return [(int(generator.poisson(rate * length)), int(length)) for length in lengths]


def together(parts: Mapping[str, Sums]) -> Sums:
    return reduce(Sums.plus, parts.values(), Sums())


def test_the_interval_is_that_of_resampled_calls() -> None:
    calls = np.array(drawn(1, 400, 0.05))
    found = per_hundred(sums_of([(int(m), int(u)) for m, u in calls]))
    generator = np.random.default_rng(2)
    again = [calls[generator.integers(0, 400, 400)].sum(axis=0) for _ in range(2_000)]
    low, high = np.percentile([100 * m / u for m, u in again], [2.5, 97.5])
    assert found is not None and found.low is not None and found.high is not None
    assert found.low == pytest.approx(low, abs=0.15) and found.high == pytest.approx(high, abs=0.15)


def uneven(generator: np.random.Generator, size: int, rate: float) -> Sums:
    """Calls of which some hold much more than others."""
    lengths = generator.integers(8, 40, size)
    found = generator.poisson(rate * lengths * generator.gamma(1.5, 1 / 1.5, size))
    return sums_of(list(zip(found.tolist(), lengths.tolist(), strict=True)))


@pytest.mark.parametrize("size", [10, 40])
@pytest.mark.parametrize("rate", [0.003, 0.01, 0.05])
def test_the_interval_holds_the_rate_where_moments_are_rare_and_calls_few(size: int, rate: float) -> None:
    generator = np.random.default_rng(round(1000 * rate) + size)
    found = [per_hundred(uneven(generator, size, rate)) for _ in range(1_000)]
    held = [one is not None and one.low is not None and one.low <= 100 * rate <= (one.high or 0) for one in found]
    assert np.mean(held) > 0.92


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.03])
def test_an_operator_like_the_others_is_seldom_told_to_differ(rate: float) -> None:
    generator = np.random.default_rng(round(1000 * rate))
    apart = []
    for _ in range(1_000):
        own, others = uneven(generator, 12, rate), uneven(generator, 100, rate)
        found = against_colleagues({"": own}, {"": others})
        assert found is not None
        low, high = found.interval
        apart.append(low > 0 or high < 0)
    assert np.mean(apart) < 0.08


def test_one_who_never_says_what_colleagues_often_say_does_differ() -> None:
    found = against_colleagues({"": sums_of([(0, 20)] * 40)}, {"": sums_of(drawn(6, 200, 0.04))})
    assert found is not None and found.interval[1] < 0


def test_where_nobody_ever_said_it_a_difference_is_not_ruled_out() -> None:
    found = against_colleagues({"": sums_of([(0, 20)] * 12)}, {"": sums_of([(0, 20)] * 30)})
    assert found is not None
    low, high = found.interval
    assert low < 0 == found.value < high


def test_few_calls_have_a_rate_and_no_interval_and_silence_has_none() -> None:
    few = per_hundred(sums_of([(1, 10)] * 9))
    assert few is not None and (few.value, few.low) == (10.0, None)
    assert per_hundred(sums_of([(0, 0)] * 20)) is None


def test_sums_of_parts_are_the_sums_of_the_whole() -> None:
    calls = drawn(3, 30, 0.1)
    assert sums_of(calls[:10]).plus(sums_of(calls[10:])) == sums_of(calls)
    assert sums_of(calls).plus(sums_of(calls[10:]), -1) == sums_of(calls[:10])


def test_an_operator_with_the_easy_calls_is_not_better_for_it() -> None:
    """Set-up calls hold six times the moments of billing calls; this operator has nearly only set-up calls."""
    setup, billing = drawn(4, 300, 0.30), drawn(5, 300, 0.05)
    own = {"set-up": sums_of(setup[:100]), "billing": sums_of(billing[:10])}
    group = {"set-up": sums_of(setup), "billing": sums_of(billing)}
    found = against_colleagues(own, {reason: group[reason].plus(sums, -1) for reason, sums in own.items()})
    assert found is not None and abs(found.value) < 2.5 * found.variance**0.5
    raw_own, raw_group = per_hundred(together(own)), per_hundred(together(group))
    assert raw_own is not None and raw_group is not None and raw_own.value - raw_group.value > 5


def test_one_who_says_more_on_like_calls_stands_above() -> None:
    operators = {f"OP-{n}": drawn(n, 200, 0.05 if n else 0.12) for n in range(12)}
    sums = {name: sums_of(calls) for name, calls in operators.items()}
    whole = together(sums)
    told = compared({name: against_colleagues({"": own}, {"": whole.plus(own, -1)}) for name, own in sums.items()})
    assert told["OP-0"].standing == "above" and told["OP-0"].low > 0
    assert [name for name, item in told.items() if item.standing == "above"] == ["OP-0"]


def test_nobody_is_compared_where_there_are_too_few() -> None:
    assert compared({name: Difference(1.0, 0.1, 50) for name in "ABC"}) == {}
    own = {"": sums_of([(1, 10)] * 9)}
    assert against_colleagues(own, {"": sums_of([(1, 10)] * 100)}) is None
    assert against_colleagues({"": sums_of([(1, 10)] * 20)}, {"": sums_of([(1, 10)] * 5)}) is None
    assert share_difference((3, 9), (50, 100)) is None
