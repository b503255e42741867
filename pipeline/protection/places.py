"""What lies of calls in the data folder and beyond it, and how erasing reaches it: the one list of places.

Files are erased by what the store remembers as erased, not by the request: a sweep that was cut off is simply done
again, by the next request or in the next night.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.audio.playback import copies_in, remove_copies
from pipeline.folders import files_until
from pipeline.language import Text
from pipeline.protection import erasure_register
from pipeline.reports.erased import erase_from_export, erase_from_transcripts, remove_reports
from pipeline.settings import Settings
from pipeline.store import copies, erasure, erasures
from pipeline.store.connect import Store
from pipeline.store.erasure import Erased


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: files by place, the known places that it does not reach, and the register of erasures if it
    could not be written."""

    files: dict[str, int]
    left: tuple[str, ...]
    unwritten: str


def _playback(folder: Path, erased: Erased) -> int:
    gone = [content for content in copies_in(folder) if erased.has_content(content)]
    return sum(remove_copies(content, folder) for content in gone)


def _reports(folder: Path, erased: Erased) -> int:
    """Reports from before the last request, monthly PDFs among them: the store can write them again without it."""
    return remove_reports(folder, erased.last_request_at) if erased.last_request_at else 0


def _uploads(folder: Path, erased: Erased) -> int:
    """Tables that wait for somebody's yes and came before the last request: they can be uploaded again."""
    old = files_until(folder, erased.last_request_at) if erased.last_request_at else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


ERASED: Mapping[str, Callable[[Path, Erased], int]] = {"playback": _playback, "reports": _reports, "uploads": _uploads}
"""Folders of the data folder that hold something of calls, each with what takes erased calls out of it."""

KEPT: Mapping[str, Text] = {
    "kouken.db": Text("データベース(表ごとの一覧は pipeline/store/holdings.py)", "the store; see store/holdings.py"),
    "kouken.db-wal": Text("データベースの一部。消した後に空にする", "part of the store; emptied after erasing"),
    "kouken.db-shm": Text("データベースの索引。通話の内容はない", "an index of the store, nothing of calls"),
    "looks.jsonl": Text(
        "閲覧の記録のうち、データベースが空くのを待っているもの(番号だけ)", "looks that wait for the store: ids only"
    ),
    "night.lock": Text("動いている夜の番号", "the process of the night that runs"),
    "running": Text("動いている夜の印(番号だけ)", "a mark of each night that runs: its number"),
    "phone.key": Text(
        "電話番号のハッシュと、確認コードのもとの鍵", "the key of the phone hashes and of the secrets of sign-ins"
    ),
    "erased.jsonl": Text(
        "消したもののハッシュ。控えを戻すときに要る", "hashes of what was erased, for restoring backups"
    ),
    "spool": Text("名前のない一時ファイル。処理が終われば消える", "files without a name, gone with their process"),
    "weights": Text("音声認識の重み", "weights of the recogniser"),
    "demo-world": Text("同梱のデモの表と録音(架空)", "tables and recordings of the demonstration, made up"),
}
"""What else lies in the data folder, with why erasing a call leaves it."""


def sweep(store: Store, settings: Settings) -> Swept:
    """Take everything that was ever erased out of every place that is known, and complete the certificates that wait
    for it. Raises `OSError`."""
    with store.reading() as connection:
        erased, known = erasure.erased_things(connection), copies.known(connection)
        waiting = erasures.waiting(connection)
    with store.reading() as connection:
        erasure.forget_pages(connection)
    begun = datetime.now(UTC)
    files = {name: remove(settings.data_dir / name, erased) for name, remove in ERASED.items()}
    there = [copy for copy in known if copy.path.exists()]
    done, failed = [], []
    for copy in there:
        try:
            number = _swept(copy, erased)
        except (OSError, ValueError, KeyError):  # not ours to write, no room, no export any more
            failed.append(str(copy.path))
            continue
        if number is not None:
            files[copy.kind] = files.get(copy.kind, 0) + number
            done.append(copy.path)
    missing = [copy.path for copy in known if copy not in there]
    unwritten = erasure_register.refresh(store, settings)
    taken = {name: number for name, number in files.items() if number}
    swept = Swept(taken, (*failed, *_left(there, erased)), unwritten)
    if done or missing or waiting:
        with store.writing() as connection:
            copies.swept(connection, done, begun)
            copies.forget(connection, missing)
            erasures.swept(connection, waiting, swept.files, swept.left)
    return swept


def _swept(copy: copies.Copy, erased: Erased) -> int | None:
    """Files that were changed or deleted in one place; None where nothing was erased since it was last looked at."""
    since = copy.swept_at or copy.written_at
    if copy.kind == "parquet" and erased.last_at and since <= erased.last_at:
        return erase_from_export(copy.path, erased.has_call)
    if copy.kind == "transcripts" and erased.last_at and since <= erased.last_at:
        return erase_from_transcripts(copy.path, erased.has_call)
    if copy.kind == "report" and erased.last_request_at and since <= erased.last_request_at:
        return remove_reports(copy.path, erased.last_request_at)
    return None


def _left(there: list[copies.Copy], erased: Erased) -> tuple[str, ...]:
    """Backups and reports at places of the user's own choice, from before the last erasure."""
    return tuple(
        str(copy.path)
        for copy in there
        if copy.kind in ("backup", "file") and erased.last_at and copy.written_at <= erased.last_at
    )
