"""The decoder's own process: the recording comes in as standard input, samples leave by standard output.

It is run by `pipeline.audio.decode` as `python -m pipeline.audio.child KIND MAX_SECONDS`. Once its libraries are
loaded it gives up the right to open anything, so that a crafted file can make it neither read another file nor talk
to the network: the kernel refuses, whatever FFmpeg tries. Memory and processor time are limited too.

Output: 16 kHz signed 16-bit little-endian samples, channels interleaved. On standard error a line of JSON with the
number of channels as soon as the first samples are there (0 where none come), and one with what was found (`Report`).
"""

import ctypes
import io
import json
import resource
import signal
import sys
import wave
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, cast

import av
import av.audio.resampler
import av.error

from pipeline.audio.amr import whole_frames

SAMPLE_RATE = 16_000
MEMORY_BYTES = 2 << 30
CPU_SECONDS = 1800  # ten hours of Opus take about a minute
MAX_CHANNELS = 8
AMR_CODECS = ("amrnb", "amrwb")
AMR_PAUSE_BYTES = 6  # at most: what a telephone sends while nobody speaks, which FFmpeg refuses to decode
AMR_FRAME_SAMPLES = SAMPLE_RATE // 50
PR_SET_PDEATHSIG = 1


@dataclass
class Report:
    """What decoding found; `error` is a name of `pipeline.errors.Reason`, or None."""

    error: str | None = None
    detail: str = ""
    samples: int = 0  # per channel
    channels: int = 0
    sample_rate_hz: int = 0
    codec: str = ""
    container: str = ""
    container_s: float | None = None  # by FFmpeg's reading of the container, or by the frames of AMR
    decoded_bytes: int = 0  # of the packets that could be decoded
    bad_packets: int = 0
    streams: int = 0


class TooLong(Exception):
    """More samples than the limit."""


class Decoder:
    """Packets to samples. One bad packet costs that packet only."""

    def __init__(self, report: Report, sink: BinaryIO, max_samples: int, begun: Callable[[int], object]) -> None:
        self._report = report
        self._begun = begun
        self._sink = sink
        self._max_samples = max_samples
        self._resampler: av.AudioResampler | None = None
        self._shape: tuple[object, ...] = ()

    def run(self, container: av.container.InputContainer) -> None:
        """Read the first audio stream to its end. Raises `TooLong`."""
        stream = container.streams.audio[0]
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.InvalidDataError:  # the demuxer cannot go on after this
                self._report.bad_packets += 1
                return
            if packet is None:
                return
            self._decode(packet)

    def _decode(self, packet: "av.Packet[Any]") -> None:
        if self._report.codec in AMR_CODECS and 0 < packet.size <= AMR_PAUSE_BYTES:
            self._begin(1)
            self._put(bytes(2 * AMR_FRAME_SAMPLES), AMR_FRAME_SAMPLES)
            return
        try:
            frames = cast("list[av.AudioFrame]", packet.decode())
        except (av.error.InvalidDataError, av.error.PatchWelcomeError):
            self._report.bad_packets += 1
            return
        except av.error.EOFError:
            return
        self._report.decoded_bytes += packet.size
        for frame in frames:
            self._resample(frame)

    def _begin(self, channels: int) -> None:
        if self._report.channels == 0:
            self._report.channels = min(channels, MAX_CHANNELS)
            self._begun(self._report.channels)

    def _resample(self, frame: av.AudioFrame) -> None:
        self._begin(len(frame.layout.channels))
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:  # the encoder may change its mind in mid-file
            self.flush()
            layout = {1: "mono", 2: "stereo"}.get(self._report.channels, frame.layout.name)
            self._resampler = av.AudioResampler("s16", layout, SAMPLE_RATE)
            self._shape = shape
        frame.pts = None  # a hole in the time stamps must not make the resampler refuse
        self._write(frame)

    def flush(self) -> None:
        """Write what the resampler still holds."""
        if self._resampler is not None:
            self._write(None)

    def _write(self, frame: av.AudioFrame | None) -> None:
        assert self._resampler is not None
        for out in self._resampler.resample(frame):
            self._put(bytes(out.planes[0])[: out.samples * self._report.channels * 2], out.samples)

    def _put(self, pcm: bytes, samples: int) -> None:
        self._report.samples += samples
        if self._report.samples > self._max_samples:
            raise TooLong
        self._sink.write(pcm)


def decode(
    source: BinaryIO, sink: BinaryIO, demuxer: str, max_samples: int, begun: Callable[[int], object] = bool
) -> Report:
    """Decode `source` by one demuxer only, and say what was found. `begun` is told the number of channels."""
    report = Report()
    decoder = Decoder(report, sink, max_samples, begun)
    frames = whole_frames(source.read()) if demuxer == "amr" else None
    source = io.BytesIO(frames.data) if frames else source
    options = {"protocol_whitelist": "", "format_whitelist": av.ContainerFormat(demuxer, "r").name}
    try:
        with av.open(source, "r", format=demuxer, options=options, metadata_errors="replace") as container:
            if not container.streams.audio:
                return Report(error="NOT_AUDIO", detail="no audio stream")
            _describe(container, report)
            if frames:
                report.container_s, report.bad_packets = frames.declared_s, frames.lost
            decoder.run(container)
            decoder.flush()
    except TooLong:
        report.error = "TOO_LONG"
    except MemoryError:
        report.error = "RESOURCE_LIMIT"
    except av.error.FFmpegError as error:
        report.error, report.detail = "TRUNCATED", type(error).__name__
    return report


def _describe(container: av.container.InputContainer, report: Report) -> None:
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    report.codec = stream.codec_context.name
    report.container = container.format.name
    report.sample_rate_hz = stream.codec_context.sample_rate
    report.streams = len(container.streams.audio)
    if stream.duration and stream.time_base:
        report.container_s = float(stream.duration * stream.time_base)
    elif container.duration:
        report.container_s = container.duration / av.time_base


class Nameless(io.RawIOBase):
    """A file without a name: PyAV hands a handle's name to FFmpeg, which would look beside it."""

    def __init__(self, file: io.FileIO | io.BytesIO) -> None:
        self._file = file

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object) -> int | None:
        """Bytes from the file."""
        return self._file.readinto(buffer)  # type: ignore[arg-type]

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move in the file."""
        return self._file.seek(offset, whence)


def load_everything() -> None:
    """Let PyAV import what it imports on first use, by decoding a tenth of a second of silence."""
    silence = io.BytesIO()
    with wave.open(silence, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(bytes(1600))
    silence.seek(0)
    decode(io.BufferedReader(Nameless(silence)), io.BytesIO(), "wav", SAMPLE_RATE)


def die_with_parent() -> None:
    """A worker that is killed must not leave its decoder behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def shut_the_doors(max_output_bytes: int) -> None:
    """Give up opening files and sockets, starting processes, and using more than the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_output_bytes, max_output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def main(arguments: list[str]) -> None:
    """Decode standard input to standard output; standard error gets the two lines of the report."""
    demuxer, max_seconds = arguments[0], float(arguments[1])
    max_samples = int(max_seconds * SAMPLE_RATE)
    av.logging.set_level(None)
    die_with_parent()
    load_everything()
    shut_the_doors(max_samples * MAX_CHANNELS * 2 + (1 << 20))
    with io.FileIO(0, closefd=False) as source, io.FileIO(1, "w", closefd=False) as out:
        sink = io.BufferedWriter(out, 1 << 20)
        try:
            report = decode(io.BufferedReader(Nameless(source), 1 << 16), sink, demuxer, max_samples, tell_channels)
            sink.flush()
        except OSError as error:  # the disk is full, or the archive went away
            report = Report(error="IO_ERROR", detail=f"errno {error.errno}")
    if not report.channels:
        tell_channels(0)
    tell(asdict(report))


def tell_channels(number: int) -> None:
    """The first line."""
    tell({"channels": number})


def tell(said: dict[str, Any]) -> None:
    """One line to the parent."""
    sys.stderr.write(json.dumps(said) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
