"""What the recogniser does when a window goes wrong or memory runs out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ItemError, KoukenError, Reason
from pipeline.settings import SpeechSettings
from pipeline.speech.recognise import Heard, Recogniser, load_recogniser
from pipeline.speech.timing import Timed
from pipeline.speech.vad import Floats


class SmallMemory(Recogniser):
    """A recogniser that can hold only so many windows at once."""

    def __init__(self, room: int, error: Exception) -> None:
        self.room = room
        self.error = error
        self.batches: list[int] = []

    def _recognise_batch(self, windows: Sequence[Floats], timed: Timed) -> list[list[Heard]]:
        if len(windows) > self.room:
            raise self.error
        self.batches.append(len(windows))
        return [[Heard(str(len(window)), 0, 1, 1)] for window in windows]


def windows(count: int) -> list[Floats]:
    return [np.zeros(index + 1, np.float32) for index in range(count)]


@pytest.mark.parametrize("error", [RuntimeError("CUDA failed with error out of memory"), MemoryError()])
def test_batch_that_does_not_fit_is_taken_in_halves_in_order(error: Exception) -> None:
    recogniser = SmallMemory(2, error)
    heard = recogniser.recognise(windows(7))
    assert [parts[0].text for parts in heard] == ["1", "2", "3", "4", "5", "6", "7"]
    assert max(recogniser.batches) == 2


def test_window_that_does_not_fit_alone_is_a_resource_limit() -> None:
    with pytest.raises(ItemError) as caught:
        SmallMemory(0, RuntimeError("std::bad_alloc")).recognise(windows(2))
    assert caught.value.reason is Reason.RESOURCE_LIMIT
    assert caught.value.retryable


def test_other_failures_are_not_taken_for_memory() -> None:
    with pytest.raises(RuntimeError, match="cuDNN"):
        SmallMemory(0, RuntimeError("Unable to load libcudnn_ops, cuDNN")).recognise(windows(2))


def test_folder_that_holds_no_model_is_refused_with_its_setting(tmp_path: Path) -> None:
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(KoukenError) as caught:
        load_recogniser(SpeechSettings(model=str(tmp_path)), tmp_path)
    assert "speech.model" in str(caught.value)
