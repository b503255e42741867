"""The first stage of the night: list the archive, read what is new, say which call each file belongs to."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import Reason
from pipeline.language import Text
from pipeline.nights.archive import ArchiveFile, find_files, hash_file, join_legs, open_path
from pipeline.nights.assigning import assign_calls, without_erased
from pipeline.nights.calls import call_records
from pipeline.nights.night import Night
from pipeline.outcomes.load import read_table
from pipeline.outcomes.phone_key import phone_key
from pipeline.processes.workers import FULL
from pipeline.records import Call
from pipeline.sources.configured import legs_of, preset_named
from pipeline.sources.preset import BY_PRESET, COLUMNS, PROBLEM_TEXTS, ParsedName
from pipeline.sources.sidecar import BROKEN, with_sidecar
from pipeline.store import erasure, recordings, tables
from pipeline.store.connect import Connection

YOUNG_S = 3600.0  # a file changed within the last hour, or in the future, may still be written
PROBLEMS = PROBLEM_TEXTS | BROKEN


def find(night: Night) -> None:
    """Commit tonight's files, and the calls that only their names tell, in one transaction."""
    with night.store.reading() as connection:
        calls = _calls(connection)
    hashed = _hashed(night, frozenset(call.recording for call in calls if call.recording))
    name = night.settings.sources.preset
    legs = not name or preset_named(name, night.settings).legs
    joined = join_legs(hashed, *legs_of(night.settings)) if legs else hashed
    parsed = _parsed(night, joined) if name else {}
    assigned = assign_calls(joined, calls, parsed)
    with night.store.reading() as connection:
        erased = erasure.erased_things(connection)
        renamed = _renamed(connection, assigned)
    if renamed:
        assigned = assign_calls(joined, calls, parsed, renamed)
    assigned = without_erased(assigned, erased)
    _tell(night, assigned)
    with night.store.writing() as connection:
        recordings.remember_files(connection, night.run_id, str(night.archive), assigned)
        _store_parsed(night, connection, assigned, parsed, {call.call_id: call for call in calls})


def _renamed(connection: Connection, assigned: Sequence[ArchiveFile]) -> dict[str, str]:
    """By content, the call that it belonged to under a name that is gone, where its new name tells nothing."""
    contents = [file.content for file in assigned if file.call_rule == "unlisted" and file.content]
    taken = {file.call_id for file in assigned}
    kept: dict[str, str] = {}
    for content, call_id in recordings.calls_of(connection, contents).items():
        if call_id not in taken:
            kept[content] = call_id
            taken.add(call_id)
    return kept


def _calls(connection: Connection) -> list[Call]:
    """The calls table, without the user's further columns: of a large archive they would fill the memory."""
    frame = tables.read_table(connection, "calls", tables.current_loads(connection).get("calls"))
    return call_records(frame[[name for name in frame if name in ("started_at", "recording", BY_PRESET, *COLUMNS)]])


def _hashed(night: Night, listed: frozenset[str]) -> list[ArchiveFile]:
    """Every recording of the archive with its content, read where size or time are not those of an earlier night."""
    with night.store.reading() as connection:
        known = recordings.known_files(connection, str(night.archive))
    found = find_files(night.archive, listed, transcripts=night.settings.sources.transcripts)
    night.progress.stage(Text("録音を確認", "Recordings"), len(found))
    found = _settled(night, found)
    for place, file in enumerate(found):  # in place: one list of a large archive is enough
        found[place] = _with_hash(file, known, night.archive)
        night.progress.step("")
        if night.stop():
            night.stop_now()
    return found


def _settled(night: Night, found: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    """Hold back what grows while it is watched: observed, not judged by a clock that may be another machine's."""
    watch_s = night.settings.work.settle_s
    young = [file for file in found if file.problem is None and time.time() - file.modified_ns / 1e9 < YOUNG_S]
    if not young or watch_s <= 0:
        return list(found)
    _wait(watch_s, night.stop)
    growing = {file.relative for file in young if _facts(night.archive, file) != (file.size_bytes, file.modified_ns)}
    return [replace(file, problem=Reason.STILL_CHANGING) if file.relative in growing else file for file in found]


def _wait(seconds: float, stop: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stop() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.5))


def _facts(archive: Path, file: ArchiveFile) -> tuple[int, int] | None:
    try:
        facts = open_path(archive, file.relative).stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _with_hash(file: ArchiveFile, known: Mapping[str, recordings.KnownFile], archive: Path) -> ArchiveFile:
    if file.problem:
        return file
    before = known.get(file.relative)
    if before and (before.size_bytes, before.modified_ns) == (file.size_bytes, file.modified_ns):
        return replace(file, sha256=before.sha256)
    try:
        return replace(file, sha256=hash_file(open_path(archive, file.relative)))
    except OSError as error:
        if error.errno in FULL:
            raise
        return replace(file, problem=Reason.IO_ERROR, detail=error.strerror or type(error).__name__)


def _parsed(night: Night, found: Sequence[ArchiveFile]) -> dict[str, ParsedName]:
    """What the preset reads in each name and in the file beside it."""
    preset = preset_named(night.settings.sources.preset, night.settings)
    told = {}
    for file in found:
        parsed = preset.parse(file.relative)
        told[file.relative] = with_sidecar(parsed, preset, open_path(night.archive, file.relative))
    return told


def _tell(night: Night, assigned: Sequence[ArchiveFile]) -> None:
    """Names that do not parse, by count; `kouken status` shows an example, and the night's page lists each."""
    for code, count in Counter(file.detail for file in assigned if file.call_rule == "unparsed").items():
        night.progress.note(Text(f"{PROBLEMS[code].ja} {count} 件", f"{PROBLEMS[code].en} {count}"))


def _store_parsed(
    night: Night,
    connection: Connection,
    assigned: Sequence[ArchiveFile],
    parsed: Mapping[str, ParsedName],
    calls: Mapping[str, Call],
) -> None:
    """Enter the calls that no table tells. A row of the user's own table always stands before what a name says."""
    rows: dict[str, dict[str, str]] = {}
    for file in assigned:
        told = parsed.get(file.relative)
        if file.call_rule not in ("preset", "unparsed", "file_name") or told is None or file.call_id in rows:
            continue
        row = _row(file, told, night.settings.sources.preset)
        own = calls.get(file.call_id)
        if own is None or (own.extra.get(BY_PRESET) is not None and _differs(own, row)):
            rows[file.call_id] = row
    if not rows:
        return
    with TemporaryDirectory(dir=night.settings.data_dir) as folder:
        path = Path(folder) / f"preset-{night.settings.sources.preset}.csv"
        with path.open("w", encoding="utf-8", newline="") as file_:
            writer = csv.DictWriter(file_, ["call_id", "started_at", *COLUMNS[1:], BY_PRESET])
            writer.writeheader()
            writer.writerows(rows[call_id] for call_id in sorted(rows))
        loaded = read_table("calls", path, phone_key=phone_key(night.settings.data_dir))
    tables.store_table(
        connection,
        "calls",
        loaded.frame,
        file_name=loaded.report.file,
        sha256=loaded.report.sha256,
        report=loaded.report.to_json() | {"problems": []},  # an unknown operator is not the user's mistake here
        complete=False,
    )


def _row(file: ArchiveFile, told: ParsedName, preset: str) -> dict[str, str]:
    began = told.started_at.isoformat() if told.started_at else ""
    return {**told.fields, "call_id": file.call_id, "started_at": began, BY_PRESET: preset}


def _differs(own: Call, row: Mapping[str, str]) -> bool:
    """Whether the preset reads a call otherwise than the night that entered it."""
    began = datetime.fromisoformat(row["started_at"]) if row["started_at"] else None
    names = [name for name in COLUMNS if name != "phone"]  # kept as a keyed hash only
    return own.started_at != began or any((getattr(own, name) or "") != row.get(name, "") for name in names)
