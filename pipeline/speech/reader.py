"""What is done with the text of a call once it is heard: names put right, names found, kana. Made once per process."""

from collections.abc import Sequence

from phrases.entry import Word
from phrases.japanese import AnalysisFailed, Japanese
from pipeline.records import Correction, Utterance
from pipeline.speech.corrections import Corrector
from pipeline.speech.names import find_names
from pipeline.speech.personal_data import Found


class Reader:
    """Sudachi (and GiNZA at first need) with the word list."""

    def __init__(self, words: Sequence[Word] = ()) -> None:
        self.words = tuple(words)
        self._japanese = Japanese()
        self._corrector = Corrector(words, self._japanese.fold_and_tokenize)

    def correct(self, utterances: Sequence[Utterance]) -> tuple[list[Utterance], tuple[Correction, ...]]:
        """What is usually misheard, as the word list has it (`pipeline.speech.corrections`)."""
        return self._corrector.correct(utterances)

    def find_names(self, utterances: Sequence[Utterance]) -> list[list[Found]]:
        """Names of persons, to be masked (`pipeline.speech.names`)."""
        return find_names(utterances, self._japanese.fold_and_tokenize, self._japanese.entities)

    def reading(self, text: str) -> str:
        """Katakana; of what Sudachi refuses, nothing."""
        try:
            return "".join(token.reading for token in self._japanese.fold_and_tokenize(text)[1])
        except AnalysisFailed:
            return ""
