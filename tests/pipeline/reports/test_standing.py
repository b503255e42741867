"""Scores of operators over a period: the calls of that period, joined, on like calls."""

from collections.abc import Iterator

import pandas as pd
import pytest

from models.figures.figure import month
from models.scoring import Tally
from pipeline.reports.standing import stored_standing
from pipeline.store.scores import TaggedCall

BODY = {
    "run_id": 1,
    "versions": {"speech": "s", "dictionary": "d", "rules": "r", "formula": "f"},
    "loads": {},
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


def test_before_the_first_night_there_is_no_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.reports.latest_report", lambda connection: None)
    assert stored_standing(None, calls(120), CONTRACTS, month(2026, 10)) == {}  # type: ignore[arg-type]


def test_scores_are_of_the_calls_of_the_period_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.reports.latest_report", lambda connection: BODY)
    monkeypatch.setattr("pipeline.store.scores.each_tally", lambda *pins: tallies("OP3"))
    found = stored_standing(None, calls(120), CONTRACTS, month(2026, 10))  # type: ignore[arg-type]
    table = found["operator_id"]
    assert table["n"].tolist() == [20] * 6  # C120 is September's
    assert table["standing"].to_dict()["OP3"] == "above"
    assert set(found) == {"operator_id"}


def test_a_call_without_a_score_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.reports.latest_report", lambda connection: BODY)
    monkeypatch.setattr("pipeline.store.scores.each_tally", lambda *pins: iter(list(tallies("OP3"))[:60]))
    found = stored_standing(None, calls(120), CONTRACTS, month(2026, 10))  # type: ignore[arg-type]
    assert found["operator_id"]["n"].sum() == 60
