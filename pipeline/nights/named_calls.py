"""Calls that no table tells: what the source preset reads in the names of their files, entered as rows of the table."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.errors import BadTable
from pipeline.language import Text
from pipeline.nights.archive import ArchiveFile, open_path
from pipeline.nights.listing import Listing
from pipeline.nights.night import Night
from pipeline.outcomes.load import read_table
from pipeline.outcomes.phone_key import phone_key
from pipeline.outcomes.report import Loaded
from pipeline.records import Call
from pipeline.refusals import RowProblem
from pipeline.sources.configured import preset_named
from pipeline.sources.preset import BY_PRESET, COLUMNS, PROBLEM_TEXTS, ParsedName
from pipeline.sources.sidecar import BROKEN, with_sidecar
from pipeline.store import tables
from pipeline.store.connect import Connection

PROBLEMS = PROBLEM_TEXTS | BROKEN
UNREAD = Text(
    "名前か隣の JSON の値が日時や ID として読めず、不明のままにしました。",
    "Values of a name or of the file beside it cannot be read and stay unknown.",
)
ENTRIES = "SELECT cells FROM entries ORDER BY call_id"
OF_NAMES = "call_rule IN ('preset', 'unparsed', 'file_name')"


def read_names(night: Night, listing: Listing) -> None:
    """List what the preset reads in each name and in the file beside it."""
    preset = preset_named(night.settings.sources.preset, night.settings)
    for files in listing.batches("found"):
        paths = {file.relative: open_path(night.archive, file.relative) for file in files}
        listing.tell({name: with_sidecar(preset.parse(name), preset, path) for name, path in paths.items()})


def note_unread(night: Night, listing: Listing) -> None:
    """Names that do not parse, by count; `kouken status` shows an example, and the night's page lists each."""
    counts: Counter[str] = Counter()
    for files in listing.batches("assigned", "call_rule = 'unparsed'"):
        counts.update(file.detail for file in files)
    for code, count in counts.items():
        night.progress.note(Text(f"{PROBLEMS[code].ja} {count} 件", f"{PROBLEMS[code].en} {count}"))


def store_named(night: Night, listing: Listing, connection: Connection) -> None:
    """Enter the calls that no table tells. A row of the user's own table always stands before what a name says."""
    at_load, preset = tables.current_loads(connection).get("calls"), night.settings.sources.preset
    for files in listing.batches("assigned", OF_NAMES):
        told = listing.told(files)
        rows = {file.relative: _row(file, told[file.relative], preset) for file in files if file.relative in told}
        known = tables.each_call(connection, at_load, {row["call_id"] for row in rows.values()})
        own = {call.call_id: call for call in known}
        listing.run_many(
            "INSERT OR IGNORE INTO entries VALUES (?, ?)",  # the first file of a call tells it
            ((row["call_id"], json.dumps(row)) for row in rows.values() if _is_news(own.get(row["call_id"]), row)),
        )
    loaded = _loaded(night, listing)
    if loaded is None:
        return
    tables.store_table(
        connection,
        "calls",
        loaded.frame,
        file_name=loaded.report.file,
        sha256=loaded.report.sha256,
        report=loaded.report.to_json() | {"problems": []},  # an unknown operator is not the user's mistake here
        complete=False,
    )


def _loaded(night: Night, listing: Listing) -> Loaded | None:
    """The entries as a table, None without any. What no table takes, a time in the year 9999, stays unknown: one broken
    file beside a recording is not to end the night.
    """
    unread = 0
    with TemporaryDirectory(dir=night.settings.data_dir) as folder:
        path = Path(folder) / f"preset-{night.settings.sources.preset}.csv"
        while listing.run("SELECT 1 FROM entries LIMIT 1"):
            _write(path, listing)
            try:
                loaded = read_table("calls", path, phone_key=phone_key(night.settings.data_dir))
            except BadTable as error:
                forgotten = _forget_unread(listing, error.problems)
                if not forgotten:
                    raise
                unread += forgotten
                continue
            if unread:
                night.progress.note(Text(f"{UNREAD.ja} {unread} 件", f"{UNREAD.en} {unread}"))
            return loaded
    return None


def _write(path: Path, listing: Listing) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["call_id", "started_at", *COLUMNS[1:], BY_PRESET])
        writer.writeheader()
        writer.writerows(json.loads(cells) for (cells,) in listing.each(ENTRIES))


def _forget_unread(listing: Listing, problems: Sequence[RowProblem]) -> int:
    """Blank the values that could not be read, and drop a call where that does not help; how many calls changed."""
    wrong: dict[int | None, set[str | None]] = {}
    for problem in problems:
        wrong.setdefault(problem.line, set()).add(problem.column)
    kept: list[tuple[str, str]] = []
    dropped: list[tuple[str]] = []
    line = 2
    for (cells,) in listing.each(ENTRIES):
        row: dict[str, str] = json.loads(cells)
        after = line + 1 + sum(value.count("\n") for value in row.values())
        columns = set().union(*(wrong.get(one, ()) for one in range(line, after)))
        line = after
        blank = {name: "" for name in row if name in columns and name != "call_id" and row[name]}
        if columns and len(blank) == len(columns):
            kept.append((json.dumps(row | blank), row["call_id"]))
        elif columns:
            dropped.append((row["call_id"],))
    listing.run_many("UPDATE entries SET cells = ? WHERE call_id = ?", kept)
    listing.run_many("DELETE FROM entries WHERE call_id = ?", dropped)
    return len(kept) + len(dropped)


def _row(file: ArchiveFile, told: ParsedName, preset: str) -> dict[str, str]:
    began = told.started_at.isoformat() if told.started_at else ""
    return {**told.fields, "call_id": file.call_id, "started_at": began, BY_PRESET: preset}


def _is_news(own: Call | None, row: Mapping[str, str]) -> bool:
    """Whether no table tells the call, or a name did in an earlier night and the preset reads it otherwise now."""
    return own is None or (own.extra.get(BY_PRESET) is not None and _differs(own, row))


def _differs(own: Call, row: Mapping[str, str]) -> bool:
    began = datetime.fromisoformat(row["started_at"]) if row["started_at"] else None
    names = [name for name in COLUMNS if name != "phone"]  # kept as a keyed hash only
    return own.started_at != began or any((getattr(own, name) or "") != row.get(name, "") for name in names)
