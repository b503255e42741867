"""What lies in the archive: which files are recordings, and which call each belongs to. Nothing there is changed."""

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from posixpath import basename, splitext
from typing import Protocol

from pipeline.audio.legs import DEFAULT_ROLES, Direction, LegRoles, group_legs, legs_sha256, untold, without_leg
from pipeline.errors import BadInput, Reason
from pipeline.formats.read import holds_transcript, is_transcript_file
from pipeline.language import Text
from pipeline.records import Call
from pipeline.sources.preset import BY_PRESET, ParsedName

SUFFIXES = frozenset(
    f".{name}" for name in "wav wave mp3 ogg oga opus m4a mp4 aac flac amr webm gsm au w64 3gp wma mka".split()
)
TEXT_ORDER = (".json", ".vtt", ".srt", ".csv")  # of one call the transcript that tells the most
BLOCK = 1 << 20
RULES = (
    "recording",
    "file_name",
    "preset",
    "unparsed",
    "unlisted",
    "mixed",
    "duplicate",
    "same_call",
    "spare_text",
    "erased",
)


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


def assign_calls(
    found: Sequence[ArchiveFile],
    calls: Sequence[Call],
    parsed: Mapping[str, ParsedName] | None = None,
    had: Mapping[str, str] | None = None,
) -> list[ArchiveFile]:
    """Say which call each file belongs to; the first file of equal content keeps it, the others are duplicates.

    `parsed`: what a preset read in the names, by relative path. `had`: by content, the call that a renamed file had.
    """
    by_recording = {_same(call.recording): call for call in calls if call.recording}
    by_id = {_same(call.call_id): call for call in calls}
    assigned = [
        _assign(file, by_recording, by_id, (parsed or {}).get(file.relative), (had or {}).get(file.content or ""))
        for file in found
    ]
    owners: dict[str, ArchiveFile] = {}
    for file in sorted(assigned, key=lambda item: (RULES.index(item.call_rule), item.relative)):
        if file.sha256 and file.call_rule != "mixed":
            owners.setdefault(file.sha256, file)
    return _one_text_each(_one_recording_each([_after_owner(file, owners) for file in assigned]))


def _one_recording_each(files: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    """One call is counted once, though it is there as WAV and as MP3: the file with the most bytes tells the most.

    The same call are files that the calls table gives one id, and files of one folder whose names differ by the suffix
    only. Of equal names in two folders nobody knows whether they are one call; each is a recording of its own.
    """
    alone = [file for file in files if _stands_alone(file)]
    listed = {_unsuffixed(file): file.call_id for file in alone if file.call_rule in ("recording", "file_name")}

    def told(file: ArchiveFile) -> tuple[str, str]:
        path = _unsuffixed(file)
        return ("id", listed[path]) if path in listed else ("path", path)

    best: dict[tuple[str, str], ArchiveFile] = {}
    for file in sorted(alone, key=lambda item: (item.call_rule != "recording", -item.size_bytes, item.relative)):
        best.setdefault(told(file), file)
    return [_after_best(file, best[told(file)]) if _stands_alone(file) else file for file in files]


def _stands_alone(file: ArchiveFile) -> bool:
    """Whether it is a readable recording, no leg, and of a content that no other file has."""
    readable = bool(file.sha256) and file.problem is None and not _text_rank(file)
    return readable and not file.leg and file.call_rule not in ("duplicate", "mixed")


def _after_best(file: ArchiveFile, best: ArchiveFile) -> ArchiveFile:
    if file is best:
        return file
    return replace(file, call_id=best.call_id, call_rule="same_call", detail=best.relative)


def _unsuffixed(file: ArchiveFile) -> str:
    return splitext(file.relative)[0] if _suffix(file.relative) in SUFFIXES else file.relative


def _one_text_each(files: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    """A transcript of a call that is there as a recording, or as a better transcript, is not analysed as well."""
    best: dict[str, ArchiveFile] = {}
    for file in sorted(files, key=lambda item: (_text_rank(item), item.relative)):
        if file.call_rule not in ("duplicate", "mixed"):
            best.setdefault(file.call_id, file)
    spare = {file.relative for file in files if _text_rank(file) and best.get(file.call_id, file) is not file}
    return [
        replace(file, call_rule="spare_text", problem=None, detail=best[file.call_id].relative)
        if file.relative in spare and file.call_rule != "duplicate"
        else file
        for file in files
    ]


def _text_rank(file: ArchiveFile) -> int:
    """0 for recordings; transcripts in the order in which they are preferred."""
    suffix = _suffix(file.relative)
    return TEXT_ORDER.index(suffix) + 1 if suffix in TEXT_ORDER else 0


def _assign(
    file: ArchiveFile,
    by_recording: Mapping[str, Call],
    by_id: Mapping[str, Call],
    parsed: ParsedName | None,
    had: str | None,
) -> ArchiveFile:
    stem = splitext(basename(file.relative))[0].removesuffix(".vcon")
    names = (stem, without_leg(stem), parsed.call_id if parsed else None, had)
    call, rule = by_recording.get(_same(file.relative)), "recording"
    if call is None:
        call, rule = next((by_id[_same(name)] for name in names if name and _same(name) in by_id), None), "file_name"
    began = call.started_at if call and call.started_at else parsed.started_at if parsed else None
    file = replace(file, rank=int(began.timestamp() * 1e6) if began else file.modified_ns // 1000)
    if file.call_rule == "mixed":
        return replace(file, call_id=call.call_id if call else stem)
    if call is None:
        own = had or (stem if file.leg == "" else without_leg(stem))
        if parsed is None:
            return replace(file, call_id=own, call_rule="unlisted")
        rule = "preset" if parsed.problem is None else "unparsed"
        return replace(file, call_id=parsed.call_id or own, call_rule=rule, detail=parsed.problem or file.detail)
    if call.operator_id is None and file.problem is None and call.extra.get(BY_PRESET) is None:
        return replace(file, call_id=call.call_id, call_rule=rule, problem=Reason.OPERATOR_MISSING)
    return replace(file, call_id=call.call_id, call_rule=rule)


class Tombstones(Protocol):
    """What was erased on request."""

    def has_call(self, call_id: str) -> bool: ...  # noqa: D102
    def has_file(self, relative: str, content: str | None) -> bool: ...  # noqa: D102


def without_erased(found: Sequence[ArchiveFile], erased: Tombstones) -> list[ArchiveFile]:
    """What was erased on request stays out, though its recording still lies in the archive."""
    gone = {
        file.relative for file in found if erased.has_call(file.call_id) or erased.has_file(file.relative, file.sha256)
    }
    both = {file.joined for file in found if file.joined and file.relative in gone}  # the other leg goes with it
    nothing = {"sha256": None, "joined": None, "leg": "", "call_id": "", "problem": None, "detail": ""}
    return [
        replace(file, call_rule="erased", **nothing) if file.relative in gone or file.joined in both else file  # type: ignore[arg-type]
        for file in found
    ]


def _after_owner(file: ArchiveFile, owners: Mapping[str, ArchiveFile]) -> ArchiveFile:
    owner = owners.get(file.sha256 or "", file)
    if owner.relative == file.relative or file.call_rule == "mixed":
        return file
    if file.leg and owner.joined == file.joined:  # both sides hold the same sound, as with a broken recorder
        return file
    return replace(file, call_id=owner.call_id, call_rule="duplicate", problem=None, detail=owner.relative, joined=None)


def _same(name: str) -> str:
    """File names as people compare them: Macs write が in two code points, Windows writes backslashes."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def _is_recording(relative: str, listed: frozenset[str]) -> bool:
    return _suffix(relative) in SUFFIXES or _same(relative) in listed


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


def _suffix(relative: str) -> str:
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
