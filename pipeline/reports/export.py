"""Everything that is stored as Parquet files for BI tools: `OUT/<table>/dt=YYYY-MM-DD/part-0.parquet` and a manifest.

A file appears whole or not at all: it is written under another name, brought to the disk and renamed. The manifest is
written last, with the rows and the SHA-256 of each file; while it is missing, an export is under way or was cut off.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.reports.build import TOKYO
from pipeline.store import exports, reports, tables
from pipeline.store.connect import Connection
from pipeline.store.pages import Pins

SCHEMA = "export-1"


def export_parquet(
    connection: Connection,
    out: Path,
    day: date,
    *,
    with_text: bool = False,
    on_table: Callable[[str, int], None] = lambda name, rows: None,
) -> Path:
    """Write every table for `day`; the manifest's path. `with_text`: what was said too, masked as it was stored.

    An export of the same day is replaced. `on_table` hears each table with its rows. Raises `BadInput` if nothing has
    been loaded yet.
    """
    body = reports.latest_report(connection)
    pins = Pins.of_report(body) if body else None
    if not tables.current_loads(connection) and pins is None:
        raise BadInput(
            Text("まだ何も読み込まれていません。", "Nothing has been loaded yet."),
            remedy=Text("kouken load か kouken nightly を先に実行してください。", "Run kouken load or nightly first."),
        )
    manifest = out / f"manifest-{day.isoformat()}.json"
    manifest.unlink(missing_ok=True)
    written = {}
    for name in (*exports.INPUTS, *exports.RESULTS, *([exports.WORDS] if with_text else [])):
        place = Path(name) / f"dt={day.isoformat()}" / "part-0.parquet"
        written[name] = _write_table(exports.each_frame(connection, name, pins), out, place)
        on_table(name, written[name]["rows"])
    facts = {
        "schema": SCHEMA,
        "dt": day.isoformat(),
        "made_at": datetime.now(TOKYO).isoformat(timespec="seconds"),
        "run_id": body["run_id"] if body else None,
        "versions": body["versions"] if body else {},
        "loads": tables.current_loads(connection),
        "tables": written,
    }
    write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", manifest)
    return manifest


def _write_table(frames: Iterator[pd.DataFrame], out: Path, place: Path) -> dict[str, Any]:
    """One file of all frames; where it is, its rows, SHA-256 and columns. A cut-off try leaves only a `.part`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = out / place
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    first = pa.Table.from_pandas(next(frames), preserve_index=False)
    schema = first.schema.remove_metadata()
    rows = 0
    with temporary.open("wb") as file:
        with pq.ParquetWriter(file, schema) as writer:
            for table in _tables(first, frames, schema):
                writer.write_table(table)
                rows += table.num_rows
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    to_disk(path.parent)
    columns = {field.name: str(field.type) for field in schema}
    return {"file": place.as_posix(), "rows": rows, "sha256": sha256_of(path), "columns": columns}


def _tables(first: Any, frames: Iterator[pd.DataFrame], schema: Any) -> Iterator[Any]:
    import pyarrow as pa

    yield first.replace_schema_metadata(None)
    for frame in frames:
        yield pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None)


def write_text(text: str, path: Path) -> None:
    """Whole or not at all, and on the disk."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    to_disk(path.parent)


def to_disk(folder: Path) -> None:
    """A rename is only as lasting as the folder that holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def broken_files(manifest: Path) -> list[str]:
    """Files of an export that are not as its manifest says."""
    facts: Mapping[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    told = [(manifest.parent / table["file"], table["sha256"]) for table in facts["tables"].values()]
    return [path.as_posix() for path, sha256 in told if not path.is_file() or sha256_of(path) != sha256]
