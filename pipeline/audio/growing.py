"""One recording, or both legs of a call, read while they are being decoded."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from pipeline.audio.decode import DecodedAudio, Decoding, Samples
from pipeline.audio.legs import DecodedLegs
from pipeline.errors import ItemError, Reason

T = TypeVar("T")


class GrowingCall:
    """`files`: a recording, or the operator's and the customer's leg. Raises what `decode` raises.

    Two legs become two channels, as in `pipeline.audio.legs`; a leg that is empty is a silent one.
    """

    def __init__(self, files: Sequence[Path], spool_dir: Path) -> None:
        self._lone = len(files) == 1
        self._legs: list[Decoding | None] = []
        try:
            for path in files:
                self._legs.append(self._unless_empty(partial(Decoding, path, spool_dir=spool_dir)))
            for leg in self._known():
                _ = leg.channels  # waited for here, so that nobody else has to
            if not self._known():
                raise ItemError(Reason.EMPTY_AUDIO, "both legs")
        except BaseException:
            self.close()
            raise

    @property
    def samples(self) -> int:
        """How many samples of every channel can be read by now."""
        return min(leg.samples for leg in self._known())

    def read_all(self, start: int, stop: int, channels: int) -> Samples:
        """Samples `start` to `stop` (exclusive), silent beyond the end of a leg: shape (stop - start, channels)."""
        sound = np.zeros((stop - start, channels), np.float32)
        for number, leg in enumerate(self._legs):
            if leg is not None:
                part = leg.read_all(start, stop)
                own = slice(None) if self._lone else slice(number, number + 1)
                sound[: len(part), own] = part[:, :channels] if self._lone else part.mean(axis=1, keepdims=True)
        return sound

    def finish(self) -> DecodedAudio:
        """Wait for the end. The result can be read until this is closed."""
        done = [None if leg is None else self._unless_empty(leg.finish) for leg in self._legs]
        known = [audio for audio in done if audio is not None]
        if not known:
            raise ItemError(Reason.EMPTY_AUDIO, "both legs")
        return known[0] if self._lone else DecodedLegs(*done)

    def stop(self) -> None:
        """Have `finish` fail soon; from any thread."""
        for leg in self._known():
            leg.stop()

    def close(self) -> None:
        """Leave off, and give the disk space back."""
        for leg in self._known():
            leg.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _known(self) -> list[Decoding]:
        return [leg for leg in self._legs if leg is not None]

    def _unless_empty(self, opened: Callable[[], T]) -> T | None:
        try:
            return opened()
        except ItemError as error:
            if self._lone or error.reason is not Reason.EMPTY_AUDIO:
                raise
            return None
