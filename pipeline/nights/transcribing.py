"""The longest stage of the night: every waiting recording once, in worker processes that may die."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path

from pipeline.errors import ArchiveGone, ItemError, Reason
from pipeline.language import Text
from pipeline.nights.archive import open_path
from pipeline.nights.night import Night
from pipeline.playing.sound import keep_to_limit, make_ahead
from pipeline.processes.ray_workers import Cluster, map_over_cluster
from pipeline.processes.workers import Done, Work, cpu_count, map_items
from pipeline.records import Transcript
from pipeline.settings import Settings
from pipeline.speech.work import TranscribeTask, is_there
from pipeline.store import ledger, recordings, transcripts
from pipeline.store.ledger import Claim, LeaseLost

SLOWEST_BYTES_PER_SECOND = 600  # of any telephone codec: bounds the length of a file that is not decoded yet
TRANSCRIPTION = Text("書き起こし", "Transcription")
TRIM_EVERY = 100  # recordings, after which the copies for listeners are held to their limit


def transcribe(night: Night) -> None:
    """One that dies on a file takes only that file with it; what another night holds is waited for."""
    version = night.versions.speech
    with night.store.writing() as connection:
        ledger.open_recordings(connection, night.run_id, version)
        total = ledger.waiting(connection, "transcribe", version, night.run_id)
    night.progress.stage(TRANSCRIPTION, total)
    stage = _Stage(night, min(night.settings.work.workers or cpu_count(), max(total, 1)))
    while not night.stop():
        stage.run()
        if night.stop() or night.lease.others_are_done("transcribe", version, night.stop):
            break
    if night.stop():
        night.stop_now()


@dataclass
class _Stage:
    night: Night
    workers: int
    held: dict[int, Claim] = field(default_factory=dict)

    def run(self) -> None:
        """Until nothing waits. The processes begin with the first item: a night without work loads no model.

        What was begun before and not finished may be what ended its night: it comes last, nothing else beside it.
        """
        night = self.night
        transcribe, settings = night.recognition.transcribe, night.settings
        work = Work(
            partial(_audibly, transcribe, settings) if settings.playback.nightly else transcribe,
            night.recognition.start,
            (night.settings, night.words),
            lambda task: task.limit_s,
            night.recognition.version,
            is_there,
        )
        for count, done in enumerate(chain(self._mapped(work, self.workers), self._mapped(work, 1, begun=True))):
            if settings.playback.nightly and count % TRIM_EVERY == 0:
                keep_to_limit(settings)
            claim = self.held.pop(done.item.recording_id, None)
            if claim and self._settle(claim, done):  # without a claim it is delivered again: the first one counted
                night.progress.step(ledger.log_name(done.item.recording_id))

    def _mapped(
        self, work: Work[TranscribeTask, Transcript], workers: int, *, begun: bool = False
    ) -> Iterator[Done[TranscribeTask, Transcript]]:
        """By processes of this machine, or over the cluster that the settings name."""
        night, own = self.night, self.night.settings.work
        if own.engine == "local":
            return map_items(work, self._tasks(begun), workers=workers, stop=night.stop)
        cluster = Cluster(own.ray_address, own.ray_token_file, night.settings.speech.device == "cuda")
        tell = night.progress.note
        most = 1 if begun else own.workers
        return map_over_cluster(work, self._tasks(begun), cluster=cluster, most=most, stop=night.stop, tell=tell)

    def _tasks(self, begun: bool) -> Iterator[TranscribeTask]:
        night = self.night
        for claim in night.lease.claims("transcribe", night.versions.speech, night.stop, begun=begun):
            with night.store.reading() as connection:
                place = recordings.places(connection, night.run_id, [claim.recording_id])[claim.recording_id]
            task = _task(night, claim, place)
            error = _changed(task, place)
            if error is None:
                self.held[claim.recording_id] = claim
                yield task
            else:
                self._settle(claim, Done(task, None, error))

    def _settle(self, claim: Claim, done: Done[TranscribeTask, Transcript]) -> bool:
        """Commit what became of one recording; False if it is to be tried again tonight or is another night's now."""
        night, error = self.night, done.error
        if error is not None and error.reason is Reason.IO_ERROR:
            require_archive(night)
        state, reason, detail = "done", None, ""
        if done.result is None:
            error = error or ItemError(Reason.ANALYSIS_FAILED)
            final = not error.retryable or claim.attempts >= night.settings.work.attempts
            state, reason, detail = "quarantined" if final else "waiting", error.reason, error.detail
        try:
            with night.store.writing() as connection:
                ledger.settle(connection, claim, state, reason=reason, detail=detail)
                if done.result is not None:
                    transcripts.save_transcript(connection, claim.recording_id, claim.version, done.result)
        except LeaseLost:
            return False
        except transcripts.Unstorable as unstorable:  # one bad result must not end the night
            return self._settle(claim, Done(done.item, None, ItemError(Reason.ANALYSIS_FAILED, str(unstorable))))
        return state != "waiting"


def _audibly(
    transcribe: Callable[[TranscribeTask], Transcript], settings: Settings, task: TranscribeTask
) -> Transcript:
    """Transcribe, and make the copy for listeners, too (in the worker process)."""
    transcript = transcribe(task)
    make_ahead(task.path, task.other_leg, task.sha256, transcript, settings)
    return transcript


def require_archive(night: Night) -> None:
    """Stop the night where the whole archive is gone: its files are not to blame, and none of them is marked."""
    try:
        there = any(night.archive.iterdir())
    except OSError as error:
        there = error.errno == errno.EACCES
    if not there:
        raise ArchiveGone(
            Text(
                f"途中で録音のフォルダーが見えなくなりました: {night.archive}。どの録音にも印は付けていません。",
                f"The archive went away in the middle of the night: {night.archive}. No recording was marked.",
            ),
            remedy=Text("接続を確かめて、もう一度実行してください。", "Check that it is mounted and run again."),
        )


def _task(night: Night, claim: Claim, place: recordings.Place) -> TranscribeTask:
    longest_s = min(night.settings.speech.max_hours * 3600, place.size_bytes / SLOWEST_BYTES_PER_SECOND)
    limit_s = 600 + night.settings.work.timeout_factor * longest_s
    other = open_path(night.archive, place.other_leg) if place.other_leg else None
    path = open_path(night.archive, place.relative)
    return TranscribeTask(
        claim.recording_id, claim.attempts - 1, path, place.relative, place.call_id, limit_s, place.sha256, other
    )


def _changed(task: TranscribeTask, place: recordings.Place) -> ItemError | None:
    """A file that is gone or grew since it was listed is not the recording that was entered."""
    try:
        facts = Path(task.path).stat()
    except OSError as error:
        return ItemError(Reason.IO_ERROR, error.strerror or type(error).__name__, retryable=True)
    if (facts.st_size, facts.st_mtime_ns) != (place.size_bytes, place.modified_ns):
        return ItemError(Reason.STILL_CHANGING)
    return None
