"""A recording as 16 kHz samples, read in bounded memory, with an account of how much of the file could be read."""

import functools
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from pipeline.audio.declared import id3_bytes, mp3_has_table, ogg_has_end, wav_seconds
from pipeline.audio.sniff import DEMUXERS, EXTENSIONS, HEAD_BYTES, sniff
from pipeline.errors import ItemError, Reason
from pipeline.processes.workers import FULL
from pipeline.records import AudioFacts

SAMPLE_RATE = 16_000
MISSING_S = 0.25  # declared lengths are rounded to frames; if more is missing, the recording counts as partial
EXACT = {"wav", "w64", "flac"}  # these declare samples
EXACT_S = 0.02
ROUNDED = {"mp3", "aac"}  # what encoders and taggers put at either end is up to one per cent
MIN_COVERAGE = 0.25
RETRYABLE = {Reason.IO_ERROR, Reason.TIMEOUT, Reason.RESOURCE_LIMIT, Reason.WORKER_DIED}

Samples = npt.NDArray[np.float32]


class DecodedAudio:
    """Decoded samples on disk (an unnamed temporary file), read piece by piece. Use it as a context manager."""

    def __init__(self, facts: AudioFacts, spool: IO[bytes], samples: int, stored_channels: int) -> None:
        self.facts = facts
        self.samples = samples  # per channel
        self._spool = spool
        self._stored_channels = stored_channels

    @property
    def channels(self) -> int:
        """How many channels can be read."""
        return self._stored_channels

    def read(self, channel: int, start: int, stop: int) -> Samples:
        """Samples `start` to `stop` (exclusive) of one channel, -1 to 1."""
        return self.read_all(start, stop)[:, channel]

    def read_all(self, start: int, stop: int) -> Samples:
        """Samples `start` to `stop` (exclusive) of every channel: shape (samples, channels)."""
        return _read(self._spool, self._stored_channels, start, stop)

    def close(self) -> None:
        """Give the disk space back."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Decoding:
    """A recording that a child process is decoding, which can open nothing else. What has come so far can be read.

    `spool_dir` takes the decoded samples (115 MB per hour and channel), for as long as this or its result is open.
    Raises what `decode` raises. To be closed, unless the result of `finish` is.
    """

    def __init__(self, path: Path, *, max_hours: float = 12.0, spool_dir: Path | None = None) -> None:
        self._path = path
        with _blaming_the_file(), path.open("rb") as file:
            self._kind = _kind(file)
            file.seek(0)
            self._spool = tempfile.TemporaryFile(dir=spool_dir)  # noqa: SIM115 - lives as long as the result
            # -P: a file named av.py in the current folder must not be taken for the library
            command = [sys.executable, "-P", "-m", "pipeline.audio.child", DEMUXERS[self._kind], str(max_hours * 3600)]
            try:
                self._child = subprocess.Popen(  # noqa: S603 - our own module; the file comes as standard input
                    command, stdin=file, stdout=self._spool, stderr=subprocess.PIPE, bufsize=0
                )
            except BaseException:
                self._spool.close()
                raise

    @functools.cached_property
    def channels(self) -> int:
        """How many channels there are, as soon as the first samples tell; 0 if none will come."""
        assert self._child.stderr is not None
        begun = self._child.stderr.readline()
        return int(json.loads(begun)["channels"]) if begun else 0  # it died before

    @property
    def samples(self) -> int:
        """How many samples of every channel can be read by now."""
        return os.fstat(self._spool.fileno()).st_size // (2 * self.channels) if self.channels else 0

    def read_all(self, start: int, stop: int) -> Samples:
        """Samples `start` to `stop` (exclusive) of every channel, as far as they came: shape (samples, channels)."""
        return _read(self._spool, self.channels, start, stop)

    def finish(self, timeout_s: float = 1800.0) -> "DecodedAudio":
        """Wait for the end, and look at what was found. The result holds the samples from then on."""
        with _blaming_the_file():
            return _decoded(self._path, self._kind, self._report(timeout_s), self._spool)

    def stop(self) -> None:
        """Have `finish` fail soon; from any thread."""
        self._child.kill()

    def close(self) -> None:
        """Leave off, and give the disk space back."""
        self._child.kill()
        self._child.communicate()
        self._spool.close()

    def _report(self, timeout_s: float) -> dict[str, Any]:
        try:
            _, said = self._child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise ItemError(Reason.TIMEOUT, f"decoding, {timeout_s:.0f} s", retryable=True) from None
        if self._child.returncode != 0:
            raise ItemError(Reason.RESOURCE_LIMIT, f"decoder ended with {self._child.returncode}", retryable=True)
        report: dict[str, Any] = json.loads(said.splitlines()[-1])
        full = [number for number in FULL if report["detail"] == f"errno {number}"]
        if full:
            raise OSError(full[0], os.strerror(full[0]))
        return report


def decode(
    path: Path, *, max_hours: float = 12.0, timeout_s: float = 1800.0, spool_dir: Path | None = None
) -> DecodedAudio:
    """Decode a recording in a child process that can open nothing else and is killed after `timeout_s`.

    `spool_dir` takes the decoded samples (115 MB per hour and channel), for as long as the result is open.
    Raises `ItemError`: EMPTY_AUDIO, NOT_AUDIO, TRUNCATED, TOO_LONG, IO_ERROR, TIMEOUT, RESOURCE_LIMIT; and `OSError`
    (ENOSPC, EDQUOT) where there is no room for the samples, for which the recording is not to blame.
    """
    decoding = Decoding(path, max_hours=max_hours, spool_dir=spool_dir)
    try:
        return decoding.finish(timeout_s)
    except BaseException:
        decoding.close()
        raise


@contextmanager
def _blaming_the_file() -> Iterator[None]:
    """A file that cannot be read is an `ItemError`; a full disk is not the file's fault."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        raise ItemError(Reason.IO_ERROR, f"errno {error.errno}", retryable=True) from None


def _read(spool: IO[bytes], channels: int, start: int, stop: int) -> Samples:
    frame = 2 * channels
    raw = os.pread(spool.fileno(), max(stop - start, 0) * frame, start * frame)
    whole = len(raw) // frame * frame
    pcm = np.frombuffer(raw[:whole], dtype="<i2").reshape(-1, channels)
    return pcm.astype(np.float32) / np.float32(32768)


def _kind(file: IO[bytes]) -> str:
    head = file.read(HEAD_BYTES)
    if not head:
        raise ItemError(Reason.EMPTY_AUDIO, "0 bytes")
    kind = sniff(head)
    if kind is None:
        raise ItemError(Reason.NOT_AUDIO)
    return kind


def _decoded(path: Path, kind: str, report: dict[str, Any], spool: IO[bytes]) -> DecodedAudio:
    samples, channels = int(report["samples"]), int(report["channels"])
    _refuse_failures(report)
    decoded_s = samples / SAMPLE_RATE
    declared_s = _declared_s(path, kind, report, decoded_s)
    coverage = min(1.0, decoded_s / declared_s) if declared_s else None
    if coverage is not None and coverage < MIN_COVERAGE:
        raise ItemError(Reason.TRUNCATED, f"coverage {coverage:.2f}")
    missing = declared_s is not None and declared_s - decoded_s > _tolerated_s(kind, declared_s)
    partial = missing or (kind == "ogg" and not ogg_has_end(path))
    facts = AudioFacts(
        duration_s=round(decoded_s, 3),
        channels=channels,
        sample_rate_hz=report["sample_rate_hz"],
        codec=report["codec"],
        container=report["container"],
        declared_s=round(declared_s, 3) if declared_s else None,
        coverage=math.floor(coverage * 10_000) / 10_000 if coverage is not None else None,
        bad_packets=report["bad_packets"],
        notes=_notes(path, kind, report, partial),
    )
    return DecodedAudio(facts, spool, samples, channels)


def _declared_s(path: Path, kind: str, report: dict[str, Any], decoded_s: float) -> float | None:
    """By the recording's own header; where none tells, by the share of its bytes that was decoded."""
    with path.open("rb") as file:
        if kind == "wav":
            return wav_seconds(file)
        if kind == "aac" or (kind == "mp3" and not mp3_has_table(file)):
            frames = path.stat().st_size - id3_bytes(file)
            return decoded_s * frames / report["decoded_bytes"] if report["decoded_bytes"] else None
    container_s: float | None = report["container_s"]
    return container_s


def _tolerated_s(kind: str, declared_s: float) -> float:
    if kind in EXACT:
        return EXACT_S
    return max(MISSING_S, declared_s / 100) if kind in ROUNDED else MISSING_S


def _refuse_failures(report: dict[str, Any]) -> None:
    if report["error"] and not (report["error"] == Reason.TRUNCATED and report["samples"]):
        reason = Reason(report["error"])
        raise ItemError(reason, report["detail"], retryable=reason in RETRYABLE)
    if not report["samples"]:
        raise ItemError(Reason.TRUNCATED if report["bad_packets"] else Reason.EMPTY_AUDIO, "no samples")


def _notes(path: Path, kind: str, report: dict[str, Any], partial: bool) -> tuple[str, ...]:
    found = {
        "partial": partial or bool(report["error"]),
        "bad_packets": report["bad_packets"] > 0,
        "extension_mismatch": path.suffix.lower() not in EXTENSIONS[kind],
        "extra_channels": report["channels"] > 2,
        "extra_streams": report["streams"] > 1,
    }
    return tuple(note for note, holds in found.items() if holds)
