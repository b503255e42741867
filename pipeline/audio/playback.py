"""Copies of recordings that a browser plays, made on demand, with personal data muted, and peaks for the wave form.

Browsers do not play G.711 or GSM reliably, and draw an hour-long wave form only from peaks made before.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.audio.decode import SAMPLE_RATE, DecodedAudio, Samples
from pipeline.audio.legs import decode_call
from pipeline.audio.opus import write_opus

Span = tuple[int, int]  # start and end in milliseconds
Writer = Callable[[Path, Iterator[Samples], int, int, int], None]  # file, blocks, channels, rate, bits per second
BLOCK = 60 * SAMPLE_RATE
PEAKS_PER_SECOND = 20
MARGIN_MS = 150  # times of words are not sharper than this
BIT_RATE = 32_000  # per copy; Opus at telephone band needs no more


@dataclass(frozen=True, slots=True)
class Playback:
    """An Ogg Opus file, and JSON `{"duration_s", "per_second", "peaks": [[0…127, …] per channel]}`."""

    audio: Path
    peaks: Path


def copy_in_cache(sha256: str, muted: Sequence[Span], cache: Path) -> Playback | None:
    """The copy with these muted times if it was made before; the recording is not looked at."""
    made = named(sha256, widened(muted), cache)
    if not (made.audio.exists() and made.peaks.exists()):
        return None
    with suppress(OSError):  # a cache that can only be read is played from all the same
        os.utime(made.audio, ns=(time.time_ns(), made.audio.stat().st_mtime_ns))  # the access time: wanted lately
    return made


def playback_copy(
    recording: Path, sha256: str, muted: Sequence[Span], cache: Path, other_leg: Path | None = None
) -> Playback:
    """The copy of a recording (or of both its legs), from the cache or made now; another one for every muted times.

    An hour takes about ten processor seconds. Raises `pipeline.errors.ItemError` where the recording cannot be read.
    """
    if made := copy_in_cache(sha256, muted, cache):
        return made
    cache.mkdir(parents=True, exist_ok=True)
    with decode_call(recording, other_leg, spool_dir=cache) as audio:
        return make_copy(audio, sha256, muted, cache)


def make_copy(
    audio: DecodedAudio, sha256: str, muted: Sequence[Span], cache: Path, write: Writer = write_opus
) -> Playback:
    """The copy of a recording that is decoded already, put in place of an older one."""
    spans, channels = widened(muted), min(audio.channels, 2)
    made = named(sha256, spans, cache)
    if not made.peaks.exists():
        write_peaks(audio, sha256, muted, cache)
    _atomically(made.audio, lambda path: write(path, _blocks(audio, spans), channels, SAMPLE_RATE, BIT_RATE))
    return made


def write_peaks(audio: DecodedAudio, sha256: str, muted: Sequence[Span], cache: Path) -> Playback:
    """The wave form alone: a tenth of the work of a copy."""
    spans = widened(muted)
    made = named(sha256, spans, cache)
    _atomically(made.peaks, lambda path: path.write_text(json.dumps(_peaks(audio, spans)), encoding="ascii"))
    return made


def silence(sound: Samples, start: int, spans: Sequence[Span]) -> None:
    """Mute, in place, what lies within the spans; the first sample is number `start`."""
    for span in spans:
        a, b = (ms * SAMPLE_RATE // 1000 - start for ms in span)
        sound[max(a, 0) : max(b, 0)] = 0


def copies_in(cache: Path) -> set[str]:
    """The recordings, by SHA-256, of which there are copies."""
    return {path.name.partition("-")[0] for path in cache.glob("[0-9a-f]*-*")} if cache.is_dir() else set()


def remove_copies(sha256: str, cache: Path) -> int:
    """Delete every copy of a recording; how many files there were."""
    found = list(cache.glob(f"{sha256}-*")) if cache.is_dir() else []
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def trim_copies(cache: Path, most_bytes: int) -> int:
    """Delete the copies that were wanted longest ago, until the rest takes no more than that; how many copies."""
    copies = [(path.stat(), path) for path in cache.glob("*.opus")] if cache.is_dir() else []
    copies.sort(key=lambda copy: copy[0].st_atime_ns)
    excess = sum(facts.st_size for facts, _ in copies) - most_bytes
    deleted = 0
    for facts, path in copies:
        if excess <= 0:
            break
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        excess -= facts.st_size
        deleted += 1
    return deleted


def widened(muted: Sequence[Span]) -> tuple[Span, ...]:
    """In order, with the margin on both sides."""
    return tuple(sorted((start - MARGIN_MS, end + MARGIN_MS) for start, end in muted))


def named(sha256: str, spans: Sequence[Span], cache: Path) -> Playback:
    """Where the copy of a recording with these widened muted times lies, or would."""
    name = f"{sha256}-{hashlib.sha256(repr(tuple(spans)).encode()).hexdigest()[:12]}"
    return Playback(cache / f"{name}.opus", cache / f"{name}.json")


def _blocks(audio: DecodedAudio, muted: Sequence[Span]) -> Iterator[Samples]:
    """The first two channels, a minute at a time, silent where muted: the other side may hear it too."""
    for start in range(0, audio.samples, BLOCK):
        stop = min(start + BLOCK, audio.samples)
        block = audio.read_all(start, stop)[:, :2].copy()
        silence(block, start, muted)
        yield block


def _peaks(audio: DecodedAudio, muted: Sequence[Span]) -> dict[str, object]:
    step = SAMPLE_RATE // PEAKS_PER_SECOND
    rows = []
    for block in _blocks(audio, muted):
        whole = np.pad(np.abs(block), ((0, -len(block) % step), (0, 0)))
        rows.append(whole.reshape(-1, step, block.shape[1]).max(axis=1))
    peaks = np.clip(np.concatenate(rows) * 127, 0, 127).astype(int)
    return {"duration_s": audio.facts.duration_s, "per_second": PEAKS_PER_SECOND, "peaks": peaks.T.tolist()}


def _atomically(target: Path, write: Callable[[Path], object]) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".making-")
    os.close(handle)
    try:
        write(Path(name))
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
