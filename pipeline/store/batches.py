"""Keys in portions that one statement can name."""

from collections.abc import Iterable
from typing import TypeVar

Key = TypeVar("Key")
BATCH = 500


def batches(keys: Iterable[Key]) -> list[list[Key]]:
    """At most `BATCH` at a time, in order."""
    every = list(keys)
    return [every[start : start + BATCH] for start in range(0, len(every), BATCH)]
