"""The register of erasures: a file beside the store by which a restored backup learns what was erased after it.

JSON lines, hashes only: first the stores it is of, each with the moment until which it knows all of their erasures;
then what was erased, one per line. It is written whole or not at all, and nothing is ever taken out of it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.settings import Settings
from pipeline.store import erasure
from pipeline.store.connect import Connection, Store
from pipeline.store.erasure import Tombstone

FORMAT = "kouken-erased-1"
FILE = "erased.jsonl"


@dataclass(frozen=True, slots=True)
class Register:
    """`known_until`: by the name of a store (`name_of`). `tombstones`: by kind and hash."""

    known_until: Mapping[str, datetime] = field(default_factory=dict)
    tombstones: Mapping[tuple[str, str], Tombstone] = field(default_factory=dict)

    def __or__(self, other: "Register") -> "Register":
        """Everything that either of them knows."""
        until = dict(self.known_until)
        for name, at in other.known_until.items():
            until[name] = max(at, until.get(name, at))
        return Register(until, {**other.tombstones, **self.tombstones})


def place(settings: Settings) -> Path:
    """Where the register lies."""
    return settings.privacy.register_file or settings.data_dir / FILE


def name_of(connection: Connection) -> str:
    """What a store is called in a register: the moment of its first night, which its backups share; "" before it."""
    began = erasure.first_night(connection)
    return began.isoformat() if began else ""


def register_of(connection: Connection) -> Register:
    """What the store itself knows, which is everything until now."""
    known = {(one.kind, one.sha256): one for one in erasure.tombstones(connection)}
    return Register({name_of(connection): datetime.now(UTC)}, known)


def refresh(store: Store, settings: Settings) -> str:
    """Enter what was erased since; "" or, where that cannot be done now, the path. Nights and erasures try again.

    Nobody else writes to the store meanwhile, so that machines that share the file do not undo each other's lines.
    """
    path = place(settings)
    try:
        with store.writing() as connection:
            _write(register_of(connection) | read(path), path)
    except (OSError, BadInput):
        return str(path)
    return ""


def read(path: Path) -> Register:
    """Of no store where there is no file. Raises `BadInput` where it is damaged, `OSError`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return Register()
    try:
        head = json.loads(lines[0])
        if head["format"] != FORMAT or head["lines"] != len(lines) - 1:
            raise ValueError
        until = {name: datetime.fromisoformat(at) for name, at in head["known_until"].items()}
        found = [_tombstone(line) for line in lines[1:]]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise BadInput(
            Text(f"消去の記録簿が壊れています: {path}", f"The register of erasures is damaged: {path}"),
            remedy=Text("壊れていない写しを --register で渡してください。", "Give a whole copy by --register."),
        ) from None
    return Register(until, {(one.kind, one.sha256): one for one in found})


def _tombstone(line: str) -> Tombstone:
    kind, sha256, erased_at, cause = json.loads(line)
    return Tombstone(kind, sha256, datetime.fromisoformat(erased_at), cause)


def _write(register: Register, path: Path) -> None:
    until = {name: at.isoformat() for name, at in sorted(register.known_until.items())}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.touch(mode=0o600)
    try:
        with temporary.open("w", encoding="utf-8") as file:
            head = {"format": FORMAT, "known_until": until, "lines": len(register.tombstones)}
            file.write(json.dumps(head) + "\n")
            for _, one in sorted(register.tombstones.items()):
                file.write(json.dumps([one.kind, one.sha256, one.erased_at.isoformat(), one.cause]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
