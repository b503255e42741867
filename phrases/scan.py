"""Where the spellings of a dictionary occur in a call: one pass of an Aho-Corasick automaton per level."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from phrases.dialogue import Dialogue, Stream
from phrases.entry import TEXT_LEVELS, Level
from phrases.entry import Word as Name
from phrases.forms import KEY_END, Word, forms_of
from phrases.japanese import Japanese
from phrases.normalize import fold
from phrases.patterns import QUANTITY_PATTERN, PatternSet, places
from phrases.sounds import Piece, confusable_words, is_exchanged, is_other_word, nearest, pieces
from phrases.tree import QUANTITY, Pattern

SHORTEST_READING = 6  # kana after folding; shorter readings meet other words by chance
SHORTEST_NAME = 4  # kana of a phrase whose name has a registered reading: names are looked for on purpose
FREE_READING = 10  # from this length a reading may begin inside a word: the recogniser cut it elsewhere
_HONORIFICS = ("お", "ご", "御")  # silent in keys, but part of what people see as the phrase
_KANA = re.compile("[ぁ-ゖァ-ヺー]+")
_CONTRARY = "不非未無"
_HONOURED_KANA = re.compile("[おご御][^おご御]*[ぁ-ゖ]$")  # お申し込み, お問い合わせ


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A spelling found: words `start` to `end` (exclusive) of the call.

    `head` characters of the first word are before it and `tail` characters of the last word are after it.
    """

    start: int
    end: int
    level: Level
    head: int = 0
    tail: int = 0


Term = str | Pattern  # what is looked for: a spelling, or a raw pattern


@dataclass(frozen=True, slots=True)
class Owner:
    """The spelling that a search string stands for; `is_heard` where it is not how the dictionary writes it.

    `is_honoured` where the string is the verb of a noun like お申し込み, which counts behind お only.
    """

    spelling: str
    is_heard: bool = False
    is_honoured: bool = False


class Scanner:
    """Finds every occurrence of a set of spellings and patterns. Immutable after construction."""

    def __init__(self, terms: Iterable[Term], japanese: Japanese, names: Sequence[Name] = ()) -> None:
        import ahocorasick_rs

        terms = set(terms)
        self._owners: dict[Level, list[list[Owner]]] = {}
        self._automata = {}
        self._counts = QUANTITY in terms
        terms.discard(QUANTITY)
        self._raw = PatternSet(term.text for term in terms if isinstance(term, Pattern))
        patterns = _patterns(sorted(term for term in terms if isinstance(term, str)), japanese, names)
        for level, owners in patterns.items():
            self._owners[level] = list(owners.values())
            self._automata[level] = ahocorasick_rs.AhoCorasick(list(owners))
        self._readings = patterns["reading"]
        self._pieces: dict[str, list[Piece]] = {}
        for piece in (piece for reading in self._readings for piece in pieces(reading)):
            self._pieces.setdefault(piece.text, []).append(piece)
        self._piece_texts = list(self._pieces)
        self._piece_automaton = ahocorasick_rs.AhoCorasick(self._piece_texts)
        self._confusable = _confusable_readings(japanese) if self._pieces else ()
        self._alike = [pair for pair in confusable_words() if pair[0] not in pair[1] and pair[1] not in pair[0]]

    def occurrences(self, dialogue: Dialogue) -> dict[Term, list[Occurrence]]:
        """Spelling or pattern → where it occurs, in order; only those that occur are present."""
        found: dict[Term, dict[tuple[int, int], Occurrence]] = {}
        for level in TEXT_LEVELS:
            stream = dialogue.stream(level)
            owners = self._owners[level]
            for number, start, end in self._automata[level].find_matches_as_indexes(stream.text, overlapping=True):
                occurrence = _LOCATE[level](dialogue, stream, start, end)
                if occurrence:
                    heard = _written(dialogue, occurrence) if level == "reading" else ""
                    for owner in owners[number]:
                        if heard and is_other_word(owner.spelling, heard, self._alike):
                            continue
                        if owner.is_honoured and not _is_behind_honorific(dialogue, occurrence.end - 1):
                            continue
                        place = replace(occurrence, level="reading") if owner.is_heard else occurrence
                        found.setdefault(owner.spelling, {}).setdefault((place.start, place.end), place)
        for pattern, place in self._by_pattern(dialogue):
            found.setdefault(pattern, {}).setdefault((place.start, place.end), place)
        for spelling, occurrence in self._by_near_sound(dialogue):
            found.setdefault(spelling, {}).setdefault((occurrence.start, occurrence.end), occurrence)
        return {term: sorted(where.values(), key=_place) for term, where in found.items()}

    def _by_pattern(self, dialogue: Dialogue) -> Iterator[tuple[Term, Occurrence]]:
        stream = dialogue.stream("surface")
        wanted: list[tuple[Term, str]] = [(Pattern(pattern), pattern) for pattern in self._raw.found(stream.text)]
        if self._counts:
            wanted.append((QUANTITY, QUANTITY_PATTERN))
        for term, pattern in wanted:
            for start, end in places(pattern, stream.text):
                first, last = stream.word_at(start), stream.word_at(end - 1)
                head = start - stream.offsets[first]
                tail = stream.offsets[last] + len(dialogue.words[last].surface) - end
                yield term, Occurrence(first, last + 1, "surface", head, tail)

    def _by_near_sound(self, dialogue: Dialogue) -> Iterator[tuple[str, Occurrence]]:
        """Longer spellings with a few kana misheard."""
        stream = dialogue.stream("reading")
        done: set[tuple[str, int]] = set()
        for number, at, _ in self._piece_automaton.find_matches_as_indexes(stream.text, overlapping=True):
            for piece in self._pieces[self._piece_texts[number]]:
                place = (piece.reading, at - piece.offset)
                if place in done or stream.text.startswith(piece.reading, at - piece.offset):
                    continue
                done.add(place)
                near = nearest(stream.text, at, piece, self._confusable)
                if near:
                    occurrence = Occurrence(stream.word_at(near[0]), stream.word_at(near[1] - 1) + 1, "reading")
                    yield from ((spelling, occurrence) for spelling in self._meant(piece.reading, dialogue, occurrence))

    def _meant(self, reading: str, dialogue: Dialogue, place: Occurrence) -> Iterator[str]:
        """The spellings read so, unless a word that sounds alike stands there, of which `place` may be a part only."""
        around = dialogue.words[max(place.start - 1, 0) : place.end + 1]
        written, heard = _written(dialogue, place), "".join(word.reading for word in around)
        if not is_exchanged(reading, heard, self._confusable):
            for owner in self._readings[reading]:
                if not is_other_word(owner.spelling, written, self._alike):
                    yield owner.spelling


def spelling_words(spelling: str, japanese: Japanese) -> tuple[Word, ...]:
    """A spelling of the dictionary, analysed exactly as transcripts are."""
    return forms_of(spelling, japanese).words


@lru_cache(maxsize=4)
def _confusable_readings(japanese: Japanese) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_reading(spelling_words(one, japanese)), _reading(spelling_words(other, japanese)))
        for one, other in confusable_words()
    )


def search_patterns(spelling: str, japanese: Japanese, names: Sequence[Name] = ()) -> Iterator[tuple[Level, str]]:
    """What to look for in the streams so that no occurrence of a spelling is missed, near sounds included."""
    for level, pattern, _ in _all_searched(spelling, japanese, names):
        yield level, pattern
        if level == "reading":
            yield from (("reading", piece.text) for piece in pieces(pattern))


def _patterns(spellings: list[str], japanese: Japanese, names: Sequence[Name]) -> dict[Level, dict[str, list[Owner]]]:
    """Per level: what to search for → the spellings that it stands for."""
    patterns: dict[Level, dict[str, list[Owner]]] = {level: {} for level in TEXT_LEVELS}
    for spelling in spellings:
        for level, pattern, owner in _all_searched(spelling, japanese, names):
            patterns[level].setdefault(pattern, []).append(owner)
    return patterns


def _all_searched(spelling: str, japanese: Japanese, names: Sequence[Name]) -> Iterator[tuple[Level, str, Owner]]:
    """The spelling itself, then what is heard in its place where it holds a registered name."""
    for level, pattern in _searched(spelling_words(spelling, japanese)):
        yield level, pattern, Owner(spelling)
    written = fold(spelling).text
    verbal = _verbal_keys(written, japanese)
    if verbal:
        yield "normalized", KEY_END + verbal, Owner(spelling, is_honoured=True)
    for name in names:
        surface = fold(name.surface).text
        if surface not in written:
            continue
        for form in name.misheard:
            words = spelling_words(written.replace(surface, form), japanese)
            yield from (
                (level, pattern, Owner(spelling, is_heard=True))
                for level, pattern in _searched(words)
                if level != "reading"
            )
        for kana in name.readings:
            reading = _reading(spelling_words(written.replace(surface, kana), japanese))
            if len(reading) >= SHORTEST_NAME:
                yield "reading", reading, Owner(spelling, is_heard=True)


def _verbal_keys(written: str, japanese: Japanese) -> str:
    """The keys of お申し込み as it is said in お申込みいただけます, where it is a verb; empty where it is none."""
    if not _HONOURED_KANA.search(written):
        return ""
    nouns = spelling_words(written, japanese)
    words = spelling_words(written + "ください", japanese)[: len(nouns)]
    is_verb = words[:-1] == nouns[:-1] and words[-1].end == nouns[-1].end and words[-1].keys != nouns[-1].keys
    return "".join(word.keys for word in words) if is_verb and nouns[-1].is_content else ""


def _is_behind_honorific(dialogue: Dialogue, word: int) -> bool:
    return word > 0 and dialogue.words[word - 1].surface in _HONORIFICS


def _searched(words: tuple[Word, ...]) -> Iterator[tuple[Level, str]]:
    surface = "".join(word.surface for word in words)
    keys = "".join(word.keys for word in words)
    reading = _reading(words)
    if surface:
        yield "surface", surface
    if any(word.is_content for word in words):
        yield "normalized", KEY_END + keys
    if len(reading) >= SHORTEST_READING:
        yield "reading", reading


def _reading(words: tuple[Word, ...]) -> str:
    """Without an opening vowel: the word before may swallow it (もう + うち), and it is thin evidence anyway."""
    return "".join(word.reading for word in words).lstrip("アイウエオ")


def _written(dialogue: Dialogue, place: Occurrence) -> str:
    return "".join(word.surface for word in dialogue.words[place.start : place.end])


def _place(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.start, occurrence.end


def _locate_surface(dialogue: Dialogue, stream: Stream, start: int, end: int) -> Occurrence | None:
    """Kana must begin and end with words (いい is not in いいえ); kanji may be part of a compound (解約 in 解約金).

    But not of its contrary: 可能 is not in 不可能.
    """
    first, last = stream.word_at(start), stream.word_at(end - 1)
    head = start - stream.offsets[first]
    tail = stream.offsets[last] + len(dialogue.words[last].surface) - end
    if (head or tail) and _KANA.fullmatch(stream.text, start, end):
        return None
    if head and end - start > 1 and stream.text[start - 1] in _CONTRARY:
        return None
    return Occurrence(first, last + 1, "surface", head, tail)


def _locate_normalized(dialogue: Dialogue, stream: Stream, start: int, end: int) -> Occurrence | None:
    # the pattern opens with the end mark of the key before; of words that share an offset the last one has the key
    first = stream.word_at(start + 1)
    if (
        first
        and dialogue.words[first - 1].surface in _HONORIFICS
        and dialogue.words[first - 1].end == (dialogue.words[first].start)
    ):
        first -= 1
    return Occurrence(first, stream.word_at(end - 1) + 1, "normalized")


def _locate_reading(dialogue: Dialogue, stream: Stream, start: int, end: int) -> Occurrence | None:
    first = stream.word_at(start)
    opening = stream.text[stream.offsets[first] : start]
    if opening.strip("アイウエオ") and end - start < FREE_READING:
        return None
    if opening and dialogue.words[first].surface[0] in _CONTRARY:
        return None
    return Occurrence(first, stream.word_at(end - 1) + 1, "reading")


_LOCATE = {"surface": _locate_surface, "normalized": _locate_normalized, "reading": _locate_reading}
