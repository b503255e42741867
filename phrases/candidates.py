"""Expressions of operators that a dictionary does not know yet: runs of words, counted in normal form.

An expression is two to six words of one sentence that begins and ends with a word of substance; お送りします and
送りましょうか count as the same. What a dictionary finds already, and what is nearly always said within a longer
expression, is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from phrases.dialogue import Dialogue, Line
from phrases.entry import OPERATOR_CATEGORIES, PhraseSet
from phrases.forms import Forms
from phrases.japanese import Japanese
from phrases.matcher import Matcher

LONGEST_RUN = 6  # words
MOST_WRITINGS = 40  # spellings counted per expression, so that memory stays bounded
NEARLY_ALWAYS = 0.9  # share of calls from which on a shorter expression adds nothing to a longer one
SHORTEST = 4  # characters

Said = tuple[Line, Forms | None]
Place = tuple[int, int, int]  # line, start, end (characters of the line)


@dataclass(slots=True)
class Expression:
    """One expression: how it is mostly written, the calls it is said in, and where it first stands in each."""

    keys: tuple[str, ...]
    calls: dict[int, Place] = field(default_factory=dict)
    writings: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        """How it is written most often."""
        return min(self.writings, key=lambda text: (-self.writings[text], len(text), text))


def expressions(calls: Iterable[tuple[int, Sequence[Said]]], least: int) -> list[Expression]:
    """Expressions of operators said in at least `least` calls, by number of calls. Calls are numbered."""
    found: dict[tuple[str, ...], Expression] = {}
    for number, said in calls:
        dialogue = Dialogue([line for line, _ in said], [forms for _, forms in said])
        for keys, text, place in _runs(dialogue):
            expression = found.get(keys)
            if expression is None:
                expression = found[keys] = Expression(keys)
            expression.calls.setdefault(number, place)
            if text in expression.writings or len(expression.writings) < MOST_WRITINGS:
                expression.writings[text] += 1
    common = [expression for expression in found.values() if len(expression.calls) >= least]
    return sorted(common, key=lambda expression: (-len(expression.calls), expression.keys))


def unknown_to(dictionary: PhraseSet, found: Iterable[Expression], japanese: Japanese) -> list[Expression]:
    """Expressions in which no entry of the operator's categories is found, however they are written."""
    said = tuple(phrase for phrase in dictionary.phrases if phrase.category in OPERATOR_CATEGORIES)
    spoken = tuple(phrase for phrase in said if "meaning" not in phrase.levels)
    matcher = Matcher(dictionary.of(spoken), japanese)
    return [item for item in found if not matcher.match([Line("operator", item.text)]).hits]


def without_parts(found: Sequence[Expression]) -> list[Expression]:
    """Of expressions one of which holds the other and is said in nearly the same calls, the longer one."""
    holders: defaultdict[tuple[str, ...], list[Expression]] = defaultdict(list)
    for item in found:
        for part in _parts(item.keys):
            holders[part].append(item)
    return [
        item
        for item in found
        if not any(len(longer.calls) >= NEARLY_ALWAYS * len(item.calls) for longer in holders[item.keys])
    ]


def _parts(keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(len(keys)):
        for end in range(start + 1, len(keys) + 1):
            if end - start < len(keys):
                yield keys[start:end]


def _runs(dialogue: Dialogue) -> Iterator[tuple[tuple[str, ...], str, Place]]:
    """Keys, writing and place of every run of an operator's words within one line and sentence."""
    sentences = dialogue.sentences
    for turn in dialogue.turns:
        if turn.speaker != "operator":
            continue
        told = [number for number in range(turn.first, turn.last) if dialogue.words[number].keys]
        for at, first in enumerate(told):
            if not dialogue.words[first].is_content:
                continue
            for last in told[at + 1 : at + LONGEST_RUN]:
                same_line = dialogue.word_lines[last] == dialogue.word_lines[first]
                if not same_line or sentences[last] != sentences[first]:
                    break
                if dialogue.words[last].is_content:
                    run = _run(dialogue, first, last)
                    if len(run[1]) >= SHORTEST:
                        yield run


def _run(dialogue: Dialogue, first: int, last: int) -> tuple[tuple[str, ...], str, Place]:
    line = dialogue.word_lines[first]
    forms = dialogue.forms[line]
    assert forms is not None
    start, end = dialogue.words[first].start, dialogue.words[last].end
    keys = tuple(word.keys for word in dialogue.words[first : last + 1] if word.keys)
    return keys, forms.folded.text[start:end], (line, *forms.folded.span(start, end))
