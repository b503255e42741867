"""Passwords that have leaked somewhere, in a file of this machine: nothing is asked over a network.

The file is what Have I Been Pwned offers for download: one SHA-1 a line in hexadecimal digits, sorted by it, with or
without `:count` behind. It holds a thousand million lines, so it is searched on the disk, by halves: some thirty lines
are read for one password, and nothing is kept in memory.
"""

import hashlib
import os
import re
import unicodedata
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import BadInput
from pipeline.language import Text

LOOKED_AT = 2000  # lines, spread over the file, that must be hashes and in order before it is believed
_LINE = re.compile(rb"([0-9A-Fa-f]{40})(:\d+)?\s*")
_LONGEST = 100  # bytes of a line


def check_list(path: Path) -> None:
    """Whether this is such a list, as far as a look at many places tells. Raises `BadInput`: it is not there, empty,
    holds something else, or is not sorted by hash."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            before = b""
            for place in range(LOOKED_AT + 1):
                found = _hash_from(file, size * place // LOOKED_AT, size)
                if found is None:
                    break
                if found < before:
                    raise _unusable(path, "ハッシュの順に並んでいません", "it is not sorted by hash")
                before = found
    except OSError as error:
        raise _unusable(path, str(error.strerror), str(error.strerror)) from None
    except ValueError:
        raise _not_hashes(path) from None
    if not before:
        raise _unusable(path, "空です", "it is empty")


def is_breached(password: str, path: Path) -> bool:
    """Whether the list holds it, as it was typed or in the form that is kept (NFKC). Raises `BadInput` as above."""
    wanted = {_sha1(password), _sha1(unicodedata.normalize("NFKC", password))}
    try:
        with path.open("rb") as file:
            return any(_holds(file, one) for one in wanted)
    except OSError as error:
        raise _unusable(path, str(error.strerror), str(error.strerror)) from None
    except ValueError:
        raise _not_hashes(path) from None


def _holds(file: BinaryIO, wanted: bytes) -> bool:
    """Half of what is left falls away with every line that is read. `low` and `high` are bytes of the file."""
    low, high = 0, os.fstat(file.fileno()).st_size
    size = high
    while low < high:
        middle = (low + high) // 2
        found = _hash_from(file, middle, size)
        if found == wanted:
            return True
        if found is None or found > wanted:
            high = middle
        else:
            low = middle + 1
    return False


def _hash_from(file: BinaryIO, place: int, size: int) -> bytes | None:
    """The hash of the first line that begins at `place` or later; None behind the last. Raises `ValueError`."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline(_LONGEST)  # the end of the line before, or just its line break
    if file.tell() >= size:
        return None
    found = _LINE.fullmatch(file.readline(_LONGEST))
    if found is None:
        raise ValueError
    return found[1].upper()


def _sha1(text: str) -> bytes:
    """What such lists are sorted by; no secret is kept in this form."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper().encode()


def _not_hashes(path: Path) -> BadInput:
    return _unusable(path, "SHA-1 の行でないところがあります", "some line is no SHA-1")


def _unusable(path: Path, why_ja: str, why_en: str) -> BadInput:
    return BadInput(
        Text(
            f"漏れたパスワードの一覧(web.breached_passwords)を使えません: {path}({why_ja})。",
            f"The list of breached passwords (web.breached_passwords) cannot be used: {path} ({why_en}).",
        ),
        remedy=Text(
            "Have I Been Pwned の SHA-1 の一覧(ハッシュの順)を、展開したまま置いてください。",
            "Put the SHA-1 list of Have I Been Pwned there, ordered by hash and unpacked.",
        ),
    )
