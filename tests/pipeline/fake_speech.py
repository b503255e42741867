"""A recogniser for tests: a recording is a small text file that says what was said, or what goes wrong.

Imported by the worker processes, so it imports little.
"""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from phrases.entry import Word
from pipeline.errors import ItemError, Reason
from pipeline.records import AudioFacts, ModelInfo, Speaker, Transcript, Utterance
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask

SPEAKERS: dict[str, Speaker] = {"O": "operator", "C": "customer"}


def start(settings: Settings, words: Sequence[Word]) -> None:
    """Nothing to load."""


def transcribe(task: TranscribeTask) -> Transcript:
    """One utterance of six seconds per line, `O …` or `C …`."""
    text = task.path.read_text(encoding="utf-8")
    with (task.path.parent.parent / "transcribed.log").open("a") as log:
        log.write(task.relative + "\n")
    if text.startswith("NOT AUDIO"):
        raise ItemError(Reason.NOT_AUDIO)
    if text.startswith("KILLS THE WORKER"):
        os.kill(os.getpid(), signal.SIGKILL)
    utterances = tuple(
        Utterance(SPEAKERS[line[0]], line[2:], start_ms=index * 6_000, end_ms=index * 6_000 + 6_000, confidence=0.9)
        for index, line in enumerate(text.splitlines())
    )
    audio = AudioFacts(len(utterances) * 6.0, 2, 8000, "fake", "fake", None, None)
    return Transcript(task.call_id, audio, ModelInfo("fake", "1", "0" * 64), {}, utterances)


def transcribed(archive: Path) -> list[str]:
    """Which files were transcribed so far, in the order they were begun."""
    log = archive.parent / "transcribed.log"
    return log.read_text().splitlines() if log.exists() else []
