"""One recording in a worker process: plain values in, a transcript out, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path

from phrases.entry import Word
from pipeline.errors import KoukenError
from pipeline.formats.read import is_transcript_file
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.speech.imported import imported_transcript
from pipeline.speech.reader import Reader
from pipeline.speech.recognise import Recogniser, load_recogniser
from pipeline.speech.transcribe import transcribe_recording
from pipeline.speech.weights import find_weights


@dataclass(frozen=True, slots=True)
class TranscribeTask:
    """What a worker needs to know; `recording_id` and `attempts` come back untouched for the ledger."""

    recording_id: int
    attempts: int
    path: Path
    relative: str
    call_id: str
    limit_s: float
    sha256: str = ""  # of the recording
    other_leg: Path | None = None  # `path` is then the operator's side and this the customer's


@dataclass(frozen=True, slots=True)
class _Tools:
    recogniser: Recogniser
    settings: Settings
    reader: Reader


_tools: list[_Tools | KoukenError] = []  # of this process, filled once by `start_worker`


def start_worker(settings: Settings, words: Sequence[Word] = ()) -> None:
    """Load the model, once per process. What keeps it from loading is told by the first task: a pool hides it here."""
    try:
        recogniser = load_recogniser(settings.speech, settings.data_dir, words)
    except KoukenError as error:
        _tools[:] = [error]
        return
    _tools[:] = [_Tools(recogniser, settings, Reader(words))]


def transcribe_task(task: TranscribeTask) -> Transcript:
    """The transcript of one recording. Raises `ItemError` with the reason why there is none.

    Raises `KoukenError` where no recording is to blame (no model, the GPU gone) and `OSError` where the disk is full.
    """
    tools = _tools[0]
    if isinstance(tools, KoukenError):
        raise tools
    if is_transcript_file(task.path):
        return imported_transcript(task.path, call_id=task.call_id, settings=tools.settings, reader=tools.reader)
    return transcribe_recording(
        task.path,
        call_id=task.call_id,
        recogniser=tools.recogniser,
        settings=tools.settings,
        other_leg=task.other_leg,
        reader=tools.reader,
    )


def worker_version(settings: Settings, words: Sequence[Word] = ()) -> str:
    """What all machines of one night must agree on. Raises `KoukenError` where there are no weights."""
    _, model = find_weights(settings.speech.model, settings.data_dir)
    return f"kouken {installed_version('kouken')}, {model.name} {model.sha256[:12]}"


def is_there(task: TranscribeTask) -> bool:
    """Whether this machine sees the recording at all."""
    return task.path.exists()
