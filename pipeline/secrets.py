"""Secrets that settings name by a file: passwords and keys stay out of `kouken.toml` and of the environment."""

from pathlib import Path

from pipeline.errors import BadInput
from pipeline.language import Text

EVERYBODY = 0o007  # of a file's mode; a group may be the one that the service belongs to


def read_secret(path: Path, key: str) -> str:
    """What the file that the setting `key` names holds, without white space around it. Raises `BadInput`."""
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise BadInput(
            Text(f"{key} のファイルを読めません({told})。", f"The file of {key} cannot be read: {told}.")
        ) from None
    if not secret:
        raise BadInput(Text(f"{key} のファイルが空です。", f"The file of {key} is empty."))
    return secret


def is_open_to_everybody(path: Path) -> bool:
    """Whether everybody on this machine may read or write it. Raises `OSError`."""
    return bool(path.stat().st_mode & EVERYBODY)
