import numpy as np
import pytest

from models.moments.crossfit import Evidence, Judged
from models.moments.labels import LABELS, Call
from tests.models.moments.calls import call_of

SELLS = call_of([("operator", "一つ上の枠になさいませんか。", "proposal"), ("customer", "うん。", "")])
SILENT = call_of([("operator", "窓口は三番です。", ""), ("customer", "はい。", "")])


def judged_as(calls: list[Call], given: list[tuple[int, str]]) -> Judged:
    """What was given, as (sentence, label)."""
    sentences = sum(len(call.sentences) for call in calls)
    table = np.zeros((sentences, len(LABELS)), dtype=bool)
    for sentence, label in given:
        table[sentence, LABELS.index(label)] = True
    evidence = Evidence(calls, np.zeros((sentences, len(LABELS), 3)), np.ones(sentences, dtype=bool))
    return Judged(evidence, table.astype(float), table)


def test_false_moments_are_counted_where_nothing_is_sold() -> None:
    """Four silent sentences, one label given among them; the wrong one in the call that sells does not count."""
    given = [(1, "interest"), (2, "enablement")]
    assert judged_as([SELLS, SILENT, SILENT], given).false_per_100() == pytest.approx(25.0)


def test_without_silent_calls_nothing_is_claimed() -> None:
    assert judged_as([SELLS], [(1, "interest")]).false_per_100() is None
