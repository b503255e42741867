"""How often somebody may be wrong: by name and address together, so that nobody can lock somebody else out."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from time import monotonic


class Attempts:
    """Failures of the last `window_s` seconds by key; in the memory of this one process."""

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = monotonic) -> None:
        self.most, self.window_s, self.clock = most, window_s, clock
        self._failures: dict[str, deque[float]] = {}
        self._lock = Lock()

    def wait_s(self, key: str) -> float:
        """Seconds until the next attempt is heard; 0 where it is now."""
        with self._lock:
            failures = self._recent(key)
            return self.window_s - (self.clock() - failures[0]) if len(failures) >= self.most else 0.0

    def failed(self, key: str) -> None:
        """One more."""
        with self._lock:
            recent = self._recent(key)
            recent.append(self.clock())
            self._failures[key] = recent

    def succeeded(self, key: str) -> None:
        """Forget what went before."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        begin = self.clock() - self.window_s
        for old in [name for name, times in self._failures.items() if times[-1] < begin]:
            del self._failures[old]
        return deque(time for time in self._failures.get(key, ()) if time >= begin)
