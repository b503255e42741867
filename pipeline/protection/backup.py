"""Backup and restore: one file with the store, the key of the phone hashes (and, derived from it, of second factors),
and the sums that tell it is whole.

What was erased after a backup was made must not come back with it: restoring erases it again, by the register of
erasures, before anybody sees the store.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.errors import BadInput, KoukenError
from pipeline.language import Text
from pipeline.nights.lock import night_lock
from pipeline.protection import erasure_register
from pipeline.protection.erasure_register import Register
from pipeline.settings import Settings
from pipeline.store import audit, backup, copies, erasure
from pipeline.store.connect import Connection, Store
from pipeline.store.migrate import head_revision, migrate, open_store, schema_revision
from pipeline.values import TOKYO

FORMAT = "kouken-backup-1"
DATABASE, KEY, MANIFEST = "kouken.db", "phone.key", "manifest.json"
BLOCK = 1 << 20


def make_backup(settings: Settings, path: Path) -> dict[str, Any]:
    """Write the backup whole or not at all, while nights and pages go on. Its manifest, and `register_unwritten`.

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
            unwritten = erasure_register.refresh(store, settings)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return {**manifest, "register_unwritten": unwritten}


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: the store before, under its new name (SQLite). `known_until`: the moment until which erasures were known
    (None: restored without). `erased_again`: calls in the backup that had been erased since."""

    kept: Path | None
    known_until: datetime | None
    erased_again: int


EraseAgain = Callable[[Connection], tuple[datetime | None, int]]


def restore(
    settings: Settings, path: Path, actor: str, *, registers: Sequence[Path] = (), without_register: bool = False
) -> Restored:
    """Put a backup in place of the store, without the calls that were erased after it was made.

    Those are known from the present store, from the register of erasures and from copies of it (`registers`). Raises
    `BadInput` where none of them reaches back to the backup (unless `without_register`), where the file is damaged, of
    another kind of store or of a newer schema, and where a PostgreSQL is not empty; nothing has changed then. No night
    may run meanwhile.
    """
    with night_lock(settings), TemporaryDirectory(dir=settings.data_dir) as folder:
        manifest = _unpacked(path, Path(folder))
        with Store(settings.store_url) as store:
            kind = store.url.get_backend_name()
            if manifest["store"] != kind:
                raise _refused(f"{manifest['store']} の控えは {kind} に戻せません。", "It is of another kind of store.")
            known = _known(store, settings, registers)
            again = partial(_erase_again, known, manifest, settings, actor, without_register)
            put = _put_sqlite if store.is_sqlite else _put_postgres
            restored = put(store, Path(folder), manifest, again)
        key = Path(folder) / KEY
        if key.is_file():
            shutil.copyfile(key, settings.data_dir / KEY)
            (settings.data_dir / KEY).chmod(0o600)
    with open_store(settings.store_url) as store:
        erasure_register.refresh(store, settings)
        if restored.kept is not None:  # whoever erases a call later is told that it is in there, too
            with store.writing() as connection:
                copies.remember(connection, "backup", restored.kept)
    return restored


def _known(store: Store, settings: Settings, registers: Sequence[Path]) -> Register:
    """What the present store, its register and the given copies of that know together."""
    known = erasure_register.read(erasure_register.place(settings))
    for path in registers:
        if not path.is_file():
            raise _refused(f"記録簿がありません: {path}", f"There is no register {path}.")
        known |= erasure_register.read(path)
    if store.is_sqlite and Path(str(store.url.database)).exists():
        with suppress(KoukenError), open_store(settings.store_url) as present, present.reading() as connection:
            if erasure_register.name_of(connection):  # one that has had no night says nothing about any backup
                known |= erasure_register.register_of(connection)
    return known


def _erase_again(
    known: Register,
    manifest: dict[str, Any],
    settings: Settings,
    actor: str,
    without_register: bool,
    connection: Connection,
) -> tuple[datetime | None, int]:
    """In the restored store, before anybody sees it: what was erased stays erased."""
    until = known.known_until.get(erasure_register.name_of(connection))
    if not without_register and (until is None or until < datetime.fromisoformat(manifest["made_at"])):
        raise _unknown(until, erasure_register.place(settings))
    again = erasure.erase_again(connection, list(known.tombstones.values()))
    details: dict[str, audit.Detail] = {
        "made_at": manifest["made_at"],
        "erasures_until": until.isoformat(timespec="seconds") if until else None,
        "erased_again": again,
    }
    audit.record(connection, actor, "store.restore", "store", details)
    return until, again


def _unknown(until: datetime | None, place: Path) -> BadInput:
    if until is None:
        found = Text(f"このデータベースの記録簿がありません({place})", f"there is no register of this store ({place})")
    else:
        day = until.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
        found = Text(
            f"記録簿は控えより古い {day} までのものです", f"the register is older than the backup ({day}, Tokyo)"
        )
    return BadInput(
        Text(
            f"控えを戻しません: 控えの後に消した通話がわからず、戻すと生き返るおそれがあります。{found.ja}。",
            f"The backup is not restored: calls that were erased after it could come back; {found.en}.",
        ),
        remedy=Text(
            "別の場所に写した記録簿(erased.jsonl)を --register で渡してください。失われたときだけ "
            "--without-register で戻し、その後で、消去の依頼の控えと照らして消し直してください。何も変更していません。",
            "Give a copy of the register (erased.jsonl) by --register. Only where it is lost, use --without-register"
            " and repeat, afterwards, the erasures that were asked for. Nothing was changed.",
        ),
    )


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


def _put_sqlite(store: Store, folder: Path, _: dict[str, Any], erase_again: EraseAgain) -> Restored:
    copy, place = folder / DATABASE, Path(str(store.url.database))
    if not backup.sqlite_is_whole(copy):
        raise _refused("控えの中のデータベースが壊れています。", "The database in it is damaged.")
    with Store(f"sqlite:///{copy}") as restored:
        migrate(restored)  # an older release's backup becomes a store of this one
        with restored.writing() as connection:
            until, again = erase_again(connection)
        with restored.reading() as connection:
            erasure.forget_pages(connection)
    kept = None
    if place.exists():
        kept = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        backup.set_aside(store, place, kept)
    store.close()
    for companion in ("-wal", "-shm"):
        place.with_name(place.name + companion).unlink(missing_ok=True)
    copy.replace(place)
    return Restored(kept, until, again)


def _put_postgres(store: Store, folder: Path, manifest: dict[str, Any], erase_again: EraseAgain) -> Restored:
    if schema_revision(store) is None:
        open_store(store.url.render_as_string(hide_password=False)).close()
    revision = str(manifest["revision"])
    if revision != head_revision() or schema_revision(store) != revision:
        raise _refused(
            f"控えの形({revision})がこの版({head_revision()})と違います。", "Its schema is not that of this version."
        )
    with store.writing() as connection:
        if not backup.is_unused(connection):
            raise _refused("空のデータベースにだけ戻せます。", "It can be restored into an empty database only.")
        backup.write_tables(connection, lambda table: _blocks(folder / "tables" / table))
        until, again = erase_again(connection)
    return Restored(None, until, again)


def _refused(ja: str, en: str) -> BadInput:
    return BadInput(
        Text(f"控えを戻しません: {ja}", f"The backup is not restored. {en}"),
        remedy=Text("何も変更していません。", "Nothing was changed."),
    )
