"""Level `meaning`: sentences like the examples, only where an entry asks for it, only with an encoder."""

from collections.abc import Sequence

import numpy as np
import pytest

from phrases.archive import Archive
from phrases.dialogue import Line
from phrases.entry import Phrase, PhraseSet, Speaker
from phrases.japanese import Japanese
from phrases.lint import lint
from phrases.matcher import Matcher
from phrases.meaning import Vectors
from phrases.messages import PhraseError
from phrases.search import hits_in

EXAMPLE = "いまのうちにもう一台お持ちになるのも手ですよ"
ENTRY = Phrase(
    "p",
    "proposal",
    "もう一台お持ち",
    ("surface", "meaning"),
    examples=(EXAMPLE, "二台目もご用意できます"),
    counter_examples=("二台目は修理に出しております",),
)


def by_letters(speaker: Speaker, texts: Sequence[str]) -> Vectors:
    """A stand-in: sentences are near where they share characters."""
    rows = np.zeros((len(texts), 4096), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for character in text:
            row[ord(character) % 4096] += 1
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
    return unit


def found(entry: Phrase, *said: Line, japanese: Japanese) -> list[tuple[str, int]]:
    hits = Matcher(PhraseSet((entry,)), japanese, by_letters).match(said).hits
    return [(hit.level, hit.spans[0].line) for hit in hits]


def test_a_sentence_like_an_example_is_found_and_says_so(japanese: Japanese) -> None:
    said = [Line("operator", "はい。二台目もご用意できますよ。"), Line("customer", "二台目もご用意できますか。")]
    assert found(ENTRY, *said, japanese=japanese) == [("meaning", 0)]


def test_the_words_themselves_win_over_their_meaning(japanese: Japanese) -> None:
    assert found(ENTRY, Line("operator", EXAMPLE), japanese=japanese) == [("surface", 0)]


def test_a_sentence_nearer_to_a_counter_example_is_not_found(japanese: Japanese) -> None:
    assert not found(ENTRY, Line("operator", "二台目は修理に出しております。"), japanese=japanese)


def test_the_entrys_own_similarity_decides(japanese: Japanese) -> None:
    said = Line("operator", "二台目もすぐご用意できますけどね。")
    strict = Phrase(**{**{k: getattr(ENTRY, k) for k in ENTRY.__slots__}, "similarity": 0.99})
    assert found(ENTRY, said, japanese=japanese) == [("meaning", 0)]
    assert not found(strict, said, japanese=japanese)


def test_a_courtesy_is_too_short_to_mean_anything(japanese: Japanese) -> None:
    entry = Phrase("p", "interest", "使いたい", ("meaning",), examples=("はい、お願いします", "ええ、ぜひ"))
    assert not found(entry, Line("customer", "はい、お願いします"), japanese=japanese)


def test_without_an_encoder_such_a_dictionary_is_refused_not_half_searched(japanese: Japanese) -> None:
    with pytest.raises(PhraseError, match="p"):
        Matcher(PhraseSet((ENTRY,)), japanese)


def test_lint_says_that_it_could_not_try_the_examples(japanese: Japanese) -> None:
    (problem,) = lint(
        PhraseSet((Phrase(**{**{k: getattr(ENTRY, k) for k in ENTRY.__slots__}, "id": "p.1"}),)), japanese
    )
    assert not problem.is_error and "意味" in problem.message.ja


def test_the_archive_looks_into_every_call(japanese: Japanese) -> None:
    lines = [Line("operator", "二台目もご用意できますよ。")]
    archive = Archive()
    archive.add("c", lines, Matcher(PhraseSet(()), japanese).analyse(lines)[0])
    hits = list(hits_in(archive, PhraseSet((ENTRY,)), japanese, by_letters))
    assert [(hit.call_id, hit.hit.level) for hit in hits] == [("c", "meaning")]
