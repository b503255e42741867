"""AMR as mobile telephones store it: frames without any mark by which the next one is found.

FFmpeg reads what follows a damaged byte as frames of other lengths to the end, and guesses how long the file is. So the
frames are found here, by their headers, before it sees them.
"""

from dataclasses import dataclass

# bytes of a frame with its header, by type: narrow band and wide band (RFC 4867; 3GPP TS 26.101, 26.201)
SIZES = {
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1),
}
FRAME_S = 0.02


@dataclass(frozen=True, slots=True)
class Frames:
    """A file of whole frames only. `lost`: how many more the damaged stretches would have held."""

    data: bytes
    count: int
    lost: int

    @property
    def declared_s(self) -> float:
        """Seconds, had nothing been lost."""
        return (self.count + self.lost) * FRAME_S


def whole_frames(data: bytes) -> Frames:
    """What is left of an AMR file without its damaged stretches. No frames where it is none, or of several channels.

    Behind damage a header is believed where another one stands behind its frame.

    >>> frame = bytes([0x3C]) + bytes(31)
    >>> whole_frames(b"#!AMR\\n" + 3 * frame + bytes(64) + 2 * frame).lost
    2
    """
    magic = next((magic for magic in SIZES if data.startswith(magic)), b"")
    if not magic:
        return Frames(data, 0, 0)
    kept, count, at, begun = bytearray(magic), 0, len(magic), len(magic)
    while at < len(data):
        size = _size(data, at, magic)
        if size and at + size <= len(data) and (begun >= 0 or _size(data, at + size, magic)):
            begun = at if begun < 0 else begun
            count += 1
            at += size
        else:
            kept += data[begun:at] if begun >= 0 else b""
            begun = -1
            at += 1
    kept += data[begun:] if begun >= 0 else b""
    held = len(kept) - len(magic)
    lost = round((len(data) - len(kept)) * count / held) if held else 0
    return Frames(bytes(kept), count, lost)


def _size(data: bytes, at: int, magic: bytes) -> int:
    """Bytes of the frame whose header stands at `at`, 0 where none does: type, a bit for good quality, else zeros."""
    return SIZES[magic][data[at] >> 3 & 15] if at < len(data) and data[at] & 0b1000_0111 == 0b100 else 0
