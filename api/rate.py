"""How often something happens to somebody: failures to sign in, reads of what customers said."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic


class Window:
    """What happened in the last `window_s` seconds, by key; in the memory of this one process.

    `most` of one key are let through. `what` tells apart what happens: the same again within the window is not counted
    again; without it everything is something new.
    """

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = monotonic) -> None:
        self.most, self.window_s, self.clock = most, window_s, clock
        self._of: dict[Hashable, dict[Hashable, float]] = {}  # of a key: when each thing happened, the oldest first
        self._lock = Lock()

    def wait_s(self, key: Hashable) -> float:
        """Seconds until the next is let through; 0 where it is now."""
        with self._lock:
            return self._wait_s(self._recent(key))

    def add(self, key: Hashable) -> None:
        """One more, let through or not."""
        with self._lock:
            self._of[key] = {**self._recent(key), object(): self.clock()}

    def take(self, key: Hashable, what: Hashable = None) -> float:
        """One more if it is let through; else the seconds to wait."""
        with self._lock:
            recent = self._recent(key)
            if what is not None and what in recent:
                return 0.0
            wait_s = self._wait_s(recent)
            if not wait_s:
                recent[object() if what is None else what] = self.clock()
                self._of[key] = recent
            return wait_s

    def forget(self, key: Hashable) -> None:
        """As if nothing had happened."""
        with self._lock:
            self._of.pop(key, None)

    def _wait_s(self, recent: dict[Hashable, float]) -> float:
        if len(recent) < self.most:
            return 0.0
        return self.window_s - (self.clock() - next(iter(recent.values())))

    def _recent(self, key: Hashable) -> dict[Hashable, float]:
        begin = self.clock() - self.window_s
        for old in [key for key, times in self._of.items() if next(reversed(times.values())) < begin]:
            del self._of[old]
        times = self._of.get(key, {})
        while times and times[first := next(iter(times))] < begin:
            del times[first]
        return times
