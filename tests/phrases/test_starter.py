from collections import Counter

import pytest

from phrases.entry import CATEGORIES
from phrases.files import dumps, load_starter, loads
from phrases.japanese import Japanese
from phrases.lint import lint


def test_the_starter_dictionary_covers_every_category() -> None:
    counts = Counter(phrase.category for phrase in load_starter().phrases)
    assert counts.total() >= 150
    assert all(counts[category] >= 10 for category in CATEGORIES)


@pytest.mark.slow
def test_lint_finds_no_error_in_the_starter_dictionary(japanese: Japanese) -> None:
    assert [str(problem) for problem in lint(load_starter(), japanese) if problem.is_error] == []


def test_the_starter_dictionary_survives_a_round_trip() -> None:
    starter = load_starter()
    again = loads([("all.yaml", dumps(starter))])
    assert again == starter
    assert again.version == starter.version
