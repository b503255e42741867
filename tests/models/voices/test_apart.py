"""Two voices are told apart, one is not divided, and words help where the voices are alike."""

import numpy as np
import pytest

from models.voices.apart import Stretch, tell_apart
from models.voices.embedding import Floats, unit

WHO = (1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1)


def stretches(hints: tuple[float, ...] = (0.0,) * len(WHO)) -> list[Stretch]:
    return [Stretch(i * 3.0, i * 3.0 + 2.0, hint) for i, hint in enumerate(hints)]


def vectors(*, apart: float, scatter: float = 0.3, seed: int = 0) -> Floats:
    """One vector per stretch around one of two centres that lie `apart` from each other."""
    rng = np.random.default_rng(seed)
    centres = np.zeros((2, 32))
    centres[:, 0], centres[1, 1] = 1.0, apart
    return unit(centres[list(WHO)] + rng.standard_normal((len(WHO), 32)) * scatter / np.sqrt(32))


def test_two_voices_are_told_apart_and_the_words_say_which_is_which() -> None:
    one_cue = (3.0,) + (-0.1,) * (len(WHO) - 1)
    found = tell_apart(vectors(apart=1.0), stretches(one_cue))
    assert found.who == WHO
    assert found.are_two
    assert min(found.confidence) > 0.99


def test_one_voice_is_not_two() -> None:
    for seed in range(20):
        assert not tell_apart(vectors(apart=0.0, seed=seed), stretches()).are_two


def test_where_voices_are_alike_the_words_decide() -> None:
    hints = tuple(3.0 if who else -3.0 for who in WHO)
    assert tell_apart(vectors(apart=0.1), stretches(hints)).who == WHO


def test_a_word_said_at_once_stays_with_its_voice() -> None:
    close = [Stretch(i * 2.0, i * 2.0 + 1.9, 3.0 if i == 0 else -0.1) for i in range(len(WHO))]
    found = tell_apart(vectors(apart=1.0), close)
    assert found.who == WHO


@pytest.mark.parametrize("count", [0, 1])
def test_too_little_has_no_second_voice(count: int) -> None:
    found = tell_apart(vectors(apart=1.0)[:count], stretches()[:count])
    assert (len(found.who), found.are_two) == (count, False)


def test_many_stretches_are_told_apart_in_bounded_memory() -> None:
    many = np.tile(vectors(apart=1.0), (200, 1))
    found = tell_apart(many, [Stretch(i * 3.0, i * 3.0 + 2.0, float(WHO[i % len(WHO)])) for i in range(len(many))])
    assert found.who == WHO * 200
