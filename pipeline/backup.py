"""Backup and restore: one file with the store, the key of the phone hashes, and the sums that tell it is whole."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.lock import night_lock
from pipeline.settings import Settings
from pipeline.store import backup, copies
from pipeline.store.connect import Store
from pipeline.store.migrate import head_revision, open_store, schema_revision

FORMAT = "kouken-backup-1"
DATABASE, KEY, MANIFEST = "kouken.db", "phone.key", "manifest.json"
BLOCK = 1 << 20


def make_backup(settings: Settings, path: Path) -> dict[str, Any]:
    """Write the backup whole or not at all, while nights and pages go on. Its manifest.

    The file holds transcripts and the key of the phone hashes: only its owner may read it.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.touch(mode=0o600)
    try:
        with open_store(settings.store_url) as store, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            sums = _write_sqlite(store, archive, settings) if store.is_sqlite else _write_postgres(store, archive)
            key = settings.data_dir / KEY
            if key.is_file():
                sums[KEY] = _add(archive, KEY, iter([key.read_bytes()]))
            manifest = {
                "format": FORMAT,
                "store": store.url.get_backend_name(),
                "revision": head_revision(),
                "kouken": installed_version("kouken"),
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "sha256": sums,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            with store.writing() as connection:
                copies.remember(connection, "backup", path)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def restore(settings: Settings, path: Path) -> Path | None:
    """Put a backup in place of the store. On SQLite the old file is kept beside it: its new name.

    Raises `BadInput` where the file is damaged, of another kind of store or of a newer schema, and where a PostgreSQL
    is not empty; nothing has changed then. No night may run meanwhile.
    """
    with night_lock(settings), TemporaryDirectory(dir=settings.data_dir) as folder:
        manifest = _unpacked(path, Path(folder))
        with Store(settings.store_url) as store:
            kind = store.url.get_backend_name()
            if manifest["store"] != kind:
                raise _refused(f"{manifest['store']} の控えは {kind} に戻せません。", "It is of another kind of store.")
            kept = None
            if store.is_sqlite:
                kept = _put_sqlite(store, Path(folder))
            else:
                _put_postgres(store, Path(folder), str(manifest["revision"]))
        key = Path(folder) / KEY
        if key.is_file():
            shutil.copyfile(key, settings.data_dir / KEY)
            (settings.data_dir / KEY).chmod(0o600)
    return kept


def _write_sqlite(store: Store, archive: zipfile.ZipFile, settings: Settings) -> dict[str, str]:
    with TemporaryDirectory(dir=settings.data_dir) as folder:
        copy = Path(folder) / DATABASE
        backup.copy_sqlite(store, copy)
        return {DATABASE: _add(archive, DATABASE, _blocks(copy))}


def _write_postgres(store: Store, archive: zipfile.ZipFile) -> dict[str, str]:
    with store.reading() as connection:
        return {
            name: _add(archive, name, rows)
            for name, rows in ((f"tables/{table}", rows) for table, rows in backup.read_tables(connection))
        }


def _add(archive: zipfile.ZipFile, name: str, blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        for block in blocks:
            digest.update(block)
            member.write(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield block


def _unpacked(path: Path, folder: Path) -> dict[str, Any]:
    """The manifest, with every member it names unpacked and equal to its sum. Raises `BadInput`."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise _refused("kouken の控えではありません。", "It is no backup of kouken.")
            for name, expected in manifest["sha256"].items():
                _take(archive, name, expected, folder)
    except FileNotFoundError:
        raise _refused(f"ファイルがありません: {path}", f"There is no file {path}.") from None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        name = type(error).__name__
        raise _refused(f"控えが壊れています({name})。", f"The backup is damaged ({name}).") from None
    return manifest


def _take(archive: zipfile.ZipFile, name: str, expected: str, folder: Path) -> None:
    if not (name in (DATABASE, KEY) or name.removeprefix("tables/").isidentifier()):
        raise ValueError("a member that no backup has")
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(name) as member, target.open("wb") as stream:
        while block := member.read(BLOCK):
            digest.update(block)
            stream.write(block)
    if digest.hexdigest() != expected:
        raise ValueError("a sum differs")


def _put_sqlite(store: Store, folder: Path) -> Path | None:
    copy, place = folder / DATABASE, Path(str(store.url.database))
    if not backup.sqlite_is_whole(copy):
        raise _refused("控えの中のデータベースが壊れています。", "The database in it is damaged.")
    kept = None
    if place.exists():
        backup.copy_sqlite(store, folder / "before")  # with what its companion files still hold
        kept = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        (folder / "before").replace(kept)
    store.close()
    for companion in ("-wal", "-shm"):
        place.with_name(place.name + companion).unlink(missing_ok=True)
    copy.replace(place)
    return kept


def _put_postgres(store: Store, folder: Path, revision: str) -> None:
    if schema_revision(store) is None:
        open_store(store.url.render_as_string(hide_password=False)).close()
    if revision != head_revision() or schema_revision(store) != revision:
        raise _refused(
            f"控えの形({revision})がこの版({head_revision()})と違います。", "Its schema is not that of this version."
        )
    with store.writing() as connection:
        if not backup.is_unused(connection):
            raise _refused("空のデータベースにだけ戻せます。", "It can be restored into an empty database only.")
        backup.write_tables(connection, lambda table: _blocks(folder / "tables" / table))


def _refused(ja: str, en: str) -> BadInput:
    return BadInput(
        Text(f"控えを戻しません: {ja}", f"The backup is not restored. {en}"),
        remedy=Text("何も変更していません。", "Nothing was changed."),
    )
