"""One night under way: what it was asked, the versions it is pinned to, what it works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path

from models import scoring
from pipeline.dictionary import published_dictionary
from pipeline.outcomes.columns import Kind
from pipeline.progress import Progress
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.speech.transcribe import speech_fingerprint
from pipeline.speech.weights import find_weights
from pipeline.speech.work import TranscribeTask, start_worker, transcribe_task
from pipeline.store import runs, transcripts
from pipeline.store.connect import Store
from pipeline.text.tagger import Tagger, load_tagger


@dataclass(frozen=True)
class Request:
    """What one night is asked to do. `tables` maps a kind to its file; absent ones keep what is stored."""

    archive: Path
    tables: Mapping[Kind, Path]
    out: Path | None = None


@dataclass(frozen=True)
class Versions:
    """What the night is pinned to at its start: every result it stores carries them."""

    kouken: str
    speech: str
    tagging: transcripts.Tagging
    formula: str

    def to_json(self) -> dict[str, str]:
        """As stored with the run and shown in the report."""
        return {
            "kouken": self.kouken,
            "speech": self.speech,
            "dictionary": self.tagging.dictionary_version,
            "rules": self.tagging.rules_version,
            "formula": self.formula,
        }


@dataclass(frozen=True)
class Recognition:
    """How a recording becomes a transcript: two top-level functions that run in the worker processes."""

    start: Callable[[Settings], None] = start_worker
    transcribe: Callable[[TranscribeTask], Transcript] = transcribe_task


WHISPER = Recognition()


@dataclass(frozen=True)
class Night:
    """One run under way."""

    run_id: int
    archive: Path
    versions: Versions
    tagger: Tagger
    settings: Settings
    store: Store
    progress: Progress
    stop: Callable[[], bool]
    recognition: Recognition


def begin(
    request: Request,
    settings: Settings,
    store: Store,
    progress: Progress,
    stop: Callable[[], bool],
    recognition: Recognition,
) -> Night:
    """Pin the versions: what is published while the night runs is the next night's.

    Missing weights or a broken dictionary stop the night before any file is touched.
    """
    _, model = find_weights(settings.speech.model, settings.data_dir)
    tagger = load_tagger(published_dictionary(store))
    versions = Versions(
        kouken=installed_version("kouken"),
        speech=speech_fingerprint(settings, model),
        tagging=transcripts.Tagging(tagger.dictionary_version, tagger.rules_version),
        formula=scoring.FORMULA.version,
    )
    archive = request.archive.resolve()
    with store.writing() as connection:
        runs.close_abandoned(connection)
        run_id = runs.start_run(connection, str(archive), versions.to_json())
    return Night(run_id, archive, versions, tagger, settings, store, progress, stop, recognition)
