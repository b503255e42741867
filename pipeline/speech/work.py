"""One recording in a worker process: plain values in, a transcript out, no database."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.speech.masking import FindMore
from pipeline.speech.names import name_finder
from pipeline.speech.recognise import Recogniser, load_recogniser
from pipeline.speech.transcribe import transcribe_recording


@dataclass(frozen=True, slots=True)
class TranscribeTask:
    """What a worker needs to know; `recording_id` and `attempts` come back untouched for the ledger."""

    recording_id: int
    attempts: int
    path: Path
    relative: str
    call_id: str
    limit_s: float
    other_leg: Path | None = None  # `path` is then the operator's side and this the customer's


@dataclass(frozen=True, slots=True)
class _Tools:
    recogniser: Recogniser
    settings: Settings
    find_names: FindMore | None


_tools: list[_Tools] = []  # of this process, filled once by `start_worker`


def start_worker(settings: Settings) -> None:
    """Load the model, once per process."""
    recogniser = load_recogniser(settings.speech, settings.data_dir)
    _tools[:] = [_Tools(recogniser, settings, name_finder() if settings.privacy.mask else None)]


def transcribe_task(task: TranscribeTask) -> Transcript:
    """The transcript of one recording. Raises `ItemError` with the reason why there is none."""
    tools = _tools[0]
    return transcribe_recording(
        task.path,
        call_id=task.call_id,
        recogniser=tools.recogniser,
        settings=tools.settings,
        other_leg=task.other_leg,
        find_names=tools.find_names,
    )
