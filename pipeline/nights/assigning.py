"""Which call each file of the archive belongs to, and which of several files tells it."""
# ruff: noqa: S608 - the names and conditions in statements are these files' own; every value is bound

from collections.abc import Callable, Sequence
from dataclasses import replace
from posixpath import basename, splitext
from typing import Protocol

from pipeline.audio.legs import without_leg
from pipeline.errors import Reason
from pipeline.nights.archive import ArchiveFile, same_name
from pipeline.nights.listing import SOUND, ListedCall, Listing, rank_of
from pipeline.sources.preset import ParsedName

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
IN_ORDER = f"CASE call_rule {' '.join(f'WHEN {rule!r} THEN {place}' for place, rule in enumerate(RULES))} END"


def assign_calls(listing: Listing) -> None:
    """Say which call each file belongs to; the first file of equal content keeps it, the others are duplicates.

    Goes by the calls, by what a preset read and by the calls that renamed files had, as far as they are listed.
    """
    listing.run("DELETE FROM assigned")
    for files in listing.batches("found"):
        parsed, had = listing.told(files), listing.calls_had(files)
        names = {file.relative: _names(file, parsed.get(file.relative), had.get(file.content or "")) for file in files}
        by_recording = listing.calls_by("recording", map(same_name, names))
        by_id = listing.calls_by("name", {name for some in names.values() for name in some})
        listing.assign(
            _assign(
                file,
                by_recording.get(same_name(file.relative)),
                next((by_id[name] for name in names[file.relative] if name in by_id), None),
                parsed.get(file.relative),
                had.get(file.content or ""),
            )
            for file in files
        )
    _one_file_each_content(listing)
    _one_recording_each(listing)
    _one_text_each(listing)


def _names(file: ArchiveFile, parsed: ParsedName | None, had: str | None) -> list[str]:
    """The ids that the call of this file may have, the likeliest first."""
    stem = _stem(file)
    names = (stem, without_leg(stem), parsed.call_id if parsed else None, had)
    return [same_name(name) for name in names if name]


def _stem(file: ArchiveFile) -> str:
    return splitext(basename(file.relative))[0].removesuffix(".vcon")


def _assign(
    file: ArchiveFile,
    by_recording: ListedCall | None,
    by_id: ListedCall | None,
    parsed: ParsedName | None,
    had: str | None,
) -> ArchiveFile:
    call, rule = (by_recording, "recording") if by_recording else (by_id, "file_name")
    told = rank_of(parsed.started_at) if parsed and parsed.started_at else None
    ranks = (call.rank if call else None, told, file.modified_ns // 1000)
    file = replace(file, rank=next(rank for rank in ranks if rank is not None))
    stem = _stem(file)
    if file.call_rule == "mixed":
        return replace(file, call_id=call.call_id if call else stem)
    if call is None:
        own = had or (stem if file.leg == "" else without_leg(stem))
        if parsed is None:
            return replace(file, call_id=own, call_rule="unlisted")
        rule = "preset" if parsed.problem is None else "unparsed"
        return replace(file, call_id=parsed.call_id or own, call_rule=rule, detail=parsed.problem or file.detail)
    if file.problem is None and not call.has_operator:
        return replace(file, call_id=call.call_id, call_rule=rule, problem=Reason.OPERATOR_MISSING)
    return replace(file, call_id=call.call_id, call_rule=rule)


def _one_file_each_content(listing: Listing) -> None:
    """The same content is counted once. Both sides of a call may hold the same sound, as with a broken recorder."""
    several = "SELECT sha256 FROM assigned WHERE call_rule <> 'mixed' GROUP BY sha256 HAVING count(*) > 1"
    alike = f"SELECT * FROM assigned WHERE call_rule <> 'mixed' AND sha256 IN ({several})"
    listing.collect("owners", _first(alike, of="sha256", by=f"{IN_ORDER}, relative"))
    listing.run(
        """UPDATE assigned SET call_id = owners.call_id, call_rule = 'duplicate',
           problem = NULL, detail = owners.relative, joined = NULL
           FROM owners
           WHERE owners.sha256 = assigned.sha256 AND owners.relative <> assigned.relative
           AND assigned.call_rule <> 'mixed' AND NOT (assigned.leg <> '' AND assigned.joined IS owners.joined)"""
    )


def _one_recording_each(listing: Listing) -> None:
    """One call is counted once, though it is there as WAV and as MP3: the file with the most bytes tells the most.

    The same call are files that the calls table gives one id, and files of one folder whose names differ by the suffix
    only. Of equal names in two folders nobody knows whether they are one call; each is a recording of its own.
    """
    sound = f"SELECT * FROM assigned WHERE {SOUND} AND text_rank = 0"
    alone = f"{sound} AND leg = '' AND call_rule NOT IN ('duplicate', 'mixed')"
    by_table = _first(f"{alone} AND call_rule IN ('recording', 'file_name')", of="path", by="relative DESC")
    listing.collect("listed", f"SELECT path, call_id FROM ({by_table})")
    same = "coalesce('id ' || listed.call_id, 'path ' || path) AS same"
    listing.collect("alone", f"SELECT one.*, {same} FROM ({alone}) AS one LEFT JOIN listed USING (path)")
    several = "SELECT * FROM alone WHERE same IN (SELECT same FROM alone GROUP BY same HAVING count(*) > 1)"
    listing.collect("best", _first(several, of="same", by="call_rule <> 'recording', size_bytes DESC, relative"))
    listing.run(
        """UPDATE assigned SET call_id = best.call_id, call_rule = 'same_call', detail = best.relative
           FROM best JOIN alone USING (same)
           WHERE alone.relative = assigned.relative AND best.relative <> assigned.relative"""
    )


def _one_text_each(listing: Listing) -> None:
    """A transcript of a call that is there as a recording, or as a better transcript, is not analysed as well."""
    texts = "SELECT call_id FROM assigned WHERE text_rank > 0"
    tell = f"SELECT * FROM assigned WHERE call_rule NOT IN ('duplicate', 'mixed') AND call_id IN ({texts})"
    listing.collect("tellers", _first(tell, of="call_id", by="text_rank, relative"))
    listing.run(
        """UPDATE assigned SET call_rule = 'spare_text', problem = NULL, detail = tellers.relative
           FROM tellers
           WHERE assigned.text_rank > 0 AND assigned.call_rule <> 'duplicate'
           AND tellers.call_id = assigned.call_id AND tellers.relative <> assigned.relative"""
    )


def _first(query: str, *, of: str, by: str) -> str:
    """A query for the first row of each group of another query's."""
    places = f"SELECT *, row_number() OVER (PARTITION BY {of} ORDER BY {by}) AS place FROM ({query})"
    return f"SELECT * FROM ({places}) WHERE place = 1"


class Tombstones(Protocol):
    """What was erased on request."""

    def has_call(self, call_id: str) -> bool: ...  # noqa: D102
    def has_file(self, relative: str, content: str | None) -> bool: ...  # noqa: D102


def leave_out_erased(listing: Listing, erased_of: Callable[[Sequence[ArchiveFile]], Tombstones]) -> None:
    """What was erased on request stays out, though its recording still lies in the archive; so does its other leg.

    `erased_of` gives what was erased of some files.
    """
    for files in listing.batches("assigned"):
        erased = erased_of(files)
        gone = (file for file in files if erased.has_call(file.call_id) or erased.has_file(file.relative, file.sha256))
        listing.run_many("INSERT INTO gone VALUES (?, ?)", ((file.relative, file.joined) for file in gone))
    listing.run(
        """UPDATE assigned
           SET call_rule = 'erased', sha256 = NULL, joined = NULL, leg = '', call_id = '', problem = NULL, detail = ''
           WHERE relative IN (SELECT relative FROM gone) OR joined IN (SELECT joined FROM gone)"""
    )
