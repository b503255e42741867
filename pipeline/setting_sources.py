"""Where settings come from: one `kouken.toml`, and over it the environment."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.setting_problems import explained
from pipeline.settings import Settings

PREFIX = "KOUKEN_"


def read_settings(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings from `config` (else `kouken.toml` in the current folder, if there), then the environment.

    Raises `BadInput` naming the key, and the nearest known one if it is unknown.
    """
    path = config or Path("kouken.toml")
    values: dict[str, Any] = {}
    if config or path.exists():
        values = _read_toml(path)
    for keys, value in _from_environment(environ):
        table = values
        for key in keys[:-1]:
            table = table.setdefault(key, {})
        table[keys[-1]] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise BadInput(explained(error, str(path), list(known_keys()))) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(
            Text(f"設定ファイルを読めません: {path} ({error.strerror})", f"Cannot read {path}: {error.strerror}")
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            Text(f"設定ファイルの書き方が違います: {path}: {error}", f"{path} is not valid TOML: {error}")
        ) from None


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[list[str], Any]]:
    lists = {key for key, kind in _known(Settings) if get_origin(kind) is tuple}
    for name in sorted(environ):
        if name.startswith(PREFIX):
            keys = name.removeprefix(PREFIX).lower().split("__")
            yield keys, _listed(environ[name]) if ".".join(keys) in lists else environ[name]


def _listed(text: str) -> Any:
    """A list as it is written in the file; what is none is refused with the other values."""
    try:
        return tomllib.loads(f"list = {text}")["list"]
    except tomllib.TOMLDecodeError:
        return text


def known_keys() -> Iterator[str]:
    """Every key, dotted: `web.port`."""
    return (key for key, _ in _known(Settings))


def _known(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _known(kind, f"{before}{name}.")
        else:
            yield before + name, kind
