"""A recording that is heard while it is still being decoded: muted WAV, every part as soon as it is there.

The copy that stays (`pipeline.audio.playback`) is made of the same samples once all of them have come.
"""

import logging
import struct
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.audio.decode import MISSING_S, SAMPLE_RATE, DecodedAudio, Samples
from pipeline.audio.growing import GrowingCall
from pipeline.audio.opus import Abandoned, write_opus_beside
from pipeline.audio.playback import Playback, Span, copy_in_cache, make_copy, named, silence, widened, write_peaks
from pipeline.errors import ItemError
from pipeline.records import AudioFacts

log = logging.getLogger(__name__)
HEADER_BYTES = 44
MOST_BYTES = 0xFFFFFFFF  # that a WAV header can tell
IDLE_S = 1800.0  # without a listener; then the samples are given up
_one_at_a_time = threading.Lock()  # a copy takes a core for a second, and whoever else listens must not wait for it


class Unheard(Exception):
    """The rest of the sound will not come."""


class Live:
    """One recording, or its operator's and customer's leg, decoded and copied by a thread of its own.

    What was found in it before (`facts`) tells how long it is, so that every part has its place from the start.
    `make_room` is called before a copy is written.
    """

    def __init__(
        self,
        files: Sequence[Path],
        sha256: str,
        facts: AudioFacts,
        muted: Sequence[Span],
        cache: Path,
        make_room: Callable[[], object],
    ) -> None:
        self.copy: Playback = named(sha256, widened(muted), cache)
        self.channels = min(facts.channels, 2)
        self.samples = round(facts.duration_s * SAMPLE_RATE)
        self.size = HEADER_BYTES + self.samples * self.channels * 2
        self.touched = time.monotonic()
        self.listeners: set[str] = set()  # who began to hear it in this form, and goes on so
        self.is_over = self._is_whole = self._has_peaks = self._has_copy = False
        self._files, self._sha256, self._muted, self._cache = files, sha256, muted, cache
        self._make_room = make_room
        self._sound: GrowingCall | None = None
        self._lock, self._enough = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="live sound")
        self._thread.start()

    def has(self, stop: int) -> bool:
        """Whether the bytes up to `stop` can be read by now. Raises `Unheard` where they never will be."""
        with self._lock:
            if self.is_over:
                raise Unheard
            if self._is_whole or self._sound is None:
                return self._is_whole
            return HEADER_BYTES + self._sound.samples * self.channels * 2 >= stop

    def has_peaks(self) -> bool:
        """Whether the peaks of the copy are there. Raises `Unheard` where they never will be."""
        if self.is_over and not self._has_peaks:
            raise Unheard
        return self._has_peaks

    def read(self, start: int, stop: int) -> bytes:
        """Bytes `start` to `stop` (exclusive) of the WAV, which it `has`. Raises `Unheard` when it is over."""
        self.touched = time.monotonic()
        frame = self.channels * 2
        first, last = (max(place - HEADER_BYTES, 0) for place in (start, stop))
        begin, end = first // frame, -(-last // frame)
        with self._lock:
            if self.is_over or self._sound is None:
                raise Unheard
            sound = self._sound.read_all(begin, end, self.channels)
        silence(sound, begin, widened(self._muted))
        part = _pcm(sound)[first - begin * frame : last - begin * frame]
        return _header(self.channels, self.samples)[start:stop] + part

    @property
    def is_idle(self) -> bool:
        """Whether it is only there for whoever began to listen before there was a copy."""
        return self._is_whole and self._has_copy and not self.is_over

    def stop(self) -> None:
        """Leave off soon, whoever is listening; a copy that is being coded is given up."""
        self._enough.set()
        with self._lock:
            if self._sound is not None and not self.is_over:
                self._sound.stop()

    def close(self) -> None:
        """Leave off, and wait for it."""
        self.stop()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with GrowingCall(self._files, self._cache) as sound:
                self._sound = sound
                try:
                    audio = sound.finish()
                    self._is_whole = audio.samples >= self.samples - MISSING_S * SAMPLE_RATE
                    self._leave_a_copy(audio)
                    self._wait_for_listeners()
                finally:
                    with self._lock:  # nobody reads while the samples go
                        self.is_over = True
        except Abandoned:
            log.info("recording %s: its copy was given up", self._sha256[:12])
        except (ItemError, OSError) as error:
            log.warning("recording %s: no sound, %s", self._sha256[:12], type(error).__name__)
        finally:
            self.is_over = True

    def _leave_a_copy(self, audio: DecodedAudio) -> None:
        if self._enough.is_set():
            return
        if copy_in_cache(self._sha256, self._muted, self._cache) is None:
            write_peaks(audio, self._sha256, self._muted, self._cache)
            self._has_peaks = True
            with _one_at_a_time:
                self._make_room()
                write = partial(write_opus_beside, enough=self._enough)
                make_copy(audio, self._sha256, self._muted, self._cache, write)
        self._has_peaks = self._has_copy = True

    def _wait_for_listeners(self) -> None:
        """Until they have all gone; who comes later is given the copy. At once where the recording is not whole."""
        while self._is_whole and (left := self.touched + IDLE_S - time.monotonic()) > 0:
            if self._enough.wait(left):
                return


def _pcm(sound: Samples) -> bytes:
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype("<i2").tobytes()


def _header(channels: int, samples: int) -> bytes:
    """RIFF/WAVE, 16-bit PCM."""
    frame = channels * 2
    data = min(samples * frame, MOST_BYTES - HEADER_BYTES)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, SAMPLE_RATE, SAMPLE_RATE * frame, frame, 16)
    return struct.pack("<4sI4s", b"RIFF", data + HEADER_BYTES - 8, b"WAVE") + form + struct.pack("<4sI", b"data", data)
