"""The night's work in this process: the faults of the store need no worker processes, which have tests of their own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.errors import ItemError
from pipeline.processes.workers import Done, Work


def map_items(
    work: Work[Any, Any], items: Iterable[Any], *, workers: int, stop: Callable[[], bool]
) -> Iterator[Done[Any, Any]]:
    """One after the other."""
    for item in items:
        if stop():
            return
        try:
            yield Done(item, work.function(item), None)
        except ItemError as error:
            yield Done(item, None, error)
