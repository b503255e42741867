"""Precision and recall of masking per type, on the conversations of `masking_cases.csv`."""

from collections.abc import Sequence

import pytest

from pipeline.speech.masking import FindMore
from pipeline.speech.masking_accuracy import Case, masked_characters, measure, read_cases
from pipeline.speech.reader import Reader

CASES = read_cases()
KINDS = {"address", "card", "email", "my_number", "name", "phone", "postal_code", "security_code"}
BY_CHECK_OR_CONTEXT = ("card", "security_code", "my_number")


@pytest.fixture(scope="module")
def finder() -> FindMore:
    return Reader().find_names


def text_of_wrong(cases: Sequence[Case], finder: FindMore) -> list[str]:
    wrong = [case for case in cases if masked_characters(case, finder).keys() != case.personal.keys()]
    return [" / ".join(u.text for u in case.utterances) for case in wrong]


def test_set_is_large_and_has_traps() -> None:
    assert sum(len(case.utterances) for case in CASES) >= 600
    assert sum(not case.personal for case in CASES) >= 200
    assert {kind for case in CASES for kind in case.personal.values()} == KINDS


def test_every_type_reaches_its_recall_and_precision(finder: FindMore) -> None:
    found = measure(CASES, finder)
    short = {kind for kind, f in found.items() if f.recall < 0.9 or f.precision < 0.95}
    short |= {kind for kind in BY_CHECK_OR_CONTEXT if found[kind].recall < 1}
    assert short == set(), text_of_wrong(CASES, finder)


def test_without_names_only_names_stay() -> None:
    found = measure(CASES, None)
    assert found["name"].recall == 0
    assert found["card"].recall == 1


@pytest.mark.parametrize("case", [case for case in CASES if case.part == "rules" and not case.personal])
def test_nothing_is_masked_where_nothing_is_personal(case: Case, finder: FindMore) -> None:
    assert masked_characters(case, finder) == {}


def test_measure_counts_what_was_masked_in_vain_and_what_was_missed() -> None:
    case = next(case for case in CASES if set(case.personal.values()) == {"phone"})
    missed = Case(case.part, case.utterances, case.personal | {(0, 0): "phone"})
    in_vain = Case(case.part, case.utterances, {})
    assert measure([missed], None)["phone"].recall < 1
    assert sum(f.masked - f.right for f in measure([in_vain], None).values()) == len(case.personal)
