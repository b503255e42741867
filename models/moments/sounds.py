"""How sentences sound: their readings in kana, by Sudachi.

A recogniser mishears a word mostly as another one of the same sound (仕事帰り, 仕事がエリ), so that the reading stays
where the spelling is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.moments.labels import Sentence
from models.moments.ngrams import normalised

CACHE_SIZE = 100_000


@dataclass
class Sounds:
    """Loaded once per process, Sudachi at first need. Not to be shared among threads."""

    _tokenizer: Any = None
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """The same sentences, their texts in kana."""
        return [replace(sentence, text=self.reading(sentence.text)) for sentence in sentences]

    def reading(self, text: str) -> str:
        """One text in kana; signs and what Sudachi does not know stay as they are written.

        >>> Sounds().reading("仕事帰りに見る。")
        'シゴトガエリニミル。'
        """
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= CACHE_SIZE:
                self._known.clear()
            known = self._known[text] = self._read(normalised(text))
        return known

    def _read(self, text: str) -> str:
        if self._tokenizer is None:
            self._tokenizer = _load_sudachi()
        return "".join(morpheme.reading_form() or morpheme.surface() for morpheme in self._tokenizer.tokenize(text))


def _load_sudachi() -> Any:
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").create(mode=SplitMode.C)
