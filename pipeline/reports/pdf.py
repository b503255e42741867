"""A report as PDF: laid out by Typst with the shipped font, from plain strings and SVG; no system fonts, no network."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

REPLACEMENT = "〓"  # what Japanese typesetters print for a character they do not have
_HERE = Path(__file__).parent
FONTS = _HERE / "fonts"
_TEMPLATE = _HERE / "report.typ"
_KEPT = "\n"
_SPLIT_KANA = re.compile("[\u3040-\u30ff][\u3099\u309a]")  # が as か and its mark, as a Mac writes file names


def typeset(document: Mapping[str, Any], charts: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """The PDF of a document (see `pdf_pages`), and the characters that had to be replaced.

    `charts`: file name → SVG, as the document names them. A character that the font lacks is drawn as 〓 and listed, in
    the PDF's last lines too; a control character or a choice of glyph variant is left out and listed.
    """
    import typst

    lost: set[str] = set()
    told = drawable(document, lost)
    drawings = {name: drawable(svg, lost) for name, svg in charts.items()}
    if lost:
        told["sections"][-1]["blocks"].append({"kind": "quiet", "words": f"{document['lost_words']} {_codes(lost)}"})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(_TEMPLATE.read_bytes())
        (folder / "data.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        for file, svg in drawings.items():
            (folder / file).write_text(svg, encoding="utf-8")
        made = typst.compile(
            folder / "report.typ", root=folder, font_paths=[FONTS], ignore_system_fonts=True, timestamp=0
        )
    assert isinstance(made, bytes)
    return made, sorted(lost)


def drawable(value: Any, lost: set[str]) -> Any:
    """The same value with every string made of characters that the font has; what was replaced goes into `lost`.

    >>> lost = set()
    >>> drawable(["髙﨑", "𠮷野", "🎉"], lost), sorted(lost)
    (['髙﨑', '𠮷野', '〓'], ['🎉'])
    """
    if isinstance(value, str):
        whole = _SPLIT_KANA.sub(lambda pair: unicodedata.normalize("NFC", pair[0]), value)
        return "".join(_drawn(letter, lost) for letter in whole)
    if isinstance(value, Mapping):
        return {key: drawable(item, lost) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(item, lost) for item in value]
    return value


def _drawn(letter: str, lost: set[str]) -> str:
    if ord(letter) in glyphs() or letter in _KEPT:
        return letter
    lost.add(letter)
    invisible = unicodedata.category(letter) in {"Cc", "Cf", "Mn"}
    return "" if invisible else REPLACEMENT


@cache
def glyphs() -> frozenset[int]:
    """Code points that the shipped fonts can draw in both weights."""
    return frozenset(_drawn_in("Regular") & _drawn_in("Bold"))


def _drawn_in(weight: str) -> set[int]:
    """By either font of a weight: the one of the report, and the one for names whose characters that lacks."""
    from fontTools.ttLib import TTFont

    known: set[int] = set()
    for path in sorted(FONTS.glob(f"*-{weight}.*")):
        with TTFont(path, lazy=True) as font:
            known |= set(font.getBestCmap())
    return known


def _codes(letters: set[str]) -> str:
    return "、".join(f"U+{ord(letter):04X}" for letter in sorted(letters))
