"""Which names were meant where something else was heard, by the word list 単語登録: to be shown beside the words.

A transcript is corrected when it is made and never afterwards; one made before a name was registered keeps what was
heard. The matching knows the names in both, and so does whoever reads the call.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from phrases.entry import Word
from phrases.japanese import Japanese, Token
from phrases.normalize import Folded
from pipeline.records import Transcript
from pipeline.speech.corrections import Corrector

_ONE_AT_A_TIME = Lock()  # pages are made in several threads, and a `Japanese` belongs to one


@dataclass(frozen=True, slots=True)
class Meant:
    """`heard` stands for the name `surface`. `is_written`: the transcript has the name, else what was heard."""

    heard: str
    surface: str
    is_written: bool


def meant_in(transcript: Transcript, words: Sequence[Word]) -> Mapping[int, Sequence[Meant]]:
    """By utterance: what was put right when the transcript was made, and what the list of today would put right."""
    found: dict[int, list[Meant]] = defaultdict(list)
    for kept in transcript.corrections:
        text = transcript.utterances[kept.utterance].text
        found[kept.utterance].append(Meant(kept.heard, text[kept.start : kept.end], is_written=True))
    corrected, changes = Corrector(words, _tokenize).correct(transcript.utterances)
    for change in changes:
        text = corrected[change.utterance].text
        found[change.utterance].append(Meant(change.heard, text[change.start : change.end], is_written=False))
    return found


def _tokenize(text: str) -> tuple[Folded, tuple[Token, ...]]:
    with _ONE_AT_A_TIME:
        return _japanese().fold_and_tokenize(text)


@lru_cache(maxsize=1)
def _japanese() -> Japanese:
    """Loaded at the first misheard form that a process meets."""
    return Japanese()
