"""A published dictionary against a call: hits with their place, the level that found them, and what cancels them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from phrases.clauses import written
from phrases.dialogue import Dialogue, Line
from phrases.entry import Category, Level, Phrase, PhraseSet
from phrases.evaluate import Evaluation, Found, triggers
from phrases.forms import Forms, forms_of
from phrases.japanese import AnalysisFailed, Japanese
from phrases.meaning import Encode, Meanings
from phrases.messages import Message, PhraseError, Problem
from phrases.query import QueryError, parse
from phrases.scan import Occurrence, Scanner, Term
from phrases.scope import Context, by_words, settled
from phrases.tree import Node, patterns, sequences

_CONTEXT_WORDS = 40  # words looked at before and after a hit


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of the original text of a line."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found. A phrase split over lines has a span on each of them. `cancelled_by`: see scope.py."""

    phrase_id: str
    category: Category
    level: Level
    weight: float
    spans: tuple[Span, ...]
    cancelled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place where an entry is said, before anyone asked whether it holds; `hit` is not cancelled yet.

    `last` is the last piece of it in `dialogue`: that carries the predicate.
    """

    hit: Hit
    last: Occurrence
    dialogue: Dialogue

    @property
    def context(self) -> Context:
        """What decides whether it holds."""
        return _context(self.last, self.dialogue)

    def moved_to(self, lines: Sequence[int]) -> "Sighting":
        """The same place, line i being line `lines[i]` of a longer call."""
        spans = tuple(replace(span, line=lines[span.line]) for span in self.hit.spans)
        return replace(self, hit=replace(self.hit, spans=spans))


@dataclass(frozen=True, slots=True)
class Matches:
    """What one call gave. `failed` lists the lines that could not be analysed; the others were searched."""

    hits: tuple[Hit, ...]
    failed: tuple[int, ...] = ()


class Matcher:
    """Compiled from a dictionary once, then used for many calls, from one thread.

    Only published entries match. Operators' entries are looked for in operators' lines only, customers' in
    customers'; lines of an unknown speaker are searched for neither. `encode` is needed where an entry has the level
    `meaning`; without it such a dictionary is refused (`PhraseError`) rather than half searched.
    """

    def __init__(self, phrase_set: PhraseSet, japanese: Japanese | None = None, encode: Encode | None = None) -> None:
        self.version = phrase_set.version
        self.japanese = japanese or Japanese()
        self._queries = compiled(phrase_set)
        self._scanner = Scanner(
            (term for _, node in self._queries for term in _terms(node)), self.japanese, phrase_set.names
        )
        self._wanted: dict[Term, list[int]] = {}
        for number, (_, node) in enumerate(self._queries):
            for term in triggers(node):
                self._wanted.setdefault(term, []).append(number)
        self._numbers = {phrase.id: number for number, (phrase, _) in enumerate(self._queries)}
        self._meanings = _meanings([phrase for phrase, _ in self._queries], encode)

    def match(self, lines: Sequence[Line], forms: Sequence[Forms | None] | None = None) -> Matches:
        """All hits of a call in order of place. `forms` saves the analysis where it is kept from an earlier run."""
        failed: list[int] = []
        if forms is None:
            forms, failed = self.analyse(lines)
        return Matches(tuple(judge(self.sightings(lines, forms), self.japanese)), tuple(failed))

    def sightings(self, lines: Sequence[Line], forms: Sequence[Forms | None]) -> list[Sighting]:
        """Every place where an entry is said, in order of place."""
        dialogue = Dialogue(lines, forms)
        occurrences = self._scanner.occurrences(dialogue)
        meant = self._meanings.occurrences(dialogue) if self._meanings else {}
        candidates = {number for term in occurrences for number in self._wanted.get(term, ())}
        candidates |= {self._numbers[identity] for identity in meant}
        evaluation = Evaluation(dialogue, occurrences, meant)
        seen: list[Sighting] = []
        for number in sorted(candidates):
            phrase, node = self._queries[number]
            seen.extend(_sighting(phrase, found, dialogue) for found in evaluation.find(phrase, node))
        return sorted((sighting for sighting in seen if sighting.hit.spans), key=_place)

    def analyse(self, lines: Sequence[Line]) -> tuple[list[Forms | None], list[int]]:
        """Forms of every line, and the lines whose analysis failed."""
        forms: list[Forms | None] = []
        failed: list[int] = []
        for index, line in enumerate(lines):
            try:
                forms.append(forms_of(line.text, self.japanese))
            except AnalysisFailed:
                forms.append(None)
                failed.append(index)
        return forms, failed


def judge(sightings: Sequence[Sighting], japanese: Japanese) -> list[Hit]:
    """The hits, each with what cancels it. Sentences to be parsed are parsed together."""
    contexts = [sighting.context for sighting in sightings]
    verdicts = [by_words(context, sighting.hit.category) for sighting, context in zip(sightings, contexts, strict=True)]
    judged = list(zip(contexts, verdicts, strict=True))
    japanese.parse_ahead(context.sentence for context, verdict in judged if verdict.in_doubt)
    reasons = (settled(verdict, context, japanese) for context, verdict in judged)
    hits = (sighting.hit for sighting in sightings)
    return [replace(hit, cancelled_by=reason) if reason else hit for hit, reason in zip(hits, reasons, strict=True)]


def _sighting(phrase: Phrase, found: Found, dialogue: Dialogue) -> Sighting:
    spans = tuple(span for span in _spans(found, dialogue) if dialogue.lines[span.line].speaker == phrase.speaker)
    hit = Hit(phrase.id, phrase.category, found.level, phrase.weight, spans)
    return Sighting(hit, found.pieces[-1], dialogue)


def _place(sighting: Sighting) -> tuple[int, int]:
    first = sighting.hit.spans[0]
    return first.line, first.start


def _terms(node: Node) -> Iterator[Term]:
    for sequence in sequences(node):
        for stretch in sequence.stretches:
            yield from stretch.spellings
    yield from patterns(node)


def _meanings(entries: Sequence[Phrase], encode: Encode | None) -> Meanings | None:
    asking = [phrase for phrase in entries if "meaning" in phrase.levels]
    if not asking:
        return None
    if encode is None:
        message = Message("意味で探すモデルがありません。", "There is no model to search by meaning with.")
        raise PhraseError(tuple(Problem(phrase.id, message) for phrase in asking))
    return Meanings(asking, encode)


def compiled(phrase_set: PhraseSet) -> tuple[tuple[Phrase, Node], ...]:
    """Published entries with their query trees. Raises `PhraseError` with every entry that cannot be read."""
    queries: list[tuple[Phrase, Node]] = []
    problems: list[Problem] = []
    for phrase in phrase_set.phrases:
        if phrase.status != "published":
            continue
        try:
            queries.append((phrase, parse(phrase.phrase, phrase_set.words)))
        except QueryError as error:
            place = f"{error.position + 1}"
            ja, en = f"{place}文字目: {error.message.ja}", f"character {place}: {error.message.en}"
            problems.append(Problem(phrase.id, Message(ja, en)))
    if problems:
        raise PhraseError(tuple(problems))
    return tuple(queries)


def _spans(found: Found, dialogue: Dialogue) -> list[Span]:
    """The stretches of original text, one per line and piece."""
    spans: list[Span] = []
    for piece in found.pieces:
        by_line: dict[int, list[int]] = {}
        for word in range(piece.start, piece.end):
            by_line.setdefault(dialogue.word_lines[word], []).append(word)
        for line, words in by_line.items():
            forms = dialogue.forms[line]
            assert forms is not None
            start = dialogue.words[words[0]].start + (piece.head if words[0] == piece.start else 0)
            end = dialogue.words[words[-1]].end - (piece.tail if words[-1] == piece.end - 1 else 0)
            spans.append(Span(line, *forms.folded.span(start, end)))
    return spans


def _context(piece: Occurrence, dialogue: Dialogue) -> Context:
    """The sentence around a piece."""
    sentence, turn = dialogue.sentences[piece.start], dialogue.turns[dialogue.turn_of(piece.start)]
    first, last = piece.start, piece.end
    while first > max(turn.first, piece.start - _CONTEXT_WORDS) and dialogue.sentences[first - 1] == sentence:
        first -= 1
    while last < min(turn.last, piece.end + _CONTEXT_WORDS) and dialogue.sentences[last] == sentence:
        last += 1
    return Context(
        _written(dialogue, first, piece.start),
        _written(dialogue, piece.start, piece.end, trailing=False),
        _pause(dialogue, piece.end) + _written(dialogue, piece.end, last),
        written(dialogue.words[piece.end : last]) + _question(dialogue, last - 1),
    )


def _question(dialogue: Dialogue, word: int) -> str:
    """始まってます? asks without か: it is added where a question mark alone tells."""
    forms = dialogue.forms[dialogue.word_lines[word]]
    assert forms is not None
    marked = forms.folded.text[dialogue.words[word].end :].lstrip().startswith("?")
    return "_か " if marked and dialogue.words[word].surface != "か" else ""


def _written(dialogue: Dialogue, first: int, last: int, *, trailing: bool = True) -> str:
    parts: list[str] = []
    for word in range(first, last):
        parts.append(dialogue.words[word].surface)
        if trailing or word < last - 1:
            parts.append(_pause(dialogue, word + 1))
    return "".join(parts)


def _pause(dialogue: Dialogue, word: int) -> str:
    """The comma before a word, if there is one."""
    if not 0 < word < len(dialogue.words) or dialogue.word_lines[word - 1] != dialogue.word_lines[word]:
        return ""
    forms = dialogue.forms[dialogue.word_lines[word]]
    assert forms is not None
    return "、" if "、" in forms.folded.text[dialogue.words[word - 1].end : dialogue.words[word].start] else ""
