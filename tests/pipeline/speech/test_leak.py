"""What leaks from the other side is not said twice; who talks at the same time is still heard."""

import numpy as np

from pipeline.speech.leak import is_copy, without_leaks
from pipeline.speech.vad import SAMPLE_RATE, Floats, Piece


def voice(seed: int, level: float = 0.2) -> Floats:
    return np.asarray(np.random.default_rng(seed).standard_normal(2 * SAMPLE_RATE) * level, dtype=np.float32)


def test_faint_copy_under_line_noise_is_a_copy() -> None:
    loud = voice(1)
    faint = 0.03 * np.roll(loud, 80) + voice(2, 0.004)
    assert is_copy(faint.astype(np.float32), loud)


def test_quiet_person_talking_at_the_same_time_is_no_copy() -> None:
    assert not is_copy(voice(2, 0.02), voice(1))


def test_same_level_is_no_side_tone() -> None:
    assert not is_copy(voice(1), voice(1))


def test_silence_is_no_copy() -> None:
    assert not is_copy(np.zeros(1000, np.float32), voice(1)[:1000])


def test_only_the_faint_side_loses_its_piece() -> None:
    loud = voice(1)
    both = np.stack([loud, 0.03 * loud + voice(3, 0.001)], axis=1).astype(np.float32)
    left, right = Piece(0, 0, len(loud)), Piece(1, 100, len(loud) - 100)
    assert without_leaks([right], [left], lambda a, b: both[a:b]) == []
    assert without_leaks([left], [right], lambda a, b: both[a:b]) == [left]
    assert without_leaks([right], [], lambda a, b: both[a:b]) == [right]
