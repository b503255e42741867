"""Raw patterns /…/ of a dictionary, run on RE2 only (its one home): time linear in the text, memory bounded.

RE2 knows no look-around and no back-reference, so that no pattern can make it search for ever. A pattern sees one turn
as the words stand there: folded (width, case), without punctuation and fillers. A match never crosses turns.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from phrases.messages import Message
from phrases.normalize import fold

LONGEST_PATTERN = 300  # characters
MEMORY = 1 << 20  # bytes that RE2 may use for one pattern
SET_MEMORY = 64 << 20  # for all patterns of a dictionary together
_ANCHORS = {"^": "^", "$": "$", "A": "\\A", "z": "\\z", "b": "\\b", "B": "\\B"}


# @数量: a number with what it counts, as speech is folded
QUANTITY_PATTERN = (
    r"(?:[0-9]+(?:[.,][0-9]+)*|[〇一二三四五六七八九十百千万億数何]+)[万千億]?"
    r"(?:円|本|台|名|人|席|個|つ|回|分|秒|時間|日|週間|[かヶカヵ]月|月|年|割|倍|パーセント|%|ギガ|テラ|メガ|[gtm]b"
    r"|件|枚|冊|箱|袋|点|部|社|店|拠点|アカウント|ライセンス|回線|ページ)"
)


class PatternError(ValueError):
    """A pattern is refused. `position` counts characters of the pattern from 0."""

    def __init__(self, position: int, message: Message) -> None:
        self.position = position
        self.message = message
        super().__init__(message.ja)


def check_pattern(pattern: str) -> None:
    """Raises `PatternError` at the character that RE2 or the rules of a dictionary refuse."""
    import re2

    if len(pattern) > LONGEST_PATTERN:
        ja = f"パターンは {LONGEST_PATTERN} 文字までです。"
        raise PatternError(LONGEST_PATTERN, Message(ja, f"A pattern has at most {LONGEST_PATTERN} characters."))
    for position, anchor in _anchors(pattern):
        ja = f"「{anchor}」は使えません(発話の途中で切れることがあるためです)。"
        raise PatternError(position, Message(ja, f"“{anchor}” is not accepted: utterances are cut anywhere."))
    try:
        compiled = _compiled(pattern)
    except re2.error as error:
        what = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        ja = f"RE2 のパターンとして読めません({what})。"
        raise PatternError(_culprit(pattern, what), Message(ja, f"Not a pattern of RE2 ({what}).")) from None
    if compiled.search(""):
        ja = "空の所にも当たるパターンは、どこにでも当たります。"
        raise PatternError(0, Message(ja, "A pattern that matches nothing at all matches everywhere."))


def places(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a pattern stands in a stream of speech (see dialogue.py), in characters; places do not overlap."""
    one_line_per_turn = text.replace("\x00", "\n")
    for found in _compiled(pattern).finditer(one_line_per_turn):
        yield found.span()


def byte_places(pattern: str, text: bytes) -> Iterator[int]:
    """Where a pattern begins in UTF-8 text."""
    for found in _compiled(pattern).finditer(text.replace(b"\x00", b"\n")):
        yield found.start()


class PatternSet:
    """Tells in one pass which of many patterns stand in a text at all."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = sorted(set(patterns))
        self._set: Any = None
        if self._patterns:
            import re2

            self._set = re2.Set.SearchSet(_options(SET_MEMORY))
            for pattern in self._patterns:
                self._set.Add(_folded(pattern))
            self._set.Compile()

    def found(self, text: str) -> list[str]:
        """The patterns that stand somewhere in the text."""
        if self._set is None:
            return []
        return [self._patterns[index] for index in self._set.Match(text.replace("\x00", "\n")) or ()]


def _options(memory: int) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False  # RE2 would write the pattern to standard error
    options.max_mem = memory
    options.never_nl = True  # a line is a turn
    options.case_sensitive = False
    return options


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import re2

    return re2.compile(_folded(pattern), _options(MEMORY))


def _folded(pattern: str) -> str:
    r"""Written characters as speech is folded; those of ASCII are the pattern's own (`\D` is not `\d`)."""
    return "".join(character if character.isascii() else fold(character).text for character in pattern)


def _anchors(pattern: str) -> Iterator[tuple[int, str]]:
    """Anchors outside character classes, with their place."""
    in_class, escaped = False, False
    for position, character in enumerate(pattern):
        if escaped:
            escaped = False
            if not in_class and character in "AzbB":
                yield position - 1, _ANCHORS[character]
        elif character == "\\":
            escaped = True
        elif character in "[]":
            in_class = character == "["
        elif character in "^$" and not in_class:
            yield position, character


def _culprit(pattern: str, what: str) -> int:
    """Where the fragment that RE2 complains about (`missing ]: [あ`) stands; of a bracket not closed, the bracket."""
    if what.startswith("missing )"):
        return pattern.rfind("(")
    _, _, fragment = what.partition(": ")
    at = _folded(pattern).find(fragment) if fragment else -1
    return min(max(at, 0), max(len(pattern) - 1, 0))
