"""Work in processes that may die: each item ends as a result or as a reason, and the others go on."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ItemError, Reason
from pipeline.processes.workers import Done, Work, map_items

started: list[int] = []


def start(number: int) -> None:
    started.append(number)


def act(order: str) -> str:
    match order.split(":"):
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["hang"]:
            time.sleep(600)
        case ["reason"]:
            raise ItemError(Reason.NOT_AUDIO, "magic")
        case ["disk"]:
            raise OSError(5, "Input/output error")
        case ["bug"]:
            raise ValueError("お客様の言葉")
        case ["slow"]:
            time.sleep(2)
        case ["wait", path]:
            Path(path).write_text(str(os.getppid()))
            time.sleep(600)
    return f"{order} {started}"


def act_numbered(order: str) -> str:
    return act(order.partition("#")[0])


def dies_once(path: str) -> None:
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def run(*orders: str) -> dict[str, Done[str, str]]:
    work = Work(act, start, (7,), lambda order: 2.0 if order == "hang" else 60.0)
    return {done.item: done for done in map_items(work, orders, workers=2, stop=lambda: False)}


def test_workers_start_once_per_process_and_return_every_result() -> None:
    outcomes = run("a", "b", "c", "d", "e")
    assert {done.result for done in outcomes.values()} == {f"{name} [7]" for name in "abcde"}


def test_workers_that_die_hang_or_fail_take_only_their_own_item_with_them() -> None:
    outcomes = run("die", "a", "hang", "b", "reason", "disk", "bug", "c")
    errors = {name: done.error and (done.error.reason, done.error.retryable) for name, done in outcomes.items()}
    assert errors == {
        "a": None,
        "b": None,
        "c": None,
        "die": (Reason.WORKER_DIED, True),
        "hang": (Reason.TIMEOUT, True),
        "reason": (Reason.NOT_AUDIO, False),
        "disk": (Reason.IO_ERROR, True),
        "bug": (Reason.ANALYSIS_FAILED, False),
    }
    bug = outcomes["bug"].error
    assert bug is not None and "お客様" not in str(bug) and "ValueError" in str(bug)


def test_every_death_is_told_of_its_own_item() -> None:
    orders = ["die", "die", "a", "die", "b", "die", "c", "die"]
    numbered = [f"{order}#{number}" for number, order in enumerate(orders)]
    work = Work(act_numbered, start, (7,), lambda order: 60.0)
    ended = {done.item: done.error for done in map_items(work, numbered, workers=3, stop=lambda: False)}
    assert {item: error and error.reason for item, error in ended.items()} == {
        item: Reason.WORKER_DIED if item.startswith("die") else None for item in numbered
    }


def test_process_that_dies_before_it_takes_an_item_leaves_the_others_to_the_next(tmp_path: Path) -> None:
    """As while it loads a model on a machine without memory left: nothing tells yet which item it died of."""
    work = Work(act, dies_once, (str(tmp_path / "died"),), lambda order: 60.0)
    ended = {done.item: done.error for done in map_items(work, ["a", "b", "c"], workers=1, stop=lambda: False)}
    first = ended.pop("a")
    assert first is not None and (first.reason, first.retryable) == (Reason.WORKER_DIED, True)
    assert ended == {"b": None, "c": None}


def test_workers_are_given_no_item_before_they_are_free() -> None:
    asked: list[str] = []

    def orders() -> Iterator[str]:
        for order in ("slow", "a", "b"):
            asked.append(order)
            yield order

    work = Work(act, start, (7,), lambda order: 60.0)
    when_done = {done.item: len(asked) for done in map_items(work, orders(), workers=1, stop=lambda: False)}
    assert when_done == {"slow": 1, "a": 2, "b": 3}


def test_workers_asked_to_stop_begin_nothing_further() -> None:
    work = Work(act, start, (7,), lambda order: 60.0)
    begun: list[str] = []
    for done in map_items(work, [str(number) for number in range(50)], workers=1, stop=lambda: len(begun) >= 3):
        begun.append(done.item)
    assert len(begun) < 10
