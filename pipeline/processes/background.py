"""Long work beside the pages: each piece in a process of its own, told about while it runs, ended when asked.

One at a time for each person and few for all, so that pages stay quick. Nothing of it is on disk: who restarts the
server ends the work and forgets its results, and nothing in the store is half done, since a piece either writes in
one transaction or not at all.
"""

import logging
import multiprocessing
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from typing import Any, Literal

from pipeline.errors import KoukenError
from pipeline.language import Bilingual, Text
from pipeline.processes.workers import die_with, where_it_failed
from pipeline.progress import Silent
from pipeline.settings import Settings

log = logging.getLogger(__name__)

Work = Callable[..., Any]  # (settings, progress, *arguments): top level, and what it gives back can be pickled
State = Literal["running", "done", "failed", "cancelled"]
MOST_RUNNING = 2
MOST_KEPT = 40  # finished pieces whose results can still be looked at
POLITENESS = 10  # added to the niceness: the pages come first


class Busy(KoukenError):
    """Somebody's work is still running, or everybody's together is enough."""

    def __init__(self, text: Bilingual, job: "Job | None") -> None:
        self.job = job
        super().__init__(text)


@dataclass(slots=True)
class Job:
    """One piece of work. `about` is what its page needs to know of it; `total` is 0 where nobody can tell."""

    job_id: str
    owner: str
    kind: str
    about: Mapping[str, Any]
    started_at: datetime
    state: State = "running"
    stage: Bilingual | None = None
    done: int = 0
    total: int = 0
    result: Any = None
    error: KoukenError | None = None
    ended: Event = field(default_factory=Event, repr=False)
    process: Any = field(default=None, repr=False)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        return self.ended.wait(seconds)

    def as_it_stands(self) -> "Job":
        """A copy that stays as it is while a page is made of it: work that ended halfway would contradict itself.

        The state is read first and written last, so that work said to have ended has all that came of it.
        """
        return replace(self)


class Jobs:
    """Who asked for what, and how far it is. Safe to use from several threads."""

    def __init__(self, settings: Settings, most: int = MOST_RUNNING) -> None:
        self._settings, self._most = settings, most
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def start(self, owner: str, kind: str, work: Work, *arguments: Any, about: Mapping[str, Any] | None = None) -> Job:
        """Begin; the same kind of work of the same person is given up for it. Raises `Busy`."""
        with self._lock:
            self._make_room(owner, kind)
            job = Job(secrets.token_urlsafe(12), owner, kind, dict(about or {}), datetime.now(UTC))
            begun = Event()
            Thread(target=_follow, args=(job, begun, work, self._settings, arguments), daemon=True).start()
            begun.wait()
            self._jobs[job.job_id] = job
        return job

    def find(self, job_id: str, owner: str) -> Job | None:
        """One's own work as it stands; nobody sees somebody else's."""
        job = self._jobs.get(job_id)
        return job.as_it_stands() if job and job.owner == owner else None

    def last(self, owner: str, kind: str) -> Job | None:
        """The person's newest work of a kind as it stands."""
        own = [job for job in self._jobs.values() if (job.owner, job.kind) == (owner, kind)]
        return own[-1].as_it_stands() if own else None

    def cancel(self, job: Job) -> Job:
        """End it now, and how it stands then; what it has found so far is dropped."""
        job = self._jobs.get(job.job_id, job)
        if job.state == "running":
            job.state = "cancelled"
            job.process.kill()
        job.ended.wait(5)
        return job.as_it_stands()

    def close(self) -> None:
        """End everything."""
        for job in list(self._jobs.values()):
            self.cancel(job)

    def _make_room(self, owner: str, kind: str) -> None:
        running = [job for job in self._jobs.values() if job.state == "running"]
        for job in running:
            if job.owner == owner and job.kind == kind:
                self.cancel(job)
            elif job.owner == owner:
                raise Busy(
                    Text(
                        "前に頼んだ計算がまだ続いています。終わるのを待つか、やめてから、もう一度お試しください。",
                        "What you asked for before is still running. Wait for it or stop it, then try again.",
                    ),
                    job,
                )
        if sum(job.state == "running" for job in running) >= self._most:
            raise Busy(
                Text(
                    "ほかの方の計算が続いています。少し待って、もう一度お試しください。",
                    "Other people's work is running. Try again in a moment.",
                ),
                None,
            )
        finished = [job_id for job_id, job in self._jobs.items() if job.state != "running"]
        for job_id in finished[: max(len(finished) - MOST_KEPT, 0)]:
            del self._jobs[job_id]


def _follow(job: Job, begun: Event, work: Work, settings: Settings, arguments: tuple[Any, ...]) -> None:
    """Start the process and take in what it says until it ends, by itself or by force.

    Linux ends it with the thread that started it (see `die_with`): hence by this one, which stays.
    """
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    told = (os.getpid(), sending, work, settings, arguments)
    job.process = context.Process(target=_run, args=told, daemon=True)
    try:
        job.process.start()
    finally:
        sending.close()  # ours: so that its end is seen when the process dies
        begun.set()
    try:
        while True:
            what, *values = receiving.recv()
            if what == "at":
                job.stage, job.done, job.total = values
            elif job.state == "running":
                job.result, job.error = values
                job.state = "done" if what == "done" else "failed"
    except EOFError:
        pass
    job.process.join()
    if job.state == "running":
        job.error, job.state = _broken_off(), "failed"
    job.ended.set()


def _broken_off() -> KoukenError:
    return KoukenError(
        Text("計算が途中で終わりました。もう一度お試しください。", "The work broke off. Try again."),
    )


class _Telling(Silent):
    """The progress of one process as messages; at most one for each hundredth of a stage."""

    def __init__(self, sending: Connection) -> None:
        self._sending = sending
        self._stage: Bilingual = Text("始めています", "Starting")
        self._done = self._total = 0

    def stage(self, name: Text, total: int) -> None:
        """A stage begins."""
        self._stage, self._done, self._total = name, 0, total
        self._send()

    def step(self, item: str) -> None:
        """One item is done."""
        self._done += 1
        if self._done % max(self._total // 100, 1) == 0:
            self._send()

    def _send(self) -> None:
        self._sending.send(("at", self._stage, self._done, self._total))


def _run(parent: int, sending: Connection, work: Work, settings: Settings, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when to stop
    die_with(parent)
    os.nice(POLITENESS)
    try:
        sending.send(("done", work(settings, _Telling(sending), *arguments), None))
    except KoukenError as error:
        sending.send(("failed", None, error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the person learns that it failed; no words are logged
        log.error("background work: %s", where_it_failed(error))
        sending.send(("failed", None, _broken_off()))
