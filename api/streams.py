"""How many answers of sound may be on their way at once: each holds a file and a connection for as long as its player
likes, so that they are counted, by person and in all."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.access import VisitorDep
from api.errors import BUSY_SOUND, TooOften
from pipeline.language import Text

MOST = 256  # in all; with as many connections again this stays within the usual limit of 1,024 descriptors
MOST_EACH = 16  # for one person; a browser opens six at once

TOO_MANY = TooOften(
    "too_many_sounds",
    Text("一度に再生している音声が多すぎます。", "You are playing too many sounds at once."),
    Text("ほかの画面の再生を止めてから、もう一度再生してください。", "Stop some of them, then play it once more."),
)


class Streams:
    """The answers of sound on their way, by person. Used by the event loop alone."""

    def __init__(self, most: int = MOST, most_each: int = MOST_EACH) -> None:
        self.most, self.most_each = most, most_each
        self._of: Counter[str] = Counter()

    @contextmanager
    def place(self, name: str) -> Iterator[None]:
        """One more for that person, until its answer has gone or its player has. Raises `TooOften`, `TooBusy`."""
        if self._of[name] >= self.most_each:
            raise TOO_MANY
        if self._of.total() >= self.most:
            raise BUSY_SOUND
        self._of[name] += 1
        try:
            yield
        finally:
            self._of[name] -= 1
            self._of += Counter()  # whoever has none left is forgotten


async def _place(request: Request, visitor: VisitorDep) -> AsyncIterator[None]:
    streams: Streams = request.app.state.streams
    with streams.place(visitor.user.name):
        yield


StreamPlace = Annotated[None, Depends(_place)]
