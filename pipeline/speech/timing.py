"""Where the processor time goes: a hook that the stages of transcription call, nothing by default."""

import resource
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Timed = Callable[[str], AbstractContextManager[None]]


def untimed(stage: str) -> AbstractContextManager[None]:
    """Costs nothing, measures nothing."""
    return nullcontext()


def cpu_seconds() -> float:
    """Processor seconds of this process and of its children that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


class StageClock:
    """Adds up processor seconds per stage: pass an instance as `timed`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time one stage."""
        before = cpu_seconds()
        try:
            yield
        finally:
            self.seconds[stage] += cpu_seconds() - before
