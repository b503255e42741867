"""The plain way, to compare with: full GiNZA on every utterance, then spaCy's PhraseMatcher on normal forms."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from phrases.dialogue import Line
from phrases.entry import PhraseSet
from phrases.japanese import load_full_pipeline


class PlainHit(NamedTuple):
    """An entry found in a line, with the words found."""

    line: int
    phrase_id: str
    text: str


class PlainMatcher:
    """Looks for literal phrases (quoted in the entry) only; knows no gaps, no readings and no scope."""

    def __init__(self, phrase_set: PhraseSet) -> None:
        self._pipeline: Any
        self._matcher: Any
        self._pipeline, self._matcher = load_full_pipeline()
        for phrase in phrase_set.phrases:
            self._matcher.add(phrase.id, [self._pipeline.make_doc(phrase.phrase.strip('"'))])

    def match(self, lines: Sequence[Line]) -> set[PlainHit]:
        """Every hit."""
        found: set[PlainHit] = set()
        for number, line in enumerate(lines):
            document = self._pipeline(line.text)
            for identity, start, end in self._matcher(document):
                found.add(PlainHit(number, self._pipeline.vocab.strings[identity], document[start:end].text))
        return found
