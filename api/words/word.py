"""A closed code of the pipeline as a word for people, with one plain sentence on what it means."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.language import Text


@dataclass(frozen=True, slots=True)
class Word:
    """A name and its meaning."""

    name: Text
    meaning: Text


def word_of(ja: str, en: str, meaning_ja: str = "", meaning_en: str = "") -> Word:
    """The word in both languages."""
    return Word(Text(ja, en), Text(meaning_ja, meaning_en))


def word(table: Mapping[str, Word], code: str) -> Word:
    """The word of a code; a code that a later version brought stands for itself."""
    return table.get(code) or Word(Text(code, code), Text("", ""))
