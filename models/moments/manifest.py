"""A model is a folder: its files, and `manifest.json` with their SHA-256. Nothing is loaded that does not match."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.moments.labels import Message, MomentsError

SHIPPED = Path(__file__).parent.parent / "weights" / "moments"
MANIFEST = "manifest.json"
NAME = "kouken-moments"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which model a folder holds. `version` names the weights: it changes when any file does."""

    name: str
    version: str
    files: Mapping[str, str]  # file name → SHA-256


def write_manifest(folder: Path, version: str, files: tuple[str, ...]) -> Manifest:
    """Write down the checksums of `files` in `folder`. The version gets the first eight digits over all of them."""
    sums = {name: _sha256(folder / name) for name in files}
    digest = hashlib.sha256("".join(sums.values()).encode()).hexdigest()[:8]
    manifest = Manifest(NAME, f"{version}+{digest}", sums)
    record = {"name": manifest.name, "version": manifest.version, "files": dict(manifest.files)}
    (folder / MANIFEST).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


def checked_manifest(folder: Path) -> Manifest:
    """The manifest of `folder`, after every file matched it. Raises `MomentsError` naming the first that does not."""
    manifest = _read(folder / MANIFEST)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise MomentsError(_mend(f"{path} がありません。", f"{path} is missing."))
        if _sha256(path) != expected:
            raise MomentsError(
                _mend(f"{path} の中身が目録のチェックサムと違います。", f"{path} does not match its checksum.")
            )
    return manifest


def _read(path: Path) -> Manifest:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(str(record["name"]), str(record["version"]), dict(record["files"]))
    except FileNotFoundError as error:
        raise MomentsError(_mend(f"{path} がありません。", f"{path} is missing.")) from error
    except (ValueError, KeyError, TypeError) as error:
        raise MomentsError(_mend(f"{path} を目録として読めません。", f"{path} is not a manifest.")) from error


def _mend(ja: str, en: str) -> Message:
    return Message(
        f"{ja}もう一度インストールするか、kouken train moments で作り直してください。",
        f"{en} Install again, or make the model anew with kouken train moments.",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
