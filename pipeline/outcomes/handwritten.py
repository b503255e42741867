"""Small TOML files that managers write by hand, read strictly: every wrong key is named."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import BadInput
from pipeline.language import Text


class Strict(BaseModel):
    """Nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Shape = TypeVar("Shape", bound=Strict)


def read_handwritten(path: Path, shape: type[Shape], remedy: Text) -> Shape:
    """The file as `shape`. Raises `BadInput` with every wrong key, and `remedy`."""
    try:
        return shape.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise BadInput(
            Text(f"ファイルを読めません: {path} ({error.strerror})", f"Cannot read {path}: {error.strerror}")
        ) from None
    except ValidationError as error:
        raise unusable(path, "; ".join(_told(dict(problem)) for problem in error.errors()), remedy) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise unusable(path, str(error), remedy) from None


def unusable(path: Path, why: str, remedy: Text) -> BadInput:
    """What is wrong with the file, in words."""
    return BadInput(Text(f"ファイルの書き方が違います: {path}: {why}", f"{path} is not usable: {why}"), remedy=remedy)


def _told(problem: Mapping[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
