"""What kind of audio a file holds, told by its first bytes and never by its name."""

import itertools
import re
import struct
from collections.abc import Iterator

HEAD_BYTES = 16_384  # enough to look past a few lost blocks of a disk
AT_START, BEHIND_DAMAGE = 2, 4  # frames of MPEG audio in a row that prove it: eleven set bits alone prove nothing

# the FFmpeg demuxer that may read each kind: one, so that no other format's features are reachable
DEMUXERS = {
    "wav": "wav",
    "w64": "w64",
    "mp3": "mp3",
    "aac": "aac",
    "ogg": "ogg",
    "mp4": "mov",
    "flac": "flac",
    "amr": "amr",
    "webm": "matroska",
}

EXTENSIONS = {
    "wav": {".wav", ".wave"},
    "w64": {".w64"},
    "mp3": {".mp3"},
    "aac": {".aac"},
    "ogg": {".ogg", ".oga", ".opus"},
    "mp4": {".m4a", ".mp4", ".3gp", ".mov"},
    "flac": {".flac"},
    "amr": {".amr"},
    "webm": {".webm", ".mkv", ".mka"},
}
AUDIO_EXTENSIONS = frozenset().union(*EXTENSIONS.values())

_W64_GUID = bytes.fromhex("726966662e91cf11a5d628db04c10000")


def sniff(head: bytes) -> str | None:
    """The kind of audio, a key of `DEMUXERS`; None if the bytes are no audio we read.

    >>> sniff(b"RIFF\\x24\\0\\0\\0WAVEfmt ")
    'wav'
    >>> sniff(b"ffconcat version 1.0") is None
    True
    """
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    for start, kind in ((_W64_GUID, "w64"), (b"OggS", "ogg"), (b"fLaC", "flac"), (b"#!AMR", "amr"), (b"ID3", "mp3")):
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "webm"
    return _sniff_frames(head)


def _sniff_frames(head: bytes) -> str | None:
    """MPEG audio without a container, whose first bytes may be lost."""
    for at in (0, *(match.start() for match in re.finditer(b"\xff", head))):
        wanted = BEHIND_DAMAGE if at else AT_START
        kinds = list(itertools.islice(_frames(head, at), wanted))
        if len(kinds) == wanted and len(set(kinds)) == 1:
            return kinds[0]
    return None


def _frames(data: bytes, at: int) -> Iterator[str]:
    """Kinds of the frames that follow each other from `at` on."""
    while frame := _frame(data, at):
        yield frame[0]
        at += frame[1]


_BIT_RATES = {  # kbit/s by (MPEG-1, layer III): the tables of ISO/IEC 11172-3 and 13818-3
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _frame(data: bytes, at: int) -> tuple[str, int] | None:
    """Kind and byte length of the MPEG layer III or ADTS frame at `at`."""
    if len(data) < at + 6:
        return None
    (word,) = struct.unpack(">I", data[at : at + 4])
    if word >> 20 == 0xFFF and (word >> 17) & 3 == 0:
        length = ((data[at + 3] & 3) << 11) | (data[at + 4] << 3) | (data[at + 5] >> 5)
        return ("aac", length) if length > 7 and (word >> 10) & 15 < 13 else None
    version, layer, bits, rate = (word >> 19) & 3, (word >> 17) & 3, (word >> 12) & 15, (word >> 10) & 3
    if word >> 21 != 0x7FF or version == 1 or layer != 1 or bits in (0, 15) or rate == 3:
        return None
    kbit = _BIT_RATES[version == 3][bits]
    samples_per_8_bits = 144 if version == 3 else 72
    return "mp3", samples_per_8_bits * kbit * 1000 // _MP3_RATES[version][rate] + ((word >> 9) & 1)
