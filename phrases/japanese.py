"""The only home of SudachiPy, spaCy and GiNZA: Japanese text to tokens, and, where asked, to a parse.

Tokens come from Sudachi alone (tens of thousands of utterances a second); GiNZA's parser (about a hundred) runs only on
sentences that a hit and a cue single out. Call per utterance, never per call: Sudachi refuses texts over 49,149 bytes.
One `Japanese` belongs to one thread.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from phrases.normalize import Folded, fold

MAX_BYTES = 49_149  # Sudachi's own limit for one text
BESIDE_PARSER = ("ner", "morphologizer", "compound_splitter", "bunsetu_recognizer")
BESIDE_NAMER = ("parser", "attribute_ruler", "morphologizer", "compound_splitter", "bunsetu_recognizer")
KEPT_PARSES = 512  # sentences; what is said in one call is said in others, too
PARSED_TOGETHER = 32  # sentences


class AnalysisFailed(Exception):
    """One utterance cannot be analysed; its call goes on without it. The text is not part of the message."""


class Token(NamedTuple):
    """One Sudachi token (mode C). `start` and `end` count characters of the folded text.

    `pos` is Sudachi's part of speech with inflection: ("助動詞", "*", "*", "*", "助動詞-マス", "意志推量形").
    """

    surface: str
    normalized: str
    reading: str
    pos: tuple[str, ...]
    start: int
    end: int

    @property
    def kind(self) -> str:
        """The part of speech without details: 名詞, 動詞, 助詞 …"""
        return self.pos[0]

    @property
    def form(self) -> str:
        """The inflected form: 連用形-一般, 意志推量形 … or `*`."""
        return self.pos[5]


class ParsedToken(NamedTuple):
    """One token of GiNZA's dependency parse. `head` is an index; the root is its own head."""

    surface: str
    lemma: str
    tag: str
    relation: str
    head: int
    start: int
    end: int


class Entity(NamedTuple):
    """Something named, by GiNZA: its label of the extended hierarchy (Person, Company, City …) and its characters."""

    label: str
    start: int
    end: int


class Japanese:
    """Sudachi at once, GiNZA at first need."""

    def __init__(self) -> None:
        self._tokenizer = _load_sudachi()
        self._parser: Any = None
        self._cores: Any = None
        self._namer: Any = None
        self._parsed: dict[str, tuple[ParsedToken, ...]] = {}
        self.parsed = 0  # sentences so far: what costs by far the most of all that is done to text

    def fold_and_tokenize(self, text: str) -> tuple[Folded, tuple[Token, ...]]:
        """The folded text and its tokens. Raises `AnalysisFailed` for a text that Sudachi refuses."""
        folded = fold(text)
        try:
            morphemes = self._tokenizer.tokenize(folded.text)
        except Exception as error:  # noqa: BLE001 - Sudachi raises its own SudachiError and plain Exceptions alike
            raise AnalysisFailed(f"{type(error).__name__}, {len(folded.text.encode())} bytes") from None
        return folded, tuple(
            Token(m.surface(), m.normalized_form(), m.reading_form(), m.part_of_speech(), m.begin(), m.end())
            for m in morphemes
        )

    def parse(self, text: str) -> tuple[ParsedToken, ...]:
        """GiNZA's dependencies of one folded sentence, which several hits share. Raises `AnalysisFailed`."""
        if text not in self._parsed:
            self._make_room(1)
            try:
                self._keep((text,))
            except Exception as error:  # noqa: BLE001 - GiNZA raises IndexError and others on odd text (#63, #242, #248)
                raise AnalysisFailed(f"{type(error).__name__}, {len(text.encode())} bytes") from None
        return self._parsed[text]

    def parse_ahead(self, texts: Iterable[str]) -> None:
        """Make ready for `parse`, up to `KEPT_PARSES`: together they take less than half the time of one by one."""
        wanted = list(dict.fromkeys(texts))[:KEPT_PARSES]
        self._make_room(len(wanted))
        missing = [text for text in wanted if text not in self._parsed]
        for first in range(0, len(missing), PARSED_TOGETHER):
            with suppress(Exception):  # GiNZA refused one of them: `parse` tells which, and reads the others alone
                self._keep(missing[first : first + PARSED_TOGETHER])

    def forget(self) -> None:
        """Drop every parse that is kept."""
        self._parsed.clear()

    def entities(self, text: str) -> tuple[Entity, ...]:
        """What GiNZA takes for names in one folded sentence. Raises `AnalysisFailed`."""
        if self._namer is None:
            self._namer, self._cores = _load_ginza(BESIDE_NAMER)
        try:
            with self._namer.memory_zone(), self._cores.limit(limits=1, user_api="blas"):
                return tuple(Entity(e.label_, e.start_char, e.end_char) for e in self._namer(text).ents)
        except Exception as error:  # noqa: BLE001 - as in `_parse`
            raise AnalysisFailed(f"{type(error).__name__}, {len(text.encode())} bytes") from None

    def _make_room(self, number: int) -> None:
        if len(self._parsed) + number > KEPT_PARSES:
            self._parsed.clear()

    def _keep(self, texts: Sequence[str]) -> None:
        """Parse and remember. The memory zone frees spaCy's strings; without it a long process grows without bound."""
        if self._parser is None:
            self._parser, self._cores = _load_ginza(BESIDE_PARSER)
        with self._parser.memory_zone(), self._cores.limit(limits=1, user_api="blas"):
            for text, parsed in zip(texts, self._parser.pipe(texts), strict=True):
                self._parsed[text] = tuple(
                    ParsedToken(t.text, t.lemma_, t.tag_, t.dep_, t.head.i, t.idx, t.idx + len(t.text)) for t in parsed
                )
        self.parsed += len(texts)


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of everything that decides how text is cut; part of what a result is stamped with."""
    from importlib.metadata import version

    return {name: version(name) for name in ("SudachiPy", "SudachiDict-core", "spacy", "ginza", "ja-ginza")}


def _load_sudachi() -> Any:
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").create(mode=SplitMode.C)


def _load_ginza(exclude: Sequence[str]) -> tuple[Any, Any]:
    """GiNZA without the parts named, and the hold on NumPy's threads, which would wait by spinning.

    With only what is needed it is about twice as fast, and with NumPy's products instead of BLIS's nearly twice again.
    """
    import spacy
    from thinc.api import use_ops
    from threadpoolctl import ThreadpoolController

    with use_ops("numpy", use_blis=False):
        return spacy.load("ja_ginza", exclude=exclude), ThreadpoolController()


def load_full_pipeline() -> tuple[Any, Any]:
    """GiNZA with all its parts and spaCy's PhraseMatcher on normalised forms; only benchmarks compare with it."""
    import spacy
    from spacy.matcher import PhraseMatcher

    pipeline = spacy.load("ja_ginza")
    return pipeline, PhraseMatcher(pipeline.vocab, attr="NORM")
