"""Tables that a browser sent, kept aside until somebody has looked at the preview; gone afterwards, come what may."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pipeline.errors import BadInput, BadTable
from pipeline.language import Text
from pipeline.outcomes.columns import Kind
from pipeline.outcomes.configured import read_configured
from pipeline.outcomes.encodings import detect_encoding
from pipeline.outcomes.report import Loaded
from pipeline.progress import Progress, Silent
from pipeline.protection.scanning import NotClean, check_clean
from pipeline.refusals import RowProblem
from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.tables.table_loading import changed, first_rows, store_loaded

LASTS_S = 3600.0
LONGEST_NAME = 100  # characters
PARQUET = b"PAR1"
READING = Text("表を読んでいます", "Reading the table")
LOADING = Text("取り込んでいます(行)", "Loading (rows)")
_KEY = re.compile(r"[\w-]{43}")
GONE = BadInput(
    Text("このファイルはもうありません。", "This file is no longer here."),
    remedy=Text(
        "確認しないまま一時間たったか、もう取り込まれています。もう一度選んでください。",
        "An hour has gone by, or it is loaded already. Choose it again.",
    ),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file aside. Whoever sent it, and nobody else, can look at it and load it."""

    key: str
    kind: Kind
    preset: str | None
    owner: str
    path: Path


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading would do: the table as it was read, or the problems. `encoding` is empty for Parquet.

    `unlisted`: how many more problems there are than a list holds.
    """

    upload: Upload
    encoding: str
    loaded: Loaded | None
    rows: list[dict[str, Any]]
    problems: tuple[RowProblem, ...]
    unlisted: int = 0


def keep(settings: Settings, content: BinaryIO, file_name: str, kind: Kind, preset: str | None, owner: str) -> Upload:
    """Put a file aside, readable by this program's user alone; what others have left lying is removed first.

    Raises `NotClean` for one that the scanner refuses; that is gone again.
    """
    folder = folder_of(settings)
    discard_old(folder)
    key = secrets.token_urlsafe(32)
    place = folder / key
    place.mkdir(parents=True, mode=0o700)
    upload = Upload(key, kind, preset, owner, place / _plain_name(file_name))
    with upload.path.open("xb") as file:
        shutil.copyfileobj(content, file)
    try:
        check_clean(upload.path, settings.web)
    except NotClean:
        discard(upload)
        raise
    facts = {"kind": kind, "preset": preset, "owner": owner, "file": upload.path.name}
    (place / "upload.json").write_text(json.dumps(facts), encoding="utf-8")
    return upload


def find(folder: Path, key: str, owner: str) -> Upload:
    """The file again. Raises `BadInput` if it is gone or somebody else's."""
    if not _KEY.fullmatch(key):
        raise GONE
    try:
        facts = json.loads((folder / key / "upload.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GONE from None
    if facts["owner"] != owner:
        raise GONE
    return Upload(key, facts["kind"], facts["preset"], owner, folder / key / facts["file"])


def discard(upload: Upload) -> None:
    """Remove it."""
    shutil.rmtree(upload.path.parent, ignore_errors=True)


def discard_old(folder: Path) -> None:
    """Remove what nobody came back for."""
    if folder.is_dir():
        for place in folder.iterdir():
            if time.time() - place.stat().st_mtime > LASTS_S:
                shutil.rmtree(place, ignore_errors=True)


def preview(upload: Upload, settings: Settings) -> Preview:
    """Read it as loading would, without changing anything."""
    encoding = _encoding(upload.path)
    try:
        loaded = read_configured(upload.kind, upload.path, settings, preset=upload.preset)
    except BadTable as refusal:
        return Preview(upload, encoding, None, [], tuple(refusal.problems), refusal.unlisted)
    rows = json.loads(first_rows(loaded).to_json(orient="records", force_ascii=False))
    return Preview(upload, encoding, loaded, rows, loaded.report.problems)


def load_kept(settings: Settings, progress: Progress, key: str, owner: str) -> Kind:
    """`load` as work beside the pages; which table it was. Ended on the way, it leaves everything as it was."""
    upload = find(folder_of(settings), key, owner)
    with open_store(settings.store_url) as store:
        load(store, settings, upload, progress)
    return upload.kind


def load(store: Store, settings: Settings, upload: Upload, progress: Progress | None = None) -> Mapping[str, int]:
    """Everything, or nothing and a `BadTable`; on record. The file is removed once it is in."""
    told_of = progress or Silent()
    told_of.stage(READING, 0)
    loaded = read_configured(upload.kind, upload.path, settings, preset=upload.preset)
    told_of.stage(LOADING, len(loaded.frame))
    with store.writing() as connection:
        counts = changed(store_loaded(connection, loaded, _rows_told(told_of)))
        told: dict[str, audit.Detail] = {"rows": loaded.report.rows_kept, "sha256": loaded.report.sha256, **counts}
        audit.record(connection, upload.owner, "tables.load", upload.kind, told)
    discard(upload)
    return counts


def folder_of(settings: Settings) -> Path:
    """Where files lie that wait for somebody's yes."""
    return settings.data_dir / "uploads"


def _rows_told(progress: Progress) -> Callable[[int], None]:
    told = 0

    def tell(rows: int) -> None:
        nonlocal told
        for _ in range(rows - told):
            progress.step("")
        told = rows

    return tell


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        is_parquet = file.read(len(PARQUET)) == PARQUET
    return "" if is_parquet else detect_encoding(path).name


def _plain_name(name: str) -> str:
    """The last part of what the browser calls the file, as one that can be made anywhere."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(letter for letter in last if letter.isprintable())[-LONGEST_NAME:].strip()
    while len(kept.encode()) > 200:  # a file system counts bytes
        kept = kept[1:]
    return "table.csv" if kept in ("", ".", "..", "upload.json") else kept
