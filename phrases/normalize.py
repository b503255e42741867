"""One spelling for dictionary entries and transcripts, with an exact way back to the original characters.

Folding goes cluster by cluster (a base character with its combining marks), so every folded character knows which
original characters it came from: highlighting shows what was matched, past half-width kana, surrogate pairs and 異体字.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# 異体字 that NFKC leaves alone and that names and products in transcripts bring along
_VARIANT_KANJI = dict(
    zip(
        "髙﨑德邉邊齋齊濵濱來國會眞圓槗橫廣澤櫻學體變續總賣讀佛𠮷惠瀨靜",
        "高崎徳辺辺斎斉浜浜来国会真円橋横広沢桜学体変続総売読仏吉恵瀬静",
        strict=True,
    )
)
_LONG_MARKS = dict.fromkeys("〜~ｰ―—–‐−", "ー")
_REPLACED = str.maketrans({**_VARIANT_KANJI, **_LONG_MARKS})
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code).casefold() for code in range(0x21, 0x7E)}
# what nearly all Japanese text is made of: every character folds to one character, whatever stands beside it
_PLAIN = re.compile("[ -~ぁ-ゖァ-ヺー一-鿿々、。「」・・！-～〜]*")
_PLAIN_REPLACED = str.maketrans({**_FULL_WIDTH, **_VARIANT_KANJI, **_LONG_MARKS, "～": "ー"})
# combining marks, half-width (dakuten, handakuten) and variation selectors belong to the character before them
_ATTACHED = "\u0300-\u036f\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d"
_CLUSTER = re.compile(f"[^{_ATTACHED}][{_ATTACHED}]*|[{_ATTACHED}]+", re.DOTALL)
_DROPPED = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200b-\u200f\u2060\ufeff]")
_UNREADABLE = re.compile("[\ud800-\udfff\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and, per folded character, the original stretch it stands for.

    `starts` and `ends` are None where folding moved nothing, the usual case.

    >>> folded = fold("ﾌﾟﾗﾝ")
    >>> folded.text, folded.span(0, 1)
    ('プラン', (0, 2))
    """

    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original characters behind folded characters `start` to `end` (exclusive, at least one)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """NFKC, lower case, one long mark, common kanji; unreadable characters become blanks, nothing raises."""
    if _PLAIN.fullmatch(text):
        return Folded(text.casefold().translate(_PLAIN_REPLACED))
    folded, starts, ends = [], [], []
    for start, end in _clusters(text):
        for character in _fold_characters(text[start:end]):
            folded.append(character)
            starts.append(start)
            ends.append(end)
    return Folded("".join(folded), tuple(starts), tuple(ends))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    for found in _CLUSTER.finditer(text):
        yield found.span()


def _fold_characters(text: str) -> str:
    readable = _UNREADABLE.sub(" ", _DROPPED.sub("", text))
    return unicodedata.normalize("NFKC", readable).casefold().translate(_REPLACED)
