"""Who listens gets the copy of a recording or, where there is none yet, the sound while the copy is being made."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from pipeline.audio.live import Live
from pipeline.audio.playback import Playback, Span, copy_in_cache, named, widened
from pipeline.playing.sound import Place, copies_in, keep_to_limit, muted_spans, same_content
from pipeline.records import AudioFacts, Transcript
from pipeline.settings import Settings

MOST = 32  # recordings heard for the first time at once; each takes a process, then disk space, hardly any memory
QUIET_S = 5.0  # a player that asked for nothing for so long has enough for a while


class TooMany(Exception):
    """As many recordings as may be decoded at once are being listened to."""


class Listening:
    """The recordings that are being heard for the first time, each decoded once for all who listen."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._cache = settings, copies_in(settings)
        self._live: dict[str, Live] = {}
        self._lock = Lock()

    def hear(
        self,
        places: Sequence[Place],
        sha256: str,
        transcript: Transcript,
        listener: str,
        *,
        further: bool = False,
        going_on: str = "",
    ) -> Playback | Live | None:
        """None where the file is gone, holds something else by now, or cannot be muted. Raises `TooMany`.

        One hearing never changes from one form to the other. Some players name the `tag` of what they heard until now
        (`going_on`); of the others, it is known who listens to what when they ask for a `further` part.
        """
        spans = muted_spans(transcript)
        if spans is None or transcript.audio is None:
            return None
        try:
            files = same_content(places, sha256)
        except OSError:
            return None
        if not files:
            return None
        copy = copy_in_cache(sha256, spans, self._cache)
        if copy is not None and not self._goes_on(copy, listener, further, going_on):
            return copy
        with self._lock:
            live = self._live_one(tuple(files), sha256, transcript.audio, spans)
            live.listeners.add(listener)
            return live

    def close(self) -> None:
        """End them all."""
        with self._lock:
            for live in self._live.values():  # all of them first: one may be waiting for another's copy
                live.stop()
            for live in self._live.values():
                live.close()

    def _goes_on(self, copy: Playback, listener: str, further: bool, going_on: str) -> bool:
        """Whether this is the rest of what began before there was a copy."""
        if going_on:
            return going_on == _live_tag(copy)
        with self._lock:
            live = self._live.get(copy.audio.stem)
            if live is None:
                return False
            if not further:
                live.listeners.discard(listener)
            return listener in live.listeners and not live.is_over

    def _live_one(self, files: tuple[Path, ...], sha256: str, facts: AudioFacts, spans: Sequence[Span]) -> Live:
        self._live = {key: live for key, live in self._live.items() if not live.is_over}
        key = named(sha256, widened(spans), self._cache).audio.stem
        if key not in self._live:
            self._make_place()
            make_room = partial(keep_to_limit, self._settings)
            self._live[key] = Live(files, sha256, facts, spans, self._cache, make_room)
        return self._live[key]

    def _make_place(self) -> None:
        """End the one that was read longest ago, if all places are taken and its player has paused."""
        if len(self._live) < MOST:
            return
        quiet_since = time.monotonic() - QUIET_S
        paused = {key: live for key, live in self._live.items() if live.is_idle and live.touched <= quiet_since}
        if not paused:
            raise TooMany
        key = min(paused, key=lambda key: paused[key].touched)
        self._live.pop(key).stop()


def tag(heard: Playback | Live) -> str:
    """An entity tag: of the recording, what is muted in it, and the form in which it is heard."""
    return _live_tag(heard.copy) if isinstance(heard, Live) else f'"{heard.audio.stem}"'


def _live_tag(copy: Playback) -> str:
    return f'"{copy.audio.stem}-live"'
