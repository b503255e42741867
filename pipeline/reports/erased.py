"""Take erased calls out of what was written: rows of Parquet exports, files of transcripts, whole reports."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.folders import files_until
from pipeline.reports.export import sha256_of, to_disk, write_text

UNDER_WAY = ".erasing"  # the manifest's name meanwhile: a reader finds none, as while an export is written


def erase_from_export(folder: Path, is_erased: Callable[[str], bool]) -> int:
    """Rewrite the files of every export in the folder that hold erased calls; how many.

    The manifest of an export is missing meanwhile, and names the new sums afterwards; a cut-off try is gone on with.
    """
    rewritten = 0
    for found in sorted([*folder.glob("manifest-*.json"), *folder.glob(f"manifest-*.json{UNDER_WAY}")]):
        manifest = found.with_name(found.name.removesuffix(UNDER_WAY))
        facts = json.loads(found.read_text(encoding="utf-8"))
        told = [folder / table["file"] for table in facts["tables"].values() if "call_id" in table["columns"]]
        holding = [path for path in told if path.is_file() and _erased_in(path, is_erased)]
        if not holding and found == manifest:
            continue
        under_way = manifest.with_name(manifest.name + UNDER_WAY)
        found.replace(under_way)
        for path in holding:
            _rewrite(path, _erased_in(path, is_erased))
        for table in facts["tables"].values():
            table.update(_facts(folder / table["file"]))
        write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", manifest)
        under_way.unlink()
        rewritten += len(holding)
    return rewritten


def erase_from_transcripts(folder: Path, is_erased: Callable[[str], bool]) -> int:
    """Delete the files of erased calls, and then their lines of `index.jsonl`; how many files. Raises `OSError`."""
    index = folder / "index.jsonl"
    lines = index.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not is_erased(json.loads(line)["call_id"])]
    gone = [folder / name for line in lines if line not in kept for name in json.loads(line)["files"]]
    for path in gone:
        path.unlink(missing_ok=True)
    if gone:
        write_text("".join(f"{line}\n" for line in kept), index)
    return len(gone)


def remove_reports(folder: Path, written_until: datetime) -> int:
    """Delete the report files below the folder that were written by then, and folders that this empties; how many
    files.

    Only what reports are made of is touched, since the folder may be one of the user's own.
    """
    old = [path for path in files_until(folder, written_until) if _is_of_report(path)]
    for path in old:
        path.unlink(missing_ok=True)
    for place in sorted({place for path in old for place in path.parents if folder in place.parents}, reverse=True):
        with suppress(OSError):  # not empty, or gone already
            place.rmdir()
    return len(old)


def _is_of_report(path: Path) -> bool:
    """Also what was half-written when its night was killed."""
    return Path(path.name.removesuffix(".part")).suffix in SUFFIXES


SUFFIXES = {".json", ".csv", ".pdf", ".xlsx", ".html", ".parquet"}


def _erased_in(path: Path, is_erased: Callable[[str], bool]) -> set[str]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found: set[str] = set()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["call_id"]):
            found |= {one for one in pc.unique(batch.column(0)).to_pylist() if one is not None and is_erased(one)}
    return found


def _rewrite(path: Path, gone: set[str]) -> None:
    """The file without the rows of these calls, whole or not at all."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    temporary = path.with_name(path.name + ".part")
    with pq.ParquetFile(path) as file, temporary.open("wb") as out:
        names = pa.array(sorted(gone), file.schema_arrow.field("call_id").type)
        with pq.ParquetWriter(out, file.schema_arrow) as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch.filter(pc.invert(pc.is_in(batch.column("call_id"), value_set=names))))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    to_disk(path.parent)


def _facts(path: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    return {"rows": pq.read_metadata(path).num_rows, "sha256": sha256_of(path)} if path.is_file() else {}
