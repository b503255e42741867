"""Calls that no table tells: what the source preset reads in the names of their files, entered as rows of the table."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.language import Text
from pipeline.nights.archive import ArchiveFile, open_path
from pipeline.nights.listing import Listing
from pipeline.nights.night import Night
from pipeline.outcomes.load import read_table
from pipeline.outcomes.phone_key import phone_key
from pipeline.records import Call
from pipeline.sources.configured import preset_named
from pipeline.sources.preset import BY_PRESET, COLUMNS, PROBLEM_TEXTS, ParsedName
from pipeline.sources.sidecar import BROKEN, with_sidecar
from pipeline.store import tables
from pipeline.store.connect import Connection

PROBLEMS = PROBLEM_TEXTS | BROKEN
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
    if not listing.run("SELECT 1 FROM entries LIMIT 1"):
        return
    with TemporaryDirectory(dir=night.settings.data_dir) as folder:
        path = Path(folder) / f"preset-{preset}.csv"
        with path.open("w", encoding="utf-8", newline="") as file_:
            writer = csv.DictWriter(file_, ["call_id", "started_at", *COLUMNS[1:], BY_PRESET])
            writer.writeheader()
            cells = listing.each("SELECT cells FROM entries ORDER BY call_id")
            writer.writerows(json.loads(row) for (row,) in cells)
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


def _is_news(own: Call | None, row: Mapping[str, str]) -> bool:
    """Whether no table tells the call, or a name did in an earlier night and the preset reads it otherwise now."""
    return own is None or (own.extra.get(BY_PRESET) is not None and _differs(own, row))


def _differs(own: Call, row: Mapping[str, str]) -> bool:
    began = datetime.fromisoformat(row["started_at"]) if row["started_at"] else None
    names = [name for name in COLUMNS if name != "phone"]  # kept as a keyed hash only
    return own.started_at != began or any((getattr(own, name) or "") != row.get(name, "") for name in names)
