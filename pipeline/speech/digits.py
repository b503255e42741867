"""Numbers as people say and write them: 4980, ４９８０, 四九八〇, よんきゅうはちゼロ, with pauses between."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPOKEN = {
    "0": "ゼロ ぜろ セロ れい レイ マル まる",
    "1": "いち イチ いーち イーチ",
    "2": "にー ニー にい ニイ に ニ",
    "3": "さん サン",
    "4": "よん ヨン しー シー し シ よ ヨ",
    "5": "ごー ゴー ごお ご ゴ 号",  # 号: what a recogniser writes for ごー
    "6": "ろく ロク",
    "7": "なな ナナ しち シチ",
    "8": "はち ハチ",
    "9": "きゅう キュウ きゅー キュー くー クー く ク",
}
_VALUE = {word: digit for digit, words in _SPOKEN.items() for word in words.split()}
_VALUE |= dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_VALUE |= {full: str(index) for index, full in enumerate("０１２３４５６７８９")}
_VALUE |= {str(index): str(index) for index in range(10)}

# also particles and word ends: at the edge of a number they are more likely those
_AMBIGUOUS = frozenset("にニしシよヨごゴくク号") | {"さん", "サン", "まる", "マル", "れい", "レイ"}

_NOT_BEFORE = {"にい": "(?!ち)", "ニイ": "(?!チ)"}  # ニイチ is two and one
_DIGIT = "|".join(re.escape(word) + _NOT_BEFORE.get(word, "") for word in sorted(_VALUE, key=len, reverse=True))
_BETWEEN = (
    r"[\s\-‐‑–—−－ー~〜、。，．,.・/／のノ()（）]|ハイフン|はいふん|えーと|えーっと|えっと|えー|あのー?|はい|ええ|うん"
)
_RUN = re.compile(rf"(?:{_DIGIT})(?:(?:{_BETWEEN}){{0,8}}(?:{_DIGIT}))*")
_TOKEN = re.compile(_DIGIT)
_BESIDE = re.compile(  # what is said beside a number by those who say only the number
    r"(?:はい|えーと|えっと|えー|あのー?|あ|ええ|うん|それが|です|でございます|になります|で|ね|よ|か|[、。，．.,？！\s])*"
)
_END = re.compile(r"\s*(?:です|でござ|になり|になっ|。|$|\n)")
_KATAKANA = re.compile(r"[ァ-ヶー]")
_UNIT = re.compile(
    r"\s*(?:円|年|月|日|時|分|秒|件|個|本|枚|人|名|回|歳|才|％|%|パーセント|万|千|百|億|キロ|ギガ|メガ|階|台|割)"
)


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit where it stands in the text."""

    value: str
    start: int
    end: int
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Number:
    """Digits said one after another."""

    digits: tuple[Digit, ...]

    @property
    def value(self) -> str:
        """The digits as ASCII."""
        return "".join(digit.value for digit in self.digits)

    def part(self, start: int, stop: int) -> "Number":
        """Digits `start` to `stop` (exclusive)."""
        return Number(self.digits[start:stop])

    @property
    def span(self) -> tuple[int, int]:
        """From the first digit to behind the last one."""
        return self.digits[0].start, self.digits[-1].end


def find_numbers(text: str) -> Iterator[Number]:
    """Every run of digits, without what may be a particle at its edges, and without a digit that counts a unit.

    >>> [number.value for number in find_numbers("番号は四九八〇、イチニーサンヨンです。2026年")]
    ['49801234', '2026']
    """
    for run in _RUN.finditer(text):
        digits = [
            Digit(_VALUE[match.group()], run.start() + match.start(), run.start() + match.end(), _may_be_word(match))
            for match in _tokens(run.group())
        ]
        while digits and digits[-1].is_ambiguous and not _is_said_as_digit(text, digits):
            digits.pop()
        while digits and digits[0].is_ambiguous:
            digits.pop(0)
        if digits:
            yield Number(tuple(digits))


def counts_something(text: str, number: Number) -> bool:
    """Whether a unit follows: an amount, a date, a count."""
    return _UNIT.match(text, number.span[1]) is not None


def is_all_that_is_said(text: str, number: Number) -> bool:
    """Whether its lines hold nothing but the number.

    >>> text = "はい、3、2、4、です。"
    >>> is_all_that_is_said(text, next(find_numbers(text)))
    True
    """
    first, last = number.span
    start, stop = text.rfind("\n", 0, first) + 1, text.find("\n", last)
    rest = text[start:first] + text[last : stop if stop >= 0 else len(text)]
    return _BESIDE.fullmatch(rest) is not None


def _is_said_as_digit(text: str, digits: list[Digit]) -> bool:
    """Whether the last of several, which may be a particle, is one: 「ゼロ、さんです」, 「イチイチニです」."""
    last, before = digits[-1], digits[-2] if len(digits) > 2 else None
    if before is None or _END.match(text, last.end) is None:
        return False
    is_apart = last.start > before.end
    return is_apart or (_KATAKANA.match(text, last.start) and _KATAKANA.match(text, before.start)) is not None


def _tokens(run: str) -> Iterator[re.Match[str]]:
    yield from _TOKEN.finditer(
        re.sub(r"はい(?!ふん)|ハイフン|はいふん|えーっ?と|えっと|えー|あのー?|ええ|うん", _blank, run)
    )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _may_be_word(match: re.Match[str]) -> bool:
    return match.group() in _AMBIGUOUS
