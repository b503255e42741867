"""Scores of operators over a period: the calls of that period, joined, on like calls."""

from collections.abc import Iterator

import pandas as pd
import pytest

from models.figures.figure import month
from models.scoring import Tally
from pipeline.reports.conversations import Conversations, stored_conversations
from pipeline.reports.standing import standing
from pipeline.store.scores import TaggedCall

BODY = {
    "run_id": 1,
    "versions": {"speech": "s", "dictionary": "d", "rules": "r", "formula": "f"},
    "loads": {},
    "made_at": "2026-11-01T03:00:00+09:00",
    "coverage": {"files": {"found": 121, "done": 121, "waiting": 0, "quarantined": 0, "skipped": 0}},
}
CONTRACTS = pd.DataFrame(
    {
        "contract_id": ["K1", "K2"],
        "customer_id": ["A", "B"],
        "started_on": pd.to_datetime(["2025-01-31", "2026-01-01"]).astype("datetime64[s]"),
        "plan": ["基本", "標準"],
    }
)


def calls(size: int) -> pd.DataFrame:
    """So many calls by six operators in October 2026 (Tokyo), and one that is still September there."""
    at = [pd.Timestamp("2026-10-05 01:00", tz="UTC")] * size + [pd.Timestamp("2026-09-30 14:59", tz="UTC")]
    rows = pd.DataFrame({"call_id": [f"C{n}" for n in range(size + 1)], "started_at": at})
    rows["operator_id"] = [f"OP{n % 6}" for n in range(size + 1)]
    rows["joined_customer_id"] = ["A", "B"] * (size // 2) + [None]
    rows["joined_contract_id"] = ["K1", "K2"] * (size // 2) + [None]
    rows["term_started_on"] = [*CONTRACTS["started_on"].tolist() * (size // 2), pd.NaT]
    return rows.astype({"term_started_on": "datetime64[s]"})


def tallies(better: str) -> Iterator[tuple[TaggedCall, Tally]]:
    """Each call with one or two proposals in ten minutes, those of the better operator with four."""
    for number in range(121):
        many = 4 if f"OP{number % 6}" == better else 1 + number // 6 % 2
        moments = {"proposal": {"accepted": many}, "appeal": {}, "enablement": {}}
        yield TaggedCall(f"C{number}", number, number, 600.0), Tally(1, 600_000, moments, {}, 0)


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.setattr("pipeline.store.reports.latest_report", lambda connection: BODY)
    monkeypatch.setattr("pipeline.store.scores.each_tally", lambda *pins: tallies("OP3"))
    return calls(120).assign(join_status="matched")


def said(joined: pd.DataFrame) -> Conversations:
    found = stored_conversations(None, joined, month(2026, 10))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_before_the_first_night_nothing_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.reports.latest_report", lambda connection: None)
    assert stored_conversations(None, calls(120), month(2026, 10)) is None  # type: ignore[arg-type]


def test_scores_are_of_the_calls_of_the_period_in_tokyo(joined: pd.DataFrame) -> None:
    found = standing(said(joined).calls, CONTRACTS)
    table = found["operator_id"]
    assert table["n"].tolist() == [20] * 6  # C120 is September's
    assert table["standing"].to_dict()["OP3"] == "above"
    assert set(found) == {"operator_id"}


def test_a_call_that_was_not_analysed_is_known_but_not_counted(
    joined: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.scores.each_tally", lambda *pins: iter(list(tallies("OP3"))[:60]))
    found = said(joined)
    assert standing(found.calls, CONTRACTS)["operator_id"]["n"].sum() == 60
    assert (found.coverage["calls_known"], found.coverage["calls_analysed"]) == (120, 60)
    assert [(told["known"], told["calls"]) for told in found.operators.values()] == [(20, 10)] * 6


def test_j1_an_operator_with_few_calls_has_his_rate_but_no_interval_and_no_standing(joined: pd.DataFrame) -> None:
    few = joined.assign(operator_id=["NEW" if n < 5 else operator for n, operator in enumerate(joined["operator_id"])])
    found = said(few)
    table = standing(found.calls, CONTRACTS)["operator_id"]
    assert table.loc["NEW", "n"] == 5 and table.loc["NEW"].drop(["n", "raw"]).isna().all()
    assert found.operators["NEW"]["score_interval"] is None
    assert found.operators["NEW"]["moments"]["proposal"]["rate"] > 0
    assert list(table.index) == sorted(table.index)  # by id, never by rank


def test_j6_twice_the_length_with_twice_the_moments_is_the_same_rate(
    joined: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(*pins: object) -> Iterator[tuple[TaggedCall, Tally]]:
        for number, (call, tally) in enumerate(tallies("none")):
            times = 2 if number % 6 == 0 else 1
            proposals = {"accepted": 2 * times}
            yield call, Tally(1, times * 600_000, {**tally.moments, "proposal": proposals}, {}, 0)

    monkeypatch.setattr("pipeline.store.scores.each_tally", twice)
    found = said(joined)
    assert {told["moments"]["proposal"]["rate"] for told in found.operators.values()} == {2.0}
    assert found.operators["OP0"]["moments"]["proposal"]["n"] == 2 * found.operators["OP1"]["moments"]["proposal"]["n"]
