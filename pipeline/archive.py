"""What lies in the archive: which files are recordings, and which call each belongs to. Nothing there is changed."""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import BadInput, Reason
from pipeline.language import Text
from pipeline.records import Call

SUFFIXES = frozenset(
    f".{name}" for name in "wav wave mp3 ogg oga opus m4a mp4 aac flac amr webm gsm au w64 3gp wma mka".split()
)
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One recording of tonight's archive.

    `sha256` is None where the content could not be read; `problem` then says why. `call_rule`: "recording" (named
    by the calls table), "file_name" (its stem is a call id of the table), "unlisted" (no row; its stem serves as
    call id) or "duplicate" (the same content as another file, whose call it is).
    """

    relative: str
    size_bytes: int
    modified_ns: int
    sha256: str | None = None
    call_id: str = ""
    call_rule: str = "unlisted"
    problem: Reason | None = None
    detail: str = ""


def find_files(root: Path, listed: frozenset[str] = frozenset()) -> list[ArchiveFile]:
    """Every recording below `root`, by path: files with an audio suffix, and files the calls table names.

    Links that lead out of the archive are not opened. Raises `BadInput` if there is no archive or nothing in it.
    """
    if not root.is_dir():
        raise BadInput(
            Text(f"録音のフォルダーがありません: {root}", f"There is no archive folder: {root}"),
            remedy=Text("--archive の場所と接続を確かめてください。", "Check --archive and whether it is mounted."),
        )
    found = [file for file in _walk(root) if _is_recording(file.relative, listed)]
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


def assign_calls(found: Sequence[ArchiveFile], calls: Sequence[Call]) -> list[ArchiveFile]:
    """Say which call each file belongs to; the first file of equal content keeps it, the others are duplicates."""
    by_recording = {_same(call.recording): call for call in calls if call.recording}
    by_id = {_same(call.call_id): call for call in calls}
    assigned = [_assign(file, by_recording, by_id) for file in found]
    rank = {"recording": 0, "file_name": 1, "unlisted": 2}
    owners: dict[str, ArchiveFile] = {}
    for file in sorted(assigned, key=lambda item: (rank[item.call_rule], item.relative)):
        if file.sha256:
            owners.setdefault(file.sha256, file)
    return [_after_owner(file, owners) for file in assigned]


def _assign(file: ArchiveFile, by_recording: Mapping[str, Call], by_id: Mapping[str, Call]) -> ArchiveFile:
    stem = Path(file.relative).stem
    call, rule = by_recording.get(_same(file.relative)), "recording"
    if call is None:
        call, rule = by_id.get(_same(stem)), "file_name"
    if call is None:
        return replace(file, call_id=stem, call_rule="unlisted")
    if call.operator_id is None and file.problem is None:
        file = replace(file, problem=Reason.OPERATOR_MISSING, detail=call.call_id)
    return replace(file, call_id=call.call_id, call_rule=rule)


def _after_owner(file: ArchiveFile, owners: Mapping[str, ArchiveFile]) -> ArchiveFile:
    owner = owners.get(file.sha256 or "", file)
    if owner.relative == file.relative:
        return file
    return replace(file, call_id=owner.call_id, call_rule="duplicate", problem=None, detail=owner.relative)


def _same(name: str) -> str:
    """File names as people compare them: Macs write が in two code points, Windows writes backslashes."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def _is_recording(relative: str, listed: frozenset[str]) -> bool:
    path = Path(relative)
    return path.suffix.lower() in SUFFIXES or _same(relative) in listed


def _walk(root: Path) -> Iterator[ArchiveFile]:
    home = root.resolve()
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(folder) / name
            if not name.startswith("."):
                yield _look_at(path, path.relative_to(root).as_posix(), home)


def _look_at(path: Path, relative: str, home: Path) -> ArchiveFile:
    try:
        facts = path.stat()
        inside = path.resolve().is_relative_to(home)
    except (OSError, RuntimeError) as error:  # a broken link, a loop of links
        return ArchiveFile(relative, 0, 0, problem=Reason.IO_ERROR, detail=type(error).__name__)
    if not inside:
        return ArchiveFile(relative, facts.st_size, facts.st_mtime_ns, problem=Reason.OUTSIDE_ARCHIVE)
    return ArchiveFile(relative, facts.st_size, facts.st_mtime_ns)
