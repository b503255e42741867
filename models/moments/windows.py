"""How a call is laid before an encoder: `<s> [O] tokens [C] tokens … </s>`, several sentences at once.

Reading a window once serves all its sentences, so that the context of each costs nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_SENTENCE_TOKENS = 80
WINDOW_TOKENS = 224
LEAD_TOKENS = 72  # read before the first judged sentence
TAIL_TOKENS = 24  # read after the last one


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences `start` to `end` (exclusive) are read; those from `first` to `last` (exclusive) are judged."""

    start: int
    end: int
    first: int
    last: int


def windows_for(lengths: Sequence[int], wanted: Sequence[int]) -> list[Window]:
    """Windows that read every wanted sentence in its context.

    `lengths[i]` tokens of sentence i; `wanted` indices in rising order. A run of wanted sentences shares a window
    until it is full; what is not wanted is read only as context.

    >>> windows_for([10, 10, 10], [1])
    [Window(start=0, end=3, first=1, last=2)]
    """
    windows: list[Window] = []
    queue = list(wanted)
    while queue:
        first = queue[0]
        start = _back(lengths, first, LEAD_TOKENS)
        room = WINDOW_TOKENS - sum(lengths[start:first]) - TAIL_TOKENS
        last = first + 1
        for index in queue[1:]:
            if sum(lengths[first : index + 1]) > room:
                break
            last = index + 1
        end = _forward(lengths, last, TAIL_TOKENS)
        windows.append(Window(start, end, first, last))
        queue = [index for index in queue if index >= last]
    return windows


def pieces_of(lengths: Sequence[int], first_room: int) -> list[tuple[int, int]]:
    """The whole call cut into pieces for training; the first is at most `first_room` tokens long, so cuts can vary."""
    pieces, start, used, room = [], 0, 0, first_room
    for index, length in enumerate(lengths):
        if index > start and used + length > room:
            pieces.append((start, index))
            start, used, room = index, 0, WINDOW_TOKENS
        used += length
    return [*pieces, (start, len(lengths))] if lengths else []


def _back(lengths: Sequence[int], index: int, budget: int) -> int:
    while index > 0 and lengths[index - 1] <= budget:
        index -= 1
        budget -= lengths[index]
    return index


def _forward(lengths: Sequence[int], index: int, budget: int) -> int:
    while index < len(lengths) and lengths[index] <= budget:
        budget -= lengths[index]
        index += 1
    return index
