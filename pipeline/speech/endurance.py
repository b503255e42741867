"""Memory over long files and many calls: the slow part of `kouken bench asr --long`."""

import itertools
import resource
import wave
from pathlib import Path

import numpy as np

from pipeline.audio.decode import SAMPLE_RATE, decode
from pipeline.settings import Settings
from pipeline.speech.recognise import load_recogniser
from pipeline.speech.transcribe import transcribe_recording

LONG_HOURS = 10
PAUSE = (
    3  # silence after each call of the long file, in lengths of the call: a line recorded all day, not one endless call
)
MANY = 200
WARM = 20  # calls after which caches and pools have reached their size
SHORT_S = 15


def ten_hours_mib(recording: Path, settings: Settings, folder: Path) -> float:
    """Peak memory (MiB) of a process that transcribes ten hours: `recording` again and again, with pauses between."""
    recogniser = load_recogniser(settings.speech, settings.data_dir)
    path = folder / "long.wav"
    _repeat(recording, path, LONG_HOURS * 3600, pause=PAUSE)
    transcribe_recording(path, call_id="long", recogniser=recogniser, settings=settings)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth_mib(recording: Path, settings: Settings, folder: Path) -> float:
    """By how much resident memory (MiB) grows from the 20th to the 200th short call in one process."""
    recogniser = load_recogniser(settings.speech, settings.data_dir)
    before = 0.0
    path = folder / "short.wav"
    _repeat(recording, path, SHORT_S)
    for index in range(MANY):
        transcribe_recording(path, call_id="short", recogniser=recogniser, settings=settings)
        if index == WARM:
            before = _resident_mib()
    return _resident_mib() - before


def _repeat(recording: Path, target: Path, seconds: float, *, pause: int = 0) -> None:
    """A 16 kHz WAV of the given length: the recording and `pause` times its length of silence, again and again."""
    with decode(recording) as audio, wave.open(str(target), "wb") as writer:
        sound = (audio.read_all(0, audio.samples) * 32767).astype("<i2")
        writer.setnchannels(audio.channels)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        left = int(seconds * SAMPLE_RATE)
        for part in itertools.cycle([sound, *[np.zeros_like(sound)] * pause]):
            writer.writeframes(part[:left].tobytes())
            left -= len(part[:left])
            if left <= 0:
                break


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / (1 << 20)
