"""What is wrong with a dictionary: every problem at once, each with its entry."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace

from phrases.confusion import homophones
from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet
from phrases.fields import id_problems
from phrases.japanese import Japanese
from phrases.matcher import Hit, Matcher
from phrases.meaning import Encode
from phrases.messages import Message, Problem
from phrases.query import QueryError, parse
from phrases.scan import spelling_words
from phrases.tree import QUANTITY, Node, Sequence, patterns, positive_sequences, sequences

MOST_PHRASES = 5_000
LEAST_EXAMPLES = 2
LEAST_COUNTER_EXAMPLES = 1
_KANA = re.compile("[ぁ-ゖァ-ヺー]*")

# sentences that any call holds; an entry that meets several of them says nothing
COURTESIES = (
    "お電話ありがとうございます。", "はい、かしこまりました。", "少々お待ちください。", "お待たせいたしました。",
    "お名前をお願いいたします。", "申し訳ございません。", "はい。", "ええ、そうです。", "わかりました。",
    "失礼いたします。", "お世話になっております。", "それでは確認いたします。",
)  # fmt: skip


def lint(
    phrase_set: PhraseSet,
    japanese: Japanese | None = None,
    encode: Encode | None = None,
    only: Collection[str] | None = None,
    looked: Callable[[], None] | None = None,
) -> tuple[Problem, ...]:
    """Every problem of a dictionary, errors and warnings, in the order of the entries; empty if there is none.

    Without `encode` the examples of entries with the level `meaning` are not tried, and a warning says so. `only`:
    problems of these entries alone; the others are there to be compared with. `looked` is called twice for each of
    them: once its query is read, and once its examples are tried.
    """
    told = looked or (lambda: None)
    japanese = japanese or Japanese()
    asked = phrase_set.by_id.keys() if only is None else only
    problems: list[Problem] = []
    if len(phrase_set.phrases) > MOST_PHRASES:
        problems.append(
            _error("phrases", f"{MOST_PHRASES} 件を超えています。", f"There are more than {MOST_PHRASES} entries.")
        )
        return tuple(problems)
    trees = _trees(phrase_set)
    for phrase in (phrase for phrase in phrase_set.phrases if phrase.id in asked):
        problems.extend(_form(phrase))
        if phrase.id in trees:
            problems.extend(_too_short(phrase, trees[phrase.id], japanese))
        else:
            problems.append(_unreadable(phrase, phrase_set))
        told()
    problems.extend(_same(phrase_set, trees, japanese, asked))
    problems.extend(found for found in homophones(phrase_set, trees, japanese) if found.place in asked)
    for phrase in (phrase for phrase in phrase_set.phrases if phrase.id in asked):
        if phrase.id in trees:
            problems.extend(_examples(phrase, phrase_set, japanese, encode))
        told()
    return tuple(problems)


def lint_entry(
    phrase: Phrase, phrase_set: PhraseSet, japanese: Japanese | None = None, encode: Encode | None = None
) -> tuple[Problem, ...]:
    """Every problem of one entry as it would stand in a dictionary, in the place of the one with its id.

    The others of its category are only compared with it: this takes milliseconds where `lint` takes seconds.
    """
    rivals = (other for other in phrase_set.phrases if other.category == phrase.category and other.id != phrase.id)
    return lint(phrase_set.of((*rivals, phrase)), japanese, encode, {phrase.id})


def _unreadable(phrase: Phrase, phrase_set: PhraseSet) -> Problem:
    try:
        parse(phrase.phrase, phrase_set.words)
    except QueryError as error:
        place = error.position + 1
        message = Message(f"{place}文字目: {error.message.ja}", f"Character {place}: {error.message.en}")
        return Problem(phrase.id, message, position=error.position, column="phrase")
    raise AssertionError("it was unreadable a moment ago")


def _error(place: str, ja: str, en: str, column: str = "") -> Problem:
    return Problem(place, Message(ja, en), column=column)


def _warning(place: str, ja: str, en: str, column: str = "") -> Problem:
    return Problem(place, Message(ja, en), is_error=False, column=column)


def _form(phrase: Phrase) -> Iterator[Problem]:
    yield from id_problems(phrase.id, phrase.id)
    if not phrase.levels:
        yield _error(phrase.id, "levels が空です。", "levels is empty.", "levels")
    if len(phrase.examples) < LEAST_EXAMPLES:
        ja = f"例文が {LEAST_EXAMPLES} つ要ります。当たってほしい文を書き足してください。"
        en = f"{LEAST_EXAMPLES} examples are needed; add sentences that it is to find."
        yield _error(phrase.id, ja, en, "examples")
    if len(phrase.counter_examples) < LEAST_COUNTER_EXAMPLES:
        ja = "当たってはいけない例文が一つ要ります。書き足してください。"
        en = "A counter-example is needed; add a sentence that it is not to find."
        yield _error(phrase.id, ja, en, "counter_examples")


def _too_short(phrase: Phrase, tree: Node, japanese: Japanese) -> Iterator[Problem]:
    """A spelling without words, and a whole query of one or two kana, which is found everywhere."""
    for sequence in sequences(tree):
        for spelling in (spelling for stretch in sequence.stretches for spelling in stretch.spellings):
            if spelling != QUANTITY and not spelling_words(spelling, japanese):
                ja, en = (
                    f"「{spelling}」には言葉がありません。言葉で書いてください。",
                    f"“{spelling}” holds no word; write one.",
                )
                yield _error(phrase.id, ja, en, "phrase")
    for spelling in (*_alone(tree), *(pattern.text for pattern in patterns(tree))):
        if len(spelling) <= 2 and _KANA.fullmatch(spelling):
            ja = f"「{spelling}」は短すぎて、どこにでも当たります。前後の言葉も書いてください。"
            yield _error(phrase.id, ja, f"“{spelling}” is too short; add the words around it.", "phrase")


def _alone(tree: Node) -> Iterator[str]:
    """Spellings that are a whole query by themselves."""
    for sequence in positive_sequences(tree):
        if len(sequence.stretches) == 1:
            yield from sequence.stretches[0].spellings


def _signature(sequence: Sequence, japanese: Japanese) -> frozenset[tuple[str, ...]]:
    return frozenset(
        tuple("".join(word.keys for word in spelling_words(spelling, japanese)) for spelling in stretch.spellings)
        for stretch in sequence.stretches
    )


def _same(
    phrase_set: PhraseSet, trees: dict[str, Node], japanese: Japanese, asked: Collection[str]
) -> Iterator[Problem]:
    """Entries that mean the same after normalisation, and entries that another one already finds."""
    for later, earlier in _pairs(phrase_set, trees, japanese):
        if later in asked:
            yield same_as(later, earlier)
        elif earlier in asked:
            yield same_as(earlier, later)
    yield from _subsumed(_single(phrase_set, trees, japanese), asked)


def _single(phrase_set: PhraseSet, trees: dict[str, Node], japanese: Japanese) -> dict[tuple[str, str], list[str]]:
    """Entries that are one stretch of words, by category and words."""
    single: dict[tuple[str, str], list[str]] = defaultdict(list)
    for phrase in phrase_set.phrases:
        tree = trees.get(phrase.id)
        if isinstance(tree, Sequence) and len(tree.stretches) == 1:
            for keys in next(iter(_signature(tree, japanese))):
                single[phrase.category, keys].append(phrase.id)
    return single


def _trees(phrase_set: PhraseSet) -> dict[str, Node]:
    """The queries that can be read, by entry."""
    trees: dict[str, Node] = {}
    for phrase in phrase_set.phrases:
        with suppress(QueryError):
            trees[phrase.id] = parse(phrase.phrase, phrase_set.words)
    return trees


def same_as(later: str, earlier: str) -> Problem:
    """The problem of such a pair."""
    ja = f"{earlier} と同じです(表記をそろえると)。どちらか一つにしてください。"
    return _error(later, ja, f"Means the same as {earlier}; keep one of them.", "phrase")


def _pairs(phrase_set: PhraseSet, trees: dict[str, Node], japanese: Japanese) -> Iterator[tuple[str, str]]:
    seen: dict[tuple[str, frozenset[tuple[str, ...]]], str] = {}
    for phrase in phrase_set.phrases:
        tree = trees.get(phrase.id)
        if not isinstance(tree, Sequence) or phrase.status == "retired":
            continue
        signature = (phrase.category, _signature(tree, japanese))
        if signature in seen:
            yield phrase.id, seen[signature]
        seen.setdefault(signature, phrase.id)


def _subsumed(single: dict[tuple[str, str], list[str]], asked: Collection[str]) -> Iterator[Problem]:
    """One warning per pair of entries: a spelling of the first holds a whole spelling of the second."""
    pairs = {
        (owner, finder)
        for (category, keys), owners in single.items()
        if any(owner in asked for owner in owners)
        for (other, shorter), finders in single.items()
        if category == other and shorter and shorter != keys and "\n" + shorter in "\n" + keys
        for owner in owners
        for finder in finders
        if owner != finder
    }
    for owner, finder in sorted(pairs):
        if owner in asked:
            yield _warning(
                owner, f"一部は {finder} がすでに見つけます。", f"{finder} already finds part of this.", "phrase"
            )


def _examples(phrase: Phrase, phrase_set: PhraseSet, japanese: Japanese, encode: Encode | None) -> Iterator[Problem]:
    """Every example must be hit and every counter-example must not, by the entry's own speaker."""
    if "meaning" in phrase.levels and encode is None:
        ja = "意味の段のモデルがないため、例文を試していません。"
        yield _warning(phrase.id, ja, "No model for the level `meaning`: the examples were not tried.", "levels")
        return
    matcher = Matcher(phrase_set.of((_published(phrase),)), japanese, encode)
    for example in phrase.examples:
        if not _counted(matcher, phrase, example):
            ja = f"例文に当たりません:「{example}」。書き方か例文を直してください。"
            en = f"Does not find its example “{example}”; change the phrase or the example."
            yield _error(phrase.id, ja, en, "examples")
    for example in phrase.counter_examples:
        if _counted(matcher, phrase, example):
            ja = f"当たってはいけない例文に当たります:「{example}」。書き方を狭めるか、例文を直してください。"
            en = f"Finds its counter-example “{example}”; narrow the phrase or change the example."
            yield _error(phrase.id, ja, en, "counter_examples")
    met = [courtesy for courtesy in COURTESIES if _counted(matcher, phrase, courtesy)]
    if len(met) > 1:
        ja = f"ほとんどの通話に当たります(「{met[0]}」など)。書き方を狭めてください。"
        yield _error(phrase.id, ja, f"Finds nearly every call (“{met[0]}”); narrow the phrase.", "phrase")


def _published(phrase: Phrase) -> Phrase:
    return replace(phrase, status="published")


def _counted(matcher: Matcher, phrase: Phrase, example: str) -> list[Hit]:
    """Uncancelled hits in an example. A dialogue is written with the other speaker's lines after `/`."""
    lines = example_lines(example, phrase)
    return [hit for hit in matcher.match(lines).hits if hit.cancelled_by is None]


def example_lines(example: str, phrase: Phrase) -> list[Line]:
    """「相手の言葉 / 本人の言葉」: the last part is the entry's speaker, the ones before alternate backwards."""
    parts = [part.strip() for part in example.split("/")]
    other = "customer" if phrase.speaker == "operator" else "operator"
    return [
        Line(phrase.speaker if (len(parts) - 1 - index) % 2 == 0 else other, part) for index, part in enumerate(parts)
    ]
