"""What lies in the archive: which files are recordings, and which of them are two sides of one. Nothing is changed."""

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from posixpath import splitext

from pipeline.audio.legs import DEFAULT_ROLES, Direction, LegRoles, group_legs, legs_sha256, untold, without_leg
from pipeline.errors import BadInput, Reason
from pipeline.formats.read import holds_transcript, is_transcript_file
from pipeline.language import Text

SUFFIXES = frozenset(
    f".{name}" for name in "wav wave mp3 ogg oga opus m4a mp4 aac flac amr webm gsm au w64 3gp wma mka".split()
)
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


def find_files(root: Path, listed: frozenset[str] = frozenset(), *, transcripts: bool = True) -> list[ArchiveFile]:
    """Every recording below `root`, by path: files with an audio suffix, and files the calls table names.

    With `transcripts` also what other programs wrote of calls whose recording does not lie beside it.

    Links that lead out of the archive are not opened. Raises `BadInput` if there is no archive or nothing in it.
    """
    if not root.is_dir():
        raise BadInput(
            Text(f"録音のフォルダーがありません: {root}", f"There is no archive folder: {root}"),
            remedy=Text("--archive の場所と接続を確かめてください。", "Check --archive and whether it is mounted."),
        )
    seen = list(_walk(root))
    found = [file for file in seen if _is_recording(file.relative, listed)]
    if transcripts:
        found += _lone_transcripts(root, seen, found)
    if not found:
        raise BadInput(
            Text(f"録音が 1 件も見つかりません: {root}", f"No recording was found in {root}"),
            remedy=Text(
                "場所と接続を確かめてください(対応する形式: wav mp3 ogg opus m4a flac amr webm など)。",
                "Check the place and whether it is mounted (wav, mp3, ogg, opus, m4a, flac, amr, webm …).",
            ),
        )
    return sorted(found, key=lambda file: file.relative)


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
    sides = {_stem(file.relative) for file in sound if _is_leg(file.relative)}
    readable = {PurePosixPath(file.relative): file for file in sound if _stem(file.relative) in sides}
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


def _is_recording(relative: str, listed: frozenset[str]) -> bool:
    return suffix(relative) in SUFFIXES or same_name(relative) in listed


def _lone_transcripts(root: Path, seen: Sequence[ArchiveFile], found: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    """Transcripts without a recording of their name beside them; what else has such a suffix is no business of ours.

    A file beside a recording, as recorders write one for each call, is not opened.
    """
    heard = {_stem(file.relative) for file in found}
    taken = {file.relative for file in found}
    return [
        file
        for file in seen
        if file.relative not in taken
        and is_transcript_file(Path(file.relative))
        and _stem(file.relative) not in heard
        and file.problem is None
        and holds_transcript(open_path(root, file.relative))
    ]


def _is_leg(relative: str) -> bool:
    stem = splitext(relative)[0]
    return without_leg(stem) != stem


def suffix(relative: str) -> str:
    """As it is compared: `.wav` of call.WAV."""
    return splitext(relative)[1].lower()


def _stem(relative: str) -> str:
    """The path without its suffix and without the mark of a leg."""
    return without_leg(splitext(relative)[0].removesuffix(".vcon"))


def _walk(root: Path) -> Iterator[ArchiveFile]:
    """Paths are plain text here: of hundreds of thousands, objects would cost more memory than all that is kept."""
    top, home = os.fspath(root), root.resolve()
    for folder, folders, names in os.walk(top, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118
            if not name.startswith("."):
                stored = os.fsencode(path[len(top) :].lstrip(os.sep)).decode("utf-8", "backslashreplace")
                yield _look_at(path, stored.replace(os.sep, "/"), home)


def _look_at(path: str, relative: str, home: Path) -> ArchiveFile:
    try:
        facts = os.stat(path)  # noqa: PTH116
        # no folder that a link leads to is walked, so that only a file that is a link itself may lead out
        inside = not os.path.islink(path) or Path(path).resolve().is_relative_to(home)  # noqa: PTH114
    except (OSError, RuntimeError) as error:  # a broken link, a loop of links
        return ArchiveFile(relative, 0, 0, problem=Reason.IO_ERROR, detail=type(error).__name__)
    if not stat.S_ISREG(facts.st_mode):  # opening a pipe or a device may never come back
        return ArchiveFile(relative, 0, facts.st_mtime_ns, problem=Reason.IO_ERROR, detail="not a file")
    if not inside:
        return ArchiveFile(relative, facts.st_size, facts.st_mtime_ns, problem=Reason.OUTSIDE_ARCHIVE)
    return ArchiveFile(relative, facts.st_size, facts.st_mtime_ns)
