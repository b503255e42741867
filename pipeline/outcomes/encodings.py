"""Which encoding a text table is in. Told by the bytes alone; two encodings in one file are refused, line by line."""

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.language import Text
from pipeline.refusals import RowProblem

_BLOCK = 1 << 20
_SHOWN = 40
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff01-\uff60]")  # kana, kanji, full width; not half-width kana
_LEGACY = ("cp932", "euc_jp")
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "utf-16": "UTF-16", "cp932": "CP932", "euc_jp": "EUC-JP"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, or the lines (1 = first) that cannot be decoded."""

    codec: str
    problems: tuple[RowProblem, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        return _NAMES.get(self.codec, self.codec)


def file_sha256(path: Path) -> str:
    """SHA-256 of the bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def detect_encoding(path: Path) -> Encoding:
    """UTF-8 (with or without BOM), UTF-16, CP932 or EUC-JP.

    A file that is valid UTF-8 is UTF-8. Else lines decide: a file with Japanese in valid UTF-8 on some lines and bytes
    that are not UTF-8 on others is mixed. Else CP932 or EUC-JP, whichever decodes; where both do, the one whose
    characters are ordinary (EUC-JP read as CP932 is a run of half-width kana).
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return _whole(path, "utf-8-sig")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _whole(path, "utf-16")
    if guess := _utf16_without_mark(head):
        return _whole(path, guess)
    if _decodes(path, "utf-8"):
        return Encoding("utf-8")
    return _by_lines(path)


def _utf16_without_mark(head: bytes) -> str | None:
    """ASCII in UTF-16 has a NUL in every second byte; a header line is mostly ASCII or separators."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 8 and even == 0:
        return "utf-16-le"
    if even > len(head) // 8 and odd == 0:
        return "utf-16-be"
    return None


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _whole(path: Path, codec: str) -> Encoding:
    """The codec that the file's first bytes announce; lines that break the promise are named."""
    if _decodes(path, codec):
        return Encoding(codec)
    if codec.startswith("utf-16"):
        return Encoding(codec, (_problem(path, None, b"", codec),))
    return Encoding(codec, tuple(_undecodable(path, "utf-8", codec)))


def _by_lines(path: Path) -> Encoding:
    utf8_japanese, not_utf8 = 0, 0
    with path.open("rb") as file:
        for line in file:
            text = _decoded(line, "utf-8")
            not_utf8 += text is None
            utf8_japanese += bool(text and not line.isascii() and _JAPANESE.search(text))
    if utf8_japanese >= not_utf8:
        return Encoding("utf-8", tuple(_undecodable(path, "utf-8", "utf-8")))
    if utf8_japanese:
        legacy = _legacy(path)
        problems = dict.fromkeys((*_foreign_utf8(path, legacy.codec), *legacy.problems))  # a line may be of both
        return Encoding(legacy.codec, tuple(problems))
    return _legacy(path)


def _decoded(line: bytes, codec: str) -> str | None:
    try:
        return line.decode(codec)
    except UnicodeError:
        return None


def _legacy(path: Path) -> Encoding:
    possible = [codec for codec in _LEGACY if _decodes(path, codec)]
    if len(possible) == 1:
        return Encoding(possible[0])
    if possible:
        return Encoding("euc_jp" if _looks_like_euc(path) else "cp932")
    broken = {codec: list(_undecodable(path, codec, codec)) for codec in _LEGACY}
    codec = min(_LEGACY, key=lambda name: len(broken[name]))
    return Encoding(codec, tuple(broken[codec]))


def _looks_like_euc(path: Path) -> bool:
    """Two-byte EUC-JP text is kana (rows A4, A5), marks (A1, A3) and common kanji (B0 to CF) before anything else."""
    with path.open("rb") as file:
        pairs: list[bytes] = re.findall(rb"[\xa1-\xfe][\xa1-\xfe]", file.read(_BLOCK))
    common = sum(pair[0] in {0xA1, 0xA3, 0xA4, 0xA5} or 0xB0 <= pair[0] <= 0xCF for pair in pairs)
    return common > 0.75 * len(pairs)


def _undecodable(path: Path, codec: str, shown_codec: str) -> list[RowProblem]:
    with path.open("rb") as file:
        return [
            _problem(path, number, line, shown_codec)
            for number, line in enumerate(file, start=1)
            if _decoded(line, codec) is None
        ]


def _foreign_utf8(path: Path, codec: str) -> list[RowProblem]:
    with path.open("rb") as file:
        return [
            _problem(path, number, line, codec)
            for number, line in enumerate(file, start=1)
            if not line.isascii() and (text := _decoded(line, "utf-8")) and _JAPANESE.search(text)
        ]


def _problem(path: Path, line: int | None, content: bytes, codec: str) -> RowProblem:
    name = _NAMES.get(codec, codec)
    shown = content.decode("ascii", errors="backslashreplace").strip()[:_SHOWN] or None
    return RowProblem(
        path.name, line, None, shown,
        Text(
            f"{name} として読めない文字があります。文字コードを一つにそろえて保存し直してください。",
            f"This is not valid {name}. Save the whole file in one encoding.",
        ),
    )  # fmt: skip
