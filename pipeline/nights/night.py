"""One night under way: what it was asked, the versions it is pinned to, what it works with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import NoReturn, Protocol

from models import scoring
from phrases.entry import Word
from pipeline.dictionaries.dictionary import published_dictionary, registered_words
from pipeline.errors import StoppedByLimit
from pipeline.language import Text
from pipeline.nights.lease import Lease, whoami
from pipeline.outcomes.columns import Kind
from pipeline.progress import Progress
from pipeline.records import Moment, Tag, Transcript
from pipeline.settings import MomentsSettings, Settings
from pipeline.speech.transcribe import speech_fingerprint
from pipeline.speech.weights import find_weights
from pipeline.speech.work import TranscribeTask, start_worker, transcribe_task, worker_version
from pipeline.store import runs, transcripts
from pipeline.store.connect import Store
from pipeline.text.tagger import load_tagger


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


class Reader(Protocol):
    """What finds tags and moments in a transcript, with the versions of what it works by."""

    @property
    def dictionary_version(self) -> str: ...  # noqa: D102
    @property
    def rules_version(self) -> str: ...  # noqa: D102
    def read(self, transcript: Transcript) -> tuple[tuple[Tag, ...], tuple[Moment, ...]]: ...  # noqa: D102


def published_tagger(store: Store, settings: MomentsSettings) -> Reader:
    """The published dictionary and the classifier of the settings."""
    return load_tagger(published_dictionary(store), settings)


@dataclass(frozen=True)
class Recognition:
    """How a recording becomes a transcript, by top-level functions that run in the worker processes, and that tags."""

    start: Callable[[Settings, Sequence[Word]], None] = start_worker
    transcribe: Callable[[TranscribeTask], Transcript] = transcribe_task
    tagger: Callable[[Store, MomentsSettings], Reader] = published_tagger
    version: Callable[[Settings, Sequence[Word]], str] = worker_version


WHISPER = Recognition()


@dataclass(frozen=True)
class Night:
    """One run under way."""

    run_id: int
    archive: Path
    versions: Versions
    tagger: Reader
    settings: Settings
    store: Store
    progress: Progress
    asked_to_stop: Callable[[], bool]
    recognition: Recognition
    lease: Lease
    words: tuple[Word, ...] = ()  # for what is transcribed from now on

    def stop(self) -> bool:
        """Whether to end between two commits; asking keeps the night's sign of life going."""
        self.lease.keep()
        return self.asked_to_stop()

    def stop_now(self) -> NoReturn:
        """Leave the rest to the next run."""
        raise StoppedByLimit(
            Text("途中で止めました。終わった分は保存してあります。", "Stopped. What was finished is kept."),
            remedy=Text("もう一度実行すると続きから進みます。", "Run again to go on from there."),
        )


@contextmanager
def night_of(
    request: Request,
    settings: Settings,
    store: Store,
    progress: Progress,
    stop: Callable[[], bool],
    recognition: Recognition,
) -> Iterator[Night]:
    """Pin the versions: what is published while the night runs is the next night's.

    Missing weights or a broken dictionary stop the night before any file is touched. However the night ends, what it
    held and did not finish waits for the next one.
    """
    _, model = find_weights(settings.speech.model, settings.data_dir)
    tagger = recognition.tagger(store, settings.moments)
    words = registered_words(store)
    versions = Versions(
        kouken=installed_version("kouken"),
        speech=speech_fingerprint(settings, model, words),
        tagging=transcripts.Tagging(tagger.dictionary_version, tagger.rules_version),
        formula=scoring.FORMULA.version,
    )
    archive, work = request.archive.resolve(), settings.work
    with ExitStack() as unless_begun:
        with store.writing() as connection:
            run_id = runs.start_run(connection, str(archive), versions.to_json(), whoami())
            marks, stale_s = settings.data_dir / "running", work.lease_minutes * 60
            lease = Lease(store, run_id, marks, stale_s=stale_s, most_attempts=work.attempts)
            unless_begun.callback(lease.let_go)
        unless_begun.pop_all()
    progress.night(run_id)
    state = "failed"
    try:
        lease.take_over_dead()
        yield Night(run_id, archive, versions, tagger, settings, store, progress, stop, recognition, lease, words)
        state = "done"
    except StoppedByLimit:
        state = "stopped"
        raise
    finally:
        lease.end(state)
