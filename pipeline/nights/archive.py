"""The files of the archive: what is known of each, which of them are recordings, which are two sides of one."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from posixpath import splitext

from pipeline.audio.legs import DEFAULT_ROLES, Direction, LegRoles, group_legs, legs_sha256, untold, without_leg
from pipeline.errors import Reason

SUFFIXES = frozenset(
    f".{name}" for name in "wav wave mp3 ogg oga opus m4a mp4 aac flac amr webm gsm au w64 3gp wma mka".split()
)
TEXT_ORDER = (".json", ".vtt", ".srt", ".csv")  # of one call the transcript that tells the most
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One recording of tonight's archive.

    `relative` is text in any case: bytes of a name that are no UTF-8 stand as `\\xNN` (`open_path` finds them).
    `sha256` is None where the content could not be read; `problem` then says why. `call_rule`: "recording" (named by
    the calls table), "file_name" (its stem is a call id of the table, or was before it was renamed), "preset" (its name
    tells the call), "unparsed" (the preset cannot read its name; its stem serves as call id), "unlisted" (no row, no
    preset; likewise), "duplicate" (the same content as another file, whose call it is), "same_call" (another copy of a
    call that a larger file tells: encoded again, or kept under two names), "mixed" (both sides are there as legs) or
    "spare_text" (a transcript of a call that is there as a recording or as another transcript).
    `leg`: "operator" or "customer" for one side of a recording in two files, whose content is `joined`.
    `rank`: microseconds since 1970 of the call's begin, else of the file; the latest is analysed first.
    """

    relative: str
    size_bytes: int
    modified_ns: int
    sha256: str | None = None
    call_id: str = ""
    call_rule: str = "unlisted"
    problem: Reason | None = None
    detail: str = ""
    leg: str = ""
    joined: str | None = None
    rank: int = 0

    @property
    def content(self) -> str | None:
        """The SHA-256 of the recording that this file is, or is one leg of."""
        return self.joined or self.sha256


def open_path(archive: Path, relative: str) -> Path:
    """The path of a file by its stored name."""
    path = archive / relative
    if "\\x" not in relative or path.exists():
        return path
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), os.fsencode(relative))
    return archive / os.fsdecode(raw)


def hash_file(path: Path) -> str:
    """SHA-256 of the bytes. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def join_legs(
    found: Sequence[ArchiveFile], roles: LegRoles = DEFAULT_ROLES, direction_of: Direction = untold
) -> list[ArchiveFile]:
    """Two files that are the two sides of one call become one recording; a mixed copy beside them is not analysed.

    A leg whose other side has not arrived yet stays a recording of its own, until it has.
    """
    sound = [file for file in found if file.sha256 and file.problem is None]
    sides = {stem_of(file.relative) for file in sound if is_leg(file.relative)}
    readable = {PurePosixPath(file.relative): file for file in sound if stem_of(file.relative) in sides}
    changed: dict[str, ArchiveFile] = {}
    for call in group_legs((Path(path) for path in readable), roles, direction_of):
        if call.other_leg is None:
            continue
        operator, customer = readable[PurePosixPath(call.main)], readable[PurePosixPath(call.other_leg)]
        both = legs_sha256(str(operator.sha256), str(customer.sha256))
        changed[operator.relative] = replace(operator, leg="operator", joined=both)
        changed[customer.relative] = replace(customer, leg="customer", joined=both)
        if call.mixed is not None:
            mixed = readable[PurePosixPath(call.mixed)]
            changed[mixed.relative] = replace(mixed, call_rule="mixed", detail=operator.relative)
    return [changed.get(file.relative, file) for file in found]


def same_name(name: str) -> str:
    """File names as people compare them: Macs write が in two code points, Windows writes backslashes."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def suffix(relative: str) -> str:
    """As it is compared: `.wav` of call.WAV."""
    return splitext(relative)[1].lower()


def unsuffixed(relative: str) -> str:
    """The path without the suffix of a recording: what two encodings of one have in common."""
    return splitext(relative)[0] if suffix(relative) in SUFFIXES else relative


def text_rank(relative: str) -> int:
    """0 for recordings; transcripts in the order in which they are preferred."""
    kind = suffix(relative)
    return TEXT_ORDER.index(kind) + 1 if kind in TEXT_ORDER else 0


def stem_of(relative: str) -> str:
    """The path without its suffix and without the mark of a leg."""
    return without_leg(splitext(relative)[0].removesuffix(".vcon"))


def root_of(relative: str) -> str:
    """The path without any mark of a leg: whatever `join_legs` brings together has it in common."""
    root, shorter = splitext(relative)[0], stem_of(relative)
    while shorter != root:
        root, shorter = shorter, without_leg(shorter.removesuffix(".vcon"))
    return root


def is_leg(relative: str) -> bool:
    """Whether the name has the mark of one side of a call."""
    stem = splitext(relative)[0]
    return without_leg(stem) != stem
