"""What an entry may be mistaken for: words in it that recognisers exchange, and other entries that sound the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from phrases.entry import Phrase, PhraseSet
from phrases.forms import Word
from phrases.japanese import Japanese
from phrases.messages import Message, Problem
from phrases.query import QueryError, parse
from phrases.scan import SHORTEST_READING, spelling_words
from phrases.sounds import confusable_words
from phrases.tree import QUANTITY, Node, positive_sequences

_SHORTEST_ALIKE = 3  # kana; shorter words sound like many
_SHORTEST_NEAR = 4  # kana, for a word that is one kana off


def confusions(phrase: Phrase, lists: Mapping[str, tuple[str, ...]], japanese: Japanese) -> Iterator[Problem]:
    """A warning for every word of an entry that the recogniser may have written for another one.

    That is a word of confusable.tsv, or one that sounds the same as such a word or is one kana from it (公開, 更改).
    For the entries of an edit, before it is approved; nearly every second entry of a dictionary holds such a word.
    """
    try:
        spellings = set(_spellings(parse(phrase.phrase, lists)))
    except QueryError:
        return
    others: dict[str, list[str]] = defaultdict(list)
    for word, alike in _alike(spellings, japanese):
        if not any(alike in said for said in spellings):
            others[word].append(alike)
    for one, other in confusable_words():
        for word, mistaken in ((one, other), (other, one)):
            found = any(word in spelling for spelling in spellings)
            if found and not any(mistaken in said for said in spellings) and mistaken not in others[word]:
                others[word].append(mistaken)
    for word, mistaken_for in sorted(others.items()):
        ja = f"「{word}」は「{'」「'.join(mistaken_for)}」と聞き違えられやすい語です。当たりを見て確かめてください。"
        en = f"“{word}” is easily taken for {', '.join(f'“{name}”' for name in mistaken_for)}; look at its hits."
        yield Problem(phrase.id, Message(ja, en), is_error=False)


def _alike(spellings: Iterable[str], japanese: Japanese) -> Iterator[tuple[str, str]]:
    """(word of the entry, word of confusable.tsv that sounds the same or is one kana away)."""
    from rapidfuzz.distance import Levenshtein

    said = {word for spelling in spellings if spelling != QUANTITY for word in spelling_words(spelling, japanese)}
    for word in sorted(word for word in said if word.is_content and len(word.reading) >= _SHORTEST_ALIKE):
        for other in _known(japanese):
            if word.keys == other.keys or word.surface in other.surface or other.surface in word.surface:
                continue
            near = min(len(word.reading), len(other.reading)) >= _SHORTEST_NEAR
            if Levenshtein.distance(word.reading, other.reading, score_cutoff=1) <= near:
                yield word.surface, other.surface


@lru_cache(maxsize=4)
def _known(japanese: Japanese) -> tuple[Word, ...]:
    """The words of confusable.tsv, those of one token."""
    analysed = (
        spelling_words(word, japanese) for word in sorted({word for pair in confusable_words() for word in pair})
    )
    return tuple(words[0] for words in analysed if len(words) == 1 and words[0].is_content)


def homophones(phrase_set: PhraseSet, trees: Mapping[str, Node], japanese: Japanese) -> Iterator[Problem]:
    """A warning where an entry of another category sounds the same: by sound alone, each finds the other's words."""
    by_reading: dict[tuple[str, str], dict[str, tuple[str, str]]] = defaultdict(dict)
    for phrase in phrase_set.phrases:
        if phrase.status == "retired" or "reading" not in phrase.levels or phrase.id not in trees:
            continue
        for spelling in _whole_spellings(trees[phrase.id]):
            words = spelling_words(spelling, japanese)
            reading, keys = "".join(word.reading for word in words), "".join(word.keys for word in words)
            if len(reading) >= SHORTEST_READING:
                by_reading[phrase.speaker, reading].setdefault(phrase.id, (phrase.category, keys))
    seen: set[tuple[str, str]] = set()
    for found in by_reading.values():
        (first, (category, keys)), *others = found.items()
        for other, (its_category, its_keys) in others:
            if its_category != category and its_keys != keys and (first, other) not in seen:
                seen.add((first, other))
                ja, en = f"分類の違う {first} と同じ読みです。", f"Sounds the same as {first} of another category."
                yield Problem(other, Message(ja, en), is_error=False)


def _spellings(tree: Node) -> Iterator[str]:
    for sequence in positive_sequences(tree):
        for stretch in sequence.stretches:
            yield from stretch.spellings


def _whole_spellings(tree: Node) -> Iterator[str]:
    """Spellings that are enough for a hit by themselves, as far as words go."""
    for sequence in positive_sequences(tree):
        if len(sequence.stretches) == 1:
            yield from sequence.stretches[0].spellings
