"""How long a recording says it is: what decoding is compared with.

FFmpeg guesses the length of what carries none from the bit rate of its first seconds. A call that begins with silence
is then taken for four times as long as it is, and its recording, though whole, for cut.
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO

MP3_TABLES = (b"Xing", b"Info", b"VBRI")  # within the first frame
UNKNOWN_SIZES = (0, 0xFFFFFFFF, 0x7FFFFFFF)  # what recorders write first and mend at hang-up, if they live that long


def wav_seconds(file: BinaryIO) -> float | None:
    """Seconds by the `data` chunk's declared size, whether or not the bytes are there; None where it says nothing.

    FFmpeg reads a cut WAV to its end without a word, so the header is the only witness of what is missing.
    """
    file.seek(12)
    byte_rate, long_size = 0, None
    while len(header := file.read(8)) == 8:
        name, size = header[:4], struct.unpack("<I", header[4:])[0]
        if name == b"fmt ":
            fmt = file.read(size)
            if len(fmt) < 16:
                return None
            byte_rate = struct.unpack("<I", fmt[8:12])[0]
            file.seek(size & 1, os.SEEK_CUR)
        elif name == b"ds64":  # of RF64: sizes over 4 GiB
            long_size = struct.unpack_from("<Q", file.read(size), 8)[0]
        elif name == b"data":
            size = long_size or size
            return size / byte_rate if byte_rate and size not in UNKNOWN_SIZES else None
        else:
            file.seek(size + (size & 1), os.SEEK_CUR)
    return None


def id3_bytes(file: BinaryIO) -> int:
    """Bytes of the ID3v2 tag in front of MPEG audio, 0 where there is none."""
    file.seek(0)
    head = file.read(10)
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])


def mp3_has_table(file: BinaryIO) -> bool:
    """Whether the first frame of an MP3 tells how many there are, as encoders write it that may go back at the end."""
    file.seek(id3_bytes(file))
    frame = file.read(200)
    return any(table in frame for table in MP3_TABLES)


def ogg_has_end(path: Path) -> bool:
    """Whether the last Ogg page carries the end-of-stream mark; a cut file lacks it (RFC 3533)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 70_000))  # a page is at most 65,307 bytes
        tail = file.read()
    last = tail.rfind(b"OggS")
    return last >= 0 and len(tail) > last + 5 and bool(tail[last + 5] & 4)
