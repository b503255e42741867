"""What the recogniser does when a window goes wrong or memory runs out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.audio.notes import NOTES
from pipeline.errors import DeviceLost, ItemError, KoukenError, Reason
from pipeline.settings import SpeechSettings
from pipeline.speech.recognise import Heard, Recogniser, load_recogniser
from pipeline.speech.timing import Timed
from pipeline.speech.vad import Floats


class SmallMemory(Recogniser):
    """A recogniser that can hold only so many windows at once."""

    def __init__(self, room: int, error: Exception, on_cpu: Callable[[], Any] | None = None) -> None:
        self.room = room
        self.error = error
        self.batches: list[int] = []
        self._on_cpu = on_cpu

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


def test_smaller_batches_are_told_once() -> None:
    recogniser = SmallMemory(2, RuntimeError("CUDA failed with error out of memory"))
    recogniser.recognise(windows(7))
    assert recogniser.take_notes() == ("smaller_batches",)
    assert recogniser.take_notes() == ()


GPU_FAILURES = [
    RuntimeError("CUDA failed with error unspecified launch failure"),
    RuntimeError("cuDNN failed with status CUDNN_STATUS_NOT_INITIALIZED"),
    RuntimeError("Library libcublas.so.12 is not found or cannot be loaded"),
]


@pytest.mark.parametrize("error", GPU_FAILURES)
def test_lost_gpu_stops_the_run_and_blames_no_recording(error: Exception) -> None:
    with pytest.raises(DeviceLost, match=r"speech\.cpu_fallback"):
        SmallMemory(0, error).recognise(windows(2))


@pytest.mark.parametrize("error", [*GPU_FAILURES, RuntimeError("CUDA failed with error out of memory")])
def test_processor_takes_over_where_it_may_and_every_call_after_says_so(error: Exception) -> None:
    recogniser = SmallMemory(0, error)

    def on_cpu() -> str:
        recogniser.room = 9
        return "on the processor"

    recogniser._on_cpu = on_cpu
    assert [parts[0].text for parts in recogniser.recognise(windows(3))] == ["1", "2", "3"]
    assert recogniser._whisper == "on the processor"
    assert recogniser.take_notes()[-1] == "moved_to_cpu"
    assert recogniser.take_notes() == ("moved_to_cpu",)
    assert {"smaller_batches", "moved_to_cpu"} <= NOTES.keys()


def test_other_failures_are_nobodys_gpu() -> None:
    with pytest.raises(RuntimeError, match="no such file"):
        SmallMemory(0, RuntimeError("no such file")).recognise(windows(2))


class FakeWhisper:
    """faster-whisper where the GPU cannot be used."""

    def __init__(self, folder: str, *, device: str, **options: object) -> None:
        if device == "cuda":
            raise RuntimeError("CUDA driver version is insufficient for CUDA runtime version")
        self.device = device
        self.hf_tokenizer = None


@pytest.mark.parametrize("allowed", [True, False])
def test_gpu_that_cannot_start_is_refused_or_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, allowed: bool
) -> None:
    monkeypatch.setattr("faster_whisper.WhisperModel", FakeWhisper)
    monkeypatch.setattr(Recogniser, "__init__", lambda self, whisper, *rest: setattr(self, "_whisper", whisper))
    settings = SpeechSettings(device="cuda", compute_type="float16", cpu_fallback=allowed, diarise=False)
    if not allowed:
        with pytest.raises(KoukenError, match="CUDA driver"):
            load_recogniser(settings, tmp_path)
        return
    recogniser = load_recogniser(settings, tmp_path)
    assert recogniser._whisper.device == "cpu"
    assert recogniser.take_notes() == ("moved_to_cpu",)


def test_folder_that_holds_no_model_is_refused_with_its_setting(tmp_path: Path) -> None:
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(KoukenError) as caught:
        load_recogniser(SpeechSettings(model=str(tmp_path)), tmp_path)
    assert "speech.model" in str(caught.value)
