"""The first stage of the night: list the archive, read what is new, say which call each file belongs to."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pipeline.errors import Reason
from pipeline.language import Text
from pipeline.nights.archive import ArchiveFile, hash_file, join_legs, open_path
from pipeline.nights.assigning import assign_calls, leave_out_erased
from pipeline.nights.listing import Listing, new_listing
from pipeline.nights.named_calls import note_unread, read_names, store_named
from pipeline.nights.night import Night
from pipeline.nights.walking import list_archive
from pipeline.processes.workers import FULL
from pipeline.sources.configured import legs_of, preset_named
from pipeline.store import erasure, recordings, tables
from pipeline.store.connect import Connection

YOUNG_S = 3600.0  # a file changed within the last hour, or in the future, may still be written


def find(night: Night) -> None:
    """Commit tonight's files, and the calls that only their names tell, in one transaction."""
    settings = night.settings
    with new_listing(settings.data_dir) as listing:
        with night.store.reading() as connection:
            listing.list_calls(tables.each_call(connection, tables.current_loads(connection).get("calls")))
        list_archive(listing, night.archive, transcripts=settings.sources.transcripts, between=_stop_if_asked(night))
        night.progress.stage(Text("録音を確認", "Recordings"), listing.count())
        _settle(night, listing)
        _hash(night, listing)
        _join_legs(night, listing)
        if settings.sources.preset:
            read_names(night, listing)
        _assign(night, listing)
        note_unread(night, listing)
        with night.store.writing() as connection:
            assigned = chain.from_iterable(listing.batches("assigned"))
            recordings.remember_files(connection, night.run_id, str(night.archive), assigned)
            store_named(night, listing, connection)


def _stop_if_asked(night: Night) -> Callable[[], None]:
    def stop() -> None:
        if night.stop():
            night.stop_now()

    return stop


def _settle(night: Night, listing: Listing) -> None:
    """Hold back what grows while it is watched: observed, not judged by a clock that may be another machine's."""
    watch_s, before_ns = night.settings.work.settle_s, int((time.time() - YOUNG_S) * 1e9)
    young = f"problem IS NULL AND modified_ns > {before_ns}"
    if watch_s <= 0 or not any(listing.batches("found", young)):
        return
    _wait(watch_s, night.stop)
    for files in listing.batches("found", young):
        growing = (file for file in files if _facts(night.archive, file) != (file.size_bytes, file.modified_ns))
        listing.change(replace(file, problem=Reason.STILL_CHANGING) for file in growing)


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


def _hash(night: Night, listing: Listing) -> None:
    """Tell every file's content, read where size or time are not those of an earlier night."""
    for files in listing.batches("found"):
        with night.store.reading() as connection:
            names = [file.relative for file in files]
            known = recordings.known_files(connection, str(night.archive), names)
        listing.change(_hashed(night, files, known))


def _hashed(
    night: Night, files: Sequence[ArchiveFile], known: Mapping[str, recordings.KnownFile]
) -> Iterator[ArchiveFile]:
    for file in files:
        yield _with_hash(file, known, night.archive)
        night.progress.step("")
        if night.stop():
            night.stop_now()


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


def _join_legs(night: Night, listing: Listing) -> None:
    name = night.settings.sources.preset
    if name and not preset_named(name, night.settings).legs:
        return
    how = legs_of(night.settings)
    for files in listing.leg_groups():
        listing.change(join_legs(files, *how))


def _assign(night: Night, listing: Listing) -> None:
    """Say which call each file belongs to: a renamed one to the call that it had, an erased one to none."""
    assign_calls(listing)
    with night.store.reading() as connection:
        if _list_renamed(connection, listing):
            assign_calls(listing)
        leave_out_erased(listing, lambda files: _erased_of(connection, files))


def _list_renamed(connection: Connection, listing: Listing) -> bool:
    """List by content the call that it belonged to under a name that is gone, where its new name tells nothing."""
    for files in listing.batches("assigned", "call_rule = 'unlisted'"):
        now = {file.content: file.call_id for file in files if file.content}
        had = recordings.calls_of(connection, list(now))
        listing.list_renamed({content: call_id for content, call_id in had.items() if call_id != now[content]})
    return listing.keep_renamed()


def _erased_of(connection: Connection, files: Sequence[ArchiveFile]) -> erasure.Erased:
    held = {file.relative: file.sha256 for file in files}
    return erasure.erased_of(connection, (file.call_id for file in files), held)
