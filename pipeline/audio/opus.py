"""Samples as Ogg Opus, coded here or by a process of its own that gives way to everybody else.

The process is run by `write_opus_beside` as `python -m pipeline.audio.opus FILE CHANNELS RATE BIT_RATE`; the samples
come in as standard input, 16-bit little-endian, channels interleaved.
"""

import errno
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import IO

import numpy as np
import numpy.typing as npt

from pipeline.audio.decode import Samples

Pcm = npt.NDArray[np.int16]
SEPARATE = "255"  # channel mapping of RFC 7845: channels that have nothing to do with one another
EFFORT = "5"  # of 10: a quarter of the processor time at the same size, and no telephone call sounds the worse for it
LOWEST = 19  # the priority of what nobody waits for
PIECE_S = 60
LOOK_UP_S = 0.1  # how soon it is noticed that nobody wants a file any more


def write_opus(
    path: Path, blocks: Iterable[Samples], channels: int, rate: int, bit_rate: int, *, apart: bool = False
) -> None:
    """Samples (-1 to 1, shape (samples, channels)) as Ogg Opus; `rate` is one of Opus: 8, 12, 16, 24, 48 kHz.

    `apart` codes each channel for itself: jointly, Opus makes mono of stereo below about 20 kbit/s. Not every browser
    plays that.
    """
    _write(path, (_pcm(block) for block in blocks), channels, rate, bit_rate, apart=apart)


class Abandoned(Exception):
    """Nobody wants the file any more."""


def write_opus_beside(
    path: Path, blocks: Iterable[Samples], channels: int, rate: int, bit_rate: int, *, enough: Event | None = None
) -> None:
    """As `write_opus`, by a process of the lowest priority: a server's pages must not wait while it codes.

    Raises `OSError` if it fails, with its own number where the disk is full, and `Abandoned` soon after `enough` is
    set, the process ended.
    """
    enough = enough or Event()
    command = [sys.executable, "-P", "-m", __name__, os.fspath(path), str(channels), str(rate), str(bit_rate)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0) as child:  # noqa: S603 - our own module
        assert child.stdin is not None
        os.set_blocking(child.stdin.fileno(), False)  # the child may take its time; a stop must not
        try:
            for block in blocks:
                _send(child.stdin, _pcm(block).tobytes(), enough)
            child.stdin.close()
            _wait(child, enough)
        except BrokenPipeError:
            pass  # it has ended, and its code says why
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        code = child.returncode if child.returncode in (errno.ENOSPC, errno.EDQUOT) else errno.EIO
        raise OSError(code, os.strerror(code), os.fspath(path))


def _send(pipe: IO[bytes], data: bytes, enough: Event) -> None:
    room, rest = select.poll(), memoryview(data)
    room.register(pipe, select.POLLOUT)
    while rest:
        if enough.is_set():
            raise Abandoned
        if room.poll(LOOK_UP_S * 1000):  # an unbuffered pipe may take a part of it
            rest = rest[pipe.write(rest) or 0 :]


def _wait(child: "subprocess.Popen[bytes]", enough: Event) -> None:
    """Until it has coded what it was sent."""
    while True:
        try:
            child.wait(LOOK_UP_S)
        except subprocess.TimeoutExpired:
            if enough.is_set():
                raise Abandoned from None
        else:
            return


def _pcm(block: Samples) -> Pcm:
    return (np.clip(block, -1, 1) * 32767).astype(np.int16)


def _write(path: Path, blocks: Iterable[Pcm], channels: int, rate: int, bit_rate: int, *, apart: bool = False) -> None:
    import av

    layout = "mono" if channels == 1 else "stereo"
    options = {"compression_level": EFFORT} | ({"mapping_family": SEPARATE} if apart else {})
    with av.open(str(path), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=rate, layout=layout, options=options)
        stream.bit_rate = bit_rate
        fifo = av.AudioFifo()
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate = rate
            fifo.write(frame)
            for part in fifo.read_many(stream.codec_context.frame_size):
                out.mux(stream.encode(part))
        if (rest := fifo.read(0, partial=True)) is not None:
            out.mux(stream.encode(rest))
        out.mux(stream.encode(None))


def _pieces(source: IO[bytes], channels: int, rate: int) -> Iterator[Pcm]:
    while piece := source.read(PIECE_S * rate * channels * 2):
        yield np.frombuffer(piece, dtype="<i2").reshape(-1, channels)


def main() -> int:
    """The process: 0, or the number of the error."""
    path, channels, rate, bit_rate = Path(sys.argv[1]), *(int(text) for text in sys.argv[2:5])
    os.nice(LOWEST)
    try:
        _write(path, _pieces(sys.stdin.buffer, channels, rate), channels, rate, bit_rate)
    except OSError as error:  # FFmpeg's errors of input and output are of this kind too
        return error.errno or errno.EIO
    return 0


if __name__ == "__main__":
    sys.exit(main())
