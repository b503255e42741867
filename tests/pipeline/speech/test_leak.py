"""What leaks from the other side is not said twice; who talks at the same time is still heard."""

import numpy as np
import pytest

from pipeline.speech.leak import LeakLimits, is_copy, without_leaks
from pipeline.speech.vad import SAMPLE_RATE, Floats, Piece


def voice(seed: int, level: float = 0.2) -> Floats:
    return np.asarray(np.random.default_rng(seed).standard_normal(2 * SAMPLE_RATE) * level, dtype=np.float32)


@pytest.mark.parametrize("late_ms", [0, 5, 60, 200, 300])
def test_faint_copy_under_line_noise_is_a_copy(late_ms: int) -> None:
    loud = np.concatenate([voice(4)[: SAMPLE_RATE * 3 // 10], voice(1)])
    late = SAMPLE_RATE * late_ms // 1000
    faint = 0.03 * loud[SAMPLE_RATE * 3 // 10 - late :][: 2 * SAMPLE_RATE] + voice(2, 0.004)
    assert is_copy(faint.astype(np.float32), loud)


def test_copy_that_a_recorder_put_a_little_early_is_a_copy() -> None:
    loud = voice(1)
    faint = 0.03 * np.concatenate([loud[160:], np.zeros(160, np.float32)]) + voice(2, 0.001)
    assert is_copy(faint.astype(np.float32), loud)


def test_copy_that_comes_later_than_any_echo_is_somebody_else() -> None:
    loud = voice(1)
    faint = np.concatenate([np.zeros(SAMPLE_RATE // 2, np.float32), 0.03 * loud[: -SAMPLE_RATE // 2]])
    assert not is_copy((faint + voice(2, 0.001)).astype(np.float32), loud)


def test_echo_of_a_word_that_is_over_is_dropped() -> None:
    """A short answer comes back after it was said: hardly any of the echo lies within the answer."""
    word, late = voice(1)[: SAMPLE_RATE // 2], SAMPLE_RATE // 4
    both = np.zeros((3 * SAMPLE_RATE, 2), np.float32)
    both[SAMPLE_RATE : SAMPLE_RATE + len(word), 0] = word
    both[SAMPLE_RATE + late : SAMPLE_RATE + late + len(word), 1] = 0.05 * word
    said, echo = (Piece(c, SAMPLE_RATE + at, SAMPLE_RATE + at + len(word)) for c, at in ((0, 0), (1, late)))
    assert without_leaks([echo], [said], lambda a, b: both[a:b]) == []
    assert without_leaks([said], [echo], lambda a, b: both[a:b]) == [said]


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


def test_how_faint_and_how_like_a_copy_has_to_be_are_settings() -> None:
    loud = voice(1)
    faint = (0.2 * loud + voice(2, 0.002)).astype(np.float32)  # 14 dB below
    noisy = (0.1 * loud + voice(2, 0.02)).astype(np.float32)  # half of its power is the line's: likeness 0.7
    assert is_copy(faint, loud) and not is_copy(faint, loud, LeakLimits(fainter_db=20))
    assert is_copy(noisy, loud) and not is_copy(noisy, loud, LeakLimits(likeness=0.9))
