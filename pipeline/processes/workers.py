"""Map one function over many items in processes that may die: each item ends as a result or as a reason."""

import ctypes
import errno
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from pipeline.errors import ItemError, KoukenError, Reason

if TYPE_CHECKING:
    from pebble import ProcessPool

FULL = (errno.ENOSPC, errno.EDQUOT)
Item = TypeVar("Item")
Result = TypeVar("Result")
Given = ParamSpec("Given")


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Result]):
    """What became of one item: a result, or an error that says why not."""

    item: Item
    result: Result | None
    error: ItemError | None


@dataclass(frozen=True, slots=True)
class Work(Generic[Item, Result]):
    """What the workers do: `start(*start_arguments)` once per process, then `function(item)` for each item.

    Both are top-level functions of importable modules: the processes are spawned, since neither CTranslate2 nor
    CUDA survives a fork. `seconds(item)` is the limit after which an item's process is killed.

    Where workers are on other machines, they must be of the same `version(*start_arguments)`, and see what an item
    names (`is_there(item)`).
    """

    function: Callable[[Item], Result]
    start: Callable[..., None]
    start_arguments: tuple[object, ...]
    seconds: Callable[[Item], float]
    version: Callable[..., str] = lambda *arguments: ""
    is_there: Callable[[Item], bool] = lambda item: True


def cpu_count() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_items(
    work: Work[Item, Result], items: Iterable[Item], *, workers: int, stop: Callable[[], bool]
) -> Iterator[Done[Item, Result]]:
    """Yield what becomes of each item, as it comes; `items` is asked for one when a worker is free for it.

    When `stop()` turns true no further item is begun, and those under way are dropped unfinished. Raises `OSError`
    where a disk is full: that is nothing about the item.
    """
    under_way: dict[Future[Result], tuple[Item, _Slot]] = {}
    left = iter(items)
    with _slots(workers, work.start, work.start_arguments) as slots:
        free = list(slots)
        while not stop():
            for item in islice(left, len(free)):
                slot = free.pop()
                under_way[slot.begin(work.function, item, work.seconds(item))] = item, slot
            if not under_way:
                return
            finished, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                item, slot = under_way.pop(future)
                slot.renew_after(future)
                free.append(slot)
                yield _ended(item, future)


def in_own_process(function: Callable[Given, Result], *arguments: Given.args, **named: Given.kwargs) -> Result:
    """What a top-level function returns, from a process that nothing else used: its memory and time are its own.

    Raises what the function raises, and `pebble.ProcessExpired` or `BrokenProcessPool` where the process dies.
    """
    with _slots(1, _nothing_to_load, ()) as (slot,):
        future: Future[Result] = slot.pool.schedule(function, args=list(arguments), kwargs=named)
        return future.result()


def _nothing_to_load() -> None:
    """The start of a worker that needs none."""


class _Slot:
    """One process at a time, with pipes and locks of its own.

    Processes of one pool share them: one that is killed while it takes its task leaves the others waiting for a lock,
    or its task for nobody, and its death may be told of another's item. A slot whose process died begins anew.
    """

    def __init__(self, start: Callable[..., None], arguments: tuple[object, ...]) -> None:
        self._told = (os.getpid(), start, arguments)
        self._pool: ProcessPool | None = None

    @property
    def pool(self) -> "ProcessPool":
        """Of one process, which begins with its first task."""
        from pebble import ProcessPool

        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(1, context=context, initializer=_begin_worker, initargs=self._told)
        return self._pool

    def begin(self, function: Callable[[Item], Result], item: Item, seconds: float) -> "Future[Result]":
        """Have the item worked on, for so many seconds at most."""
        future: Future[Result] = self.pool.schedule(function, args=[item], timeout=seconds)
        return future

    def renew_after(self, future: "Future[Any]") -> None:
        """Give the process up if it may have died, in whatever state it left what it shared with this one."""
        from pebble import ProcessExpired

        if isinstance(future.exception(), ProcessExpired | BrokenProcessPool | TimeoutError):
            self.stop()
            self.join()

    def stop(self) -> None:
        """Drop what is under way."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]

    def join(self) -> None:
        """Wait for the end of what was stopped."""
        if self._pool is not None:
            self._pool.join()
            self._pool = None


@contextmanager
def _slots(number: int, start: Callable[..., None], arguments: tuple[object, ...]) -> Iterator[list[_Slot]]:
    """Processes that end with this block, and with this process however it ends."""
    slots = [_Slot(start, arguments) for _ in range(number)]
    try:
        yield slots
    finally:
        for slot in slots:
            slot.stop()
        for slot in slots:
            slot.join()


def _ended(item: Item, future: "Future[Result]") -> "Done[Item, Result]":
    try:
        return Done(item, future.result(), None)
    except Exception as error:  # noqa: BLE001 - whatever a worker died of
        return outcome(item, None, error)


def outcome(item: Item, result: Result | None, error: Exception | None) -> Done[Item, Result]:
    """What an item's end means. Raises what no item is to blame for: no model, no GPU, a full disk."""
    from pebble import ProcessExpired

    reason: ItemError
    match error:
        case None:
            return Done(item, result, None)
        case KoukenError():
            raise error
        case ItemError():
            reason = error
        case TimeoutError():
            reason = ItemError(Reason.TIMEOUT, retryable=True)
        case ProcessExpired():
            reason = ItemError(Reason.WORKER_DIED, f"exit code {error.exitcode}", retryable=True)
        case BrokenProcessPool():  # it died before it said which item it had taken: of one process, there is but one
            reason = ItemError(Reason.WORKER_DIED, retryable=True)
        case MemoryError():
            reason = ItemError(Reason.RESOURCE_LIMIT)
        case OSError():
            if error.errno in FULL:
                raise error
            reason = ItemError(Reason.IO_ERROR, error.strerror or type(error).__name__, retryable=True)
        case _:  # one bad call must not end the night
            reason = ItemError(Reason.ANALYSIS_FAILED, where_it_failed(error))
    return Done(item, None, reason)


def where_it_failed(error: Exception) -> str:
    """Type and place only: the message of an exception may hold a customer's words."""
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    return type(error).__name__ + (f" {where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else "")


def _begin_worker(parent: int, start: Callable[..., None], arguments: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    die_with(parent)
    start(*arguments)


def die_with(parent: int) -> None:
    """Ask Linux to end this process with its parent: a killed night leaves no orphans."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
