"""Which call each file of the archive belongs to, and which of several files tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from posixpath import basename, splitext
from typing import Protocol

from pipeline.audio.legs import without_leg
from pipeline.errors import Reason
from pipeline.nights.archive import SUFFIXES, ArchiveFile, same_name, suffix
from pipeline.records import Call
from pipeline.sources.preset import BY_PRESET, ParsedName

TEXT_ORDER = (".json", ".vtt", ".srt", ".csv")  # of one call the transcript that tells the most
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


def assign_calls(
    found: Sequence[ArchiveFile],
    calls: Sequence[Call],
    parsed: Mapping[str, ParsedName] | None = None,
    had: Mapping[str, str] | None = None,
) -> list[ArchiveFile]:
    """Say which call each file belongs to; the first file of equal content keeps it, the others are duplicates.

    `parsed`: what a preset read in the names, by relative path. `had`: by content, the call that a renamed file had.
    """
    by_recording = {same_name(call.recording): call for call in calls if call.recording}
    by_id = {same_name(call.call_id): call for call in calls}
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
    return splitext(file.relative)[0] if suffix(file.relative) in SUFFIXES else file.relative


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
    kind = suffix(file.relative)
    return TEXT_ORDER.index(kind) + 1 if kind in TEXT_ORDER else 0


def _assign(
    file: ArchiveFile,
    by_recording: Mapping[str, Call],
    by_id: Mapping[str, Call],
    parsed: ParsedName | None,
    had: str | None,
) -> ArchiveFile:
    stem = splitext(basename(file.relative))[0].removesuffix(".vcon")
    names = (stem, without_leg(stem), parsed.call_id if parsed else None, had)
    call, rule = by_recording.get(same_name(file.relative)), "recording"
    if call is None:
        told = (same_name(name) for name in names if name)
        call, rule = next((by_id[name] for name in told if name in by_id), None), "file_name"
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
