"""The query language of the dictionary: text to a tree. One page for its users: QUERY.md."""

import re
from collections.abc import Mapping
from itertools import product
from typing import Literal

from phrases.fields import UNFIT
from phrases.messages import Message
from phrases.patterns import PatternError, check_pattern
from phrases.tree import QUANTITY, Both, Either, Node, Pattern, Repeated, Restricted, Sequence, Stretch, Without

QUANTITY_NAME = "数量"  # a list of its own: any number with what it counts
DEFAULT_GAP = 12  # words that a bare * may skip
LARGEST_GAP = 30
DEFAULT_NEAR = 10  # words within which NOT cancels
MOST_SPELLINGS = 1000  # spellings that one stretch may expand to
LONGEST = 1000  # characters of a query
DEEPEST = 20  # brackets within brackets


class QueryError(ValueError):
    """A query cannot be read. `position` counts characters from 0 and points at the culprit."""

    def __init__(self, position: int, message: Message) -> None:
        self.position = position
        self.message = message
        super().__init__(f"{position + 1}文字目: {message.ja}")


CONDITIONS = "operator: customer: first 30s: last 60s: first 20%: after silence 3s: overlapping:"

_SYNTAX = str.maketrans("（）｜＊＠：＂｛｝，〜～“”", '()|*@:"{},**""')
_KEYWORD = re.compile(r"\s+(AND|OR|NOT|THEN|NEAR|WITHIN)(?:/(\d+)(s?)|\s+(\d+)s)?(?=[\s(])")
_RESTRICTION = re.compile(
    r"\s*(?:(operator|customer|overlapping)|(first|last)\s+(\d+)\s*(s|%)|after\s+silence\s+(\d+)\s*s)\s*:"
)
_LONE_KEYWORD = re.compile(r"(AND|OR|NOT|THEN|NEAR|WITHIN)(/.*)?")  # an operator that lacks a side, or is misspelt
_LONE_NUMBER = re.compile(r"\s+(AND|OR|NOT|THEN|NEAR|WITHIN)\s+\d+\s")
_LONE_CONDITION = re.compile(r"\s*[A-Za-z]{3,}[A-Za-z0-9 %]{0,20}:")
_REPEAT = re.compile(r"\s*\{\s*(\d+)\s*(,?)\s*(\d*)\s*\}")
_GAP = re.compile(r"\s*\*+(\d*)")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)*)/")
_LITERAL = re.compile(r'[^()|*@"{}\s]+')
_LEVELS: tuple[tuple[str, ...], ...] = (("OR",), ("AND", "NOT"), ("THEN",), ("NEAR", "WITHIN"))  # loosest first
_DEFAULT_LIMITS = {"AND": 0, "OR": 0, "THEN": 1, "NEAR": DEFAULT_NEAR, "NOT": DEFAULT_NEAR, "WITHIN": 10_000}


def parse(text: str, lists: Mapping[str, tuple[str, ...]] | None = None) -> Node:
    """The tree of a query. Raises `QueryError` at the first character that cannot be read."""
    if len(text) > LONGEST:
        raise QueryError(LONGEST, Message(f"{LONGEST}文字を超えています。", f"Longer than {LONGEST} characters."))
    if half := UNFIT.search(text):
        raise QueryError(
            half.start(), Message("文字として読めません。打ち直してください。", "This is no character; retype it.")
        )
    parser = _Parser(text, lists or {})
    parser.check_depth()
    node = parser.binary(0)
    parser.skip_blanks()
    if parser.at < len(parser.text):
        culprit = parser.text[parser.at]
        raise parser.error(f"「{culprit}」はここに置けません。", f"“{culprit}” cannot stand here.")
    return node


class _Parser:
    def __init__(self, written: str, lists: Mapping[str, tuple[str, ...]]) -> None:
        self.written = written  # a raw pattern keeps the characters that are syntax elsewhere
        self.text = written.translate(_SYNTAX)
        self.lists = lists
        self.at = 0

    def error(self, ja: str, en: str, at: int | None = None) -> QueryError:
        return QueryError(self.at if at is None else at, Message(ja, en))

    def check_depth(self) -> None:
        depth = 0
        for index, character in enumerate(self.text):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth > DEEPEST:
                raise self.error(f"かっこは {DEEPEST} 重までです。", f"At most {DEEPEST} brackets deep.", index)

    def skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def binary(self, level: int) -> Node:
        """Operators of one precedence, from the left."""
        if level == len(_LEVELS):
            return self.unary()
        node = self.binary(level + 1)
        while (found := _KEYWORD.match(self.text, self.at)) and found[1] in _LEVELS[level]:
            if _LONE_NUMBER.match(self.text, self.at):
                ja = "数は NEAR/5、THEN/2、WITHIN 10s のように書きます。"
                raise self.error(ja, "Write a number like NEAR/5, THEN/2 or WITHIN 10s.", found.start(1))
            self.at = found.end()
            node = _join(found, node, self.binary(level + 1))
        return node

    def unary(self) -> Node:
        if found := self.take(_RESTRICTION):
            return _restrict(found, self.unary())
        self.skip_blanks()
        if _LONE_CONDITION.match(self.text, self.at):
            raise self.error(f"条件は {CONDITIONS} のように書きます。", f"Conditions are written {CONDITIONS}.")
        if self.text[self.at : self.at + 1] == "/":
            return self._repeated(self.pattern())
        if self.text[self.at : self.at + 1] == "(" and not self._is_spelling_group():
            opened = self.at
            self.at += 1
            node = self.binary(0)
            self.skip_blanks()
            if self.text[self.at : self.at + 1] == "|":
                raise self.error("間(*)のある言い方は OR で並べてください。", "Join phrases with gaps (*) by OR.")
            if self.text[self.at : self.at + 1] != ")":
                raise self.error("かっこが閉じていません。", "This bracket is not closed.", opened)
            self.at += 1
        else:
            node = self.sequence()
        return self._repeated(node)

    def pattern(self) -> Pattern:
        """`/…/`; a slash inside is written `\\/`."""
        opened = self.at
        found = _PATTERN.match(self.written, opened)
        if not found:
            raise self.error("パターンが / で閉じていません。", "This pattern is not closed by /.", opened)
        try:
            check_pattern(found[1])
        except PatternError as error:
            raise QueryError(opened + 1 + error.position, error.message) from None
        self.at = found.end()
        return Pattern(found[1])

    def _repeated(self, node: Node) -> Node:
        start = self.at
        found = self.take(_REPEAT)
        if not found:
            return node
        least = int(found[1])
        most = int(found[3]) if found[3] else (None if found[2] else least)
        if least < 1 or (most is not None and most < least):
            raise self.error("回数は {2,} や {2,5} のように書きます。", "Write a count like {2,} or {2,5}.", start)
        return Repeated(node, least, most)

    def _is_spelling_group(self) -> bool:
        """Whether the bracket here lists spellings, (A|B), rather than holding a query."""
        depth = 0
        for index in range(self.at, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[index], 0)
            if depth == 0:
                inside = self.text[self.at + 1 : index]
                return not (_KEYWORD.search(inside) or "*" in inside or inside.lstrip().startswith("/"))
        raise self.error("かっこが閉じていません。", "This bracket is not closed.")

    def sequence(self) -> Sequence:
        start = self.at
        stretches: list[Stretch] = []
        gap = 0
        while True:
            spellings = self.stretch()
            if spellings == ("",):
                break
            if "" in spellings:
                raise self.error("空になる書き方があります。", "One alternative here is empty.", start)
            stretches.append(Stretch(spellings, gap))
            before = self.at
            found = self.take(_GAP)
            if not found:
                return Sequence(tuple(stretches))
            gap = int(found[1] or DEFAULT_GAP)
            if gap > LARGEST_GAP:
                raise self.error(f"間は {LARGEST_GAP} 語までです。", f"A gap is at most {LARGEST_GAP} words.", before)
        if self.text[self.at : self.at + 1] == "*" or stretches:
            raise self.error("* の両側に言葉が要ります。", "There must be words on both sides of *.")
        raise self.error("言葉がありません。", "A phrase is missing here.")

    def stretch(self) -> tuple[str, ...]:
        """Every spelling of what stands here without a gap; ("",) where nothing does."""
        parts: list[tuple[str, ...]] = []
        start = self.at
        while self.at < len(self.text):
            if _KEYWORD.match(self.text, self.at):
                break
            part = self.part()
            if part is None:
                break
            parts.append(part)
            if _product_size(parts) > MOST_SPELLINGS:
                ja = f"書き方の組み合わせが {MOST_SPELLINGS} を超えます。"
                raise self.error(ja, f"More than {MOST_SPELLINGS} combinations of spellings.", start)
        spellings = tuple(dict.fromkeys("".join(choice) for choice in product(*parts)))
        if any(QUANTITY in spelling and spelling != QUANTITY for spelling in spellings):
            raise self.error("@数量 と言葉の間は 〜 でつないでください。", "Join @数量 to words by a gap (*).", start)
        return spellings

    def part(self) -> tuple[str, ...] | None:
        """One literal, quoted literal, list or group of spellings."""
        character = self.text[self.at]
        if character.isspace():
            self.at += 1
            return ("",)
        if character == '"':
            return self.quoted()
        if character == "@":
            return self.word_list()
        if character == "(":
            return self.group()
        found = _LITERAL.match(self.text, self.at)
        if found is None:
            return None
        if _LONE_KEYWORD.fullmatch(found[0]):
            ja = f"{found[0]} の両側に言葉が要ります(語として探すなら引用符で囲みます)。"
            raise self.error(ja, f"{found[0]} needs words on both sides (to look for the word itself, quote it).")
        self.at = found.end()
        return (found[0],)

    def quoted(self) -> tuple[str, ...]:
        end = self.text.find('"', self.at + 1)
        if end < 0:
            raise self.error("引用符が閉じていません。", "This quotation mark is not closed.")
        literal = self.text[self.at + 1 : end]
        self.at = end + 1
        return (literal,)

    def word_list(self) -> tuple[str, ...]:
        """The words of the list whose name stands here; of two that fit, the longer name."""
        known_lists = {QUANTITY_NAME: (QUANTITY,), **self.lists}
        names = [name for name in known_lists if self.text.startswith(name, self.at + 1)]
        if not names:
            known = "、".join(f"@{name}" for name in sorted(known_lists))
            raise self.error(
                f"その語の一覧はありません(あるもの: {known})。", f"There is no such list (known: {known})."
            )
        name = max(names, key=len)
        self.at += 1 + len(name)
        return known_lists[name]

    def group(self) -> tuple[str, ...]:
        if not self._is_spelling_group():
            raise self.error(
                "言葉につながるかっこの中には (A|B) だけ書けます。", "A bracket joined to words may only hold (A|B)."
            )
        self.at += 1
        choices: list[str] = []
        while True:
            choices.extend(self.stretch())
            closing = self.text[self.at : self.at + 1]
            if closing not in ("|", ")"):
                raise self.error(f"「{closing}」はここに置けません。", f"“{closing}” cannot stand here.")
            self.at += 1
            if closing == ")":
                return tuple(dict.fromkeys(choices))


def _product_size(parts: list[tuple[str, ...]]) -> int:
    size = 1
    for part in parts:
        size *= len(part)
    return size


def _join(found: re.Match[str], left: Node, right: Node) -> Node:
    keyword = found[1]
    number = found[2] or found[4]
    limit = int(number) if number else _DEFAULT_LIMITS[keyword]
    if keyword == "OR":
        return Either(left, right)
    if keyword == "NOT":
        return Without(left, right, limit)
    if keyword == "WITHIN":
        return Both("within", left, right, limit * 1000 if number else limit)
    kinds: dict[str, Literal["and", "near", "then"]] = {"AND": "and", "NEAR": "near", "THEN": "then"}
    return Both(kinds[keyword], left, right, limit)


def _restrict(found: re.Match[str], node: Node) -> Restricted:
    if found[1] in ("operator", "customer"):
        return Restricted(found[1], 0, node)  # type: ignore[arg-type]
    if found[1]:
        return Restricted("overlap", 0, node)
    if found[5]:
        return Restricted("silence", int(found[5]) * 1000, node)
    if found[4] == "%":
        return Restricted("first_percent" if found[2] == "first" else "last_percent", int(found[3]), node)
    return Restricted("first_ms" if found[2] == "first" else "last_ms", int(found[3]) * 1000, node)
