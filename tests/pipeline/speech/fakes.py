"""A recogniser that hears what the test says, so that everything round it can be tested in milliseconds."""

from collections.abc import Sequence

import numpy as np

from pipeline.records import ModelInfo
from pipeline.speech.recognise import Heard, Recogniser, RecogniserOptions
from pipeline.speech.timing import Timed, untimed
from pipeline.speech.vad import FRAME, SAMPLE_RATE, Floats


class FakeRecogniser(Recogniser):
    """A voice is what is louder than -40 dBFS; each window, shortest first, is heard as the next of `texts`."""

    def __init__(self, *texts: str) -> None:
        self.model = ModelInfo("fake", "1", "0" * 64)
        self.options = RecogniserOptions()
        self._texts = list(texts)

    def voice_probabilities(self, audio: Floats) -> Floats:
        loudness = np.sqrt((audio.reshape(-1, FRAME) ** 2).mean(axis=1))
        return np.asarray(loudness > 0.01, dtype=np.float32)

    def recognise(self, windows: Sequence[Floats], timed: Timed = untimed) -> list[list[Heard]]:
        return [self._hear(window) for window in windows]

    def _hear(self, window: Floats) -> list[Heard]:
        text = self._texts.pop(0) if self._texts else ""
        step = len(window) / SAMPLE_RATE / max(1, len(text))
        return [Heard(letter, i * step, (i + 0.9) * step, 0.8) for i, letter in enumerate(text)]


class BreaksOff(FakeRecogniser):
    """Hears あ for so many seconds of every window and then no more, however long it is."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self.windows_s: list[float] = []

    def _hear(self, window: Floats) -> list[Heard]:
        self.windows_s.append(len(window) / SAMPLE_RATE)
        return [Heard("あ", 0.3, min(self._seconds, self.windows_s[-1]), 0.8)]
