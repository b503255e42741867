"""How long a recording says it is, from its own header: what decoding is compared with."""

import os
import struct
from pathlib import Path
from typing import BinaryIO

UNKNOWN_SIZES = (0, 0xFFFFFFFF, 0x7FFFFFFF)  # what recorders write first and mend at hang-up, if they live that long


def wav_seconds(file: BinaryIO) -> float | None:
    """Seconds by the `data` chunk's declared size, whether or not the bytes are there; None where it says nothing.

    FFmpeg reads a cut WAV to its end without a word, so the header is the only witness of what is missing.
    """
    file.seek(12)
    byte_rate = 0
    while len(header := file.read(8)) == 8:
        name, size = header[:4], struct.unpack("<I", header[4:])[0]
        if name == b"fmt ":
            fmt = file.read(size)
            if len(fmt) < 16:
                return None
            byte_rate = struct.unpack("<I", fmt[8:12])[0]
            file.seek(size & 1, os.SEEK_CUR)
        elif name == b"data":
            return size / byte_rate if byte_rate and size not in UNKNOWN_SIZES else None
        else:
            file.seek(size + (size & 1), os.SEEK_CUR)
    return None


def ogg_has_end(path: Path) -> bool:
    """Whether the last Ogg page carries the end-of-stream mark; a cut file lacks it (RFC 3533)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 70_000))  # a page is at most 65,307 bytes
        tail = file.read()
    last = tail.rfind(b"OggS")
    return last >= 0 and len(tail) > last + 5 and bool(tail[last + 5] & 4)
