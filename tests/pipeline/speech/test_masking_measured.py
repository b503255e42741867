"""Precision and recall of masking per type, on the conversations of `masking_cases`."""

import re
from collections import Counter

import pytest

from pipeline.records import Speaker, Utterance
from pipeline.speech.masking import mask
from pipeline.speech.names import name_finder
from tests.pipeline.speech.masking_cases import CASES

MARK = re.compile(r"\[([a-z_]+):([^\]]+)\]")
Spot = tuple[int, int, str, int]  # case, utterance, kind, character


def parsed(case: tuple[str, ...]) -> tuple[list[Utterance], dict[tuple[int, int], str]]:
    """Utterances without marks, and the kind of every character that is to be masked."""
    utterances: list[Utterance] = []
    expected: dict[tuple[int, int], str] = {}
    for index, line in enumerate(case):
        text = ""
        for part in re.split(r"(\[[a-z_]+:[^\]]+\])", line[2:]):
            if match := MARK.fullmatch(part):
                expected |= {(index, len(text) + i): match.group(1) for i in range(len(match.group(2)))}
                text += match.group(2)
            else:
                text += part
        who: Speaker = "operator" if line[0] == "o" else "customer"
        utterances.append(Utterance(who, text, 0, index * 3000, index * 3000 + 2500))
    return utterances, expected


def measure() -> tuple[dict[str, float], dict[str, float], list[str]]:
    """Recall and precision of characters per kind, and the lines where something went wrong."""
    finder = name_finder()
    right, wanted, given = Counter[str](), Counter[str](), Counter[str]()
    wrong = []
    for case in CASES:
        utterances, expected = parsed(case)
        masked, ranges = mask(utterances, finder)
        kinds = {r.utterance: r.kind for r in ranges}
        hidden = {(i, at) for i, u in enumerate(masked) for at, letter in enumerate(u.text) if letter == "＊"}
        for spot, kind in expected.items():
            wanted[kind] += 1
            right[kind] += spot in hidden
        for spot in hidden:
            given[expected.get(spot, kinds[spot[0]])] += 1
        if hidden != expected.keys():
            wrong.append(" / ".join(u.text for u in masked))
    kinds_seen = sorted(wanted)
    recall = {kind: right[kind] / wanted[kind] for kind in kinds_seen}
    precision = {kind: right[kind] / given[kind] if given[kind] else 0.0 for kind in kinds_seen}
    return recall, precision, wrong


def test_every_type_reaches_its_recall_and_precision() -> None:
    recall, precision, wrong = measure()
    assert min(recall.values()) >= 0.9, (recall, wrong)
    assert min(precision.values()) >= 0.9, (precision, wrong)
    assert recall["card"] == recall["security_code"] == recall["my_number"] == 1.0, wrong


@pytest.mark.parametrize("case", [case for case in CASES if not MARK.search("".join(case))])
def test_nothing_is_masked_where_nothing_is_personal(case: tuple[str, ...]) -> None:
    utterances, _ = parsed(case)
    masked, ranges = mask(utterances, name_finder())
    assert list(masked) == utterances
    assert ranges == ()
