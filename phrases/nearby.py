"""Which places lie near which: by order and bisection, so that a call of ten hours is no matter of every pair."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from typing import Generic, Protocol, TypeVar


class Spanning(Protocol):
    """Anything from a first to after a last."""

    @property
    def start(self) -> int:
        """The first."""

    @property
    def end(self) -> int:
        """After the last."""


Place = TypeVar("Place", bound=Spanning)


class Reach:
    """How far the spans that have begun reach: of words, or of milliseconds."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def of(self, last_start: int) -> int | None:
        """The latest end of the spans that begin at `last_start` or before; None where there is none.

        >>> reach = Reach([(0, 9), (2, 3), (20, 25)])
        >>> reach.of(5), reach.of(20), reach.of(-1)
        (9, 25, None)
        """
        count = bisect_right(self._starts, last_start)
        return self._ends[count - 1] if count else None


def apart(places: Iterable[Place]) -> list[Place]:
    """Of places in order of preference those that overlap none before them, by start."""
    starts: list[int] = []
    chosen: list[Place] = []
    for place in places:
        at = bisect_right(starts, place.start)
        is_free_before = at == 0 or chosen[at - 1].end <= place.start
        if is_free_before and (at == len(chosen) or place.end <= chosen[at].start):
            starts.insert(at, place.start)
            chosen.insert(at, place)
    return chosen


def between(one: Spanning, other: Spanning) -> int:
    """Words between two places; 0 where they touch or overlap."""
    return max(other.start - one.end, one.start - other.end, 0)


class Neighbours(Generic[Place]):
    """Places of which the nearest one is asked for; of equally near ones it is the earliest in `places`."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._ordered = sorted(enumerate(places), key=lambda item: item[1].start)
        self._starts = [place.start for _, place in self._ordered]
        self._longest = max((place.end - place.start for place in places), default=0)

    def nearest(self, to: Place, first: int, last: int, limit: float = inf) -> Place | None:
        """The nearest place to `to`, itself left out, that begins at `first` to `last` (exclusive) and lies at most
        `limit` words away; None where there is none.
        """
        low, high = bisect_left(self._starts, first), bisect_left(self._starts, last)
        begin = min(max(bisect_left(self._starts, to.start), low), high)
        near: tuple[float, float, Place | None] = (limit, inf, None)
        for index in range(begin, high):
            if self._starts[index] - to.end > near[0]:
                break
            near = self._nearer(index, to, near)
        for index in range(begin - 1, low - 1, -1):
            if to.start - self._starts[index] - self._longest > near[0]:
                break
            near = self._nearer(index, to, near)
        return near[2]

    def _nearer(
        self, index: int, to: Place, near: tuple[float, float, Place | None]
    ) -> tuple[float, float, Place | None]:
        order, place = self._ordered[index]
        words = between(to, place)
        return (words, order, place) if (words, order) < near[:2] and place != to else near
