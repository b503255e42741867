"""A period's report made by hand: a random world of contracts, and six operators' calls with moments."""

import pandas as pd

from models.figures.book import Assumptions, figure_book
from models.figures.figure import calendar_year
from models.figures.health import HealthFormula, Part
from models.figures.kpi_sheet import Goal, Target, sheet_rows
from models.figures.tiers import TierThresholds
from models.scoring import Tally
from pipeline.reports.build import summary
from pipeline.reports.conversations import Conversations
from pipeline.reports.figures import PeriodReport
from pipeline.reports.standing import standing
from tests.models.figures.worlds import random_world

AS_OF = pd.Timestamp("2025-12-31")
NAMES = {
    "OP0": "髙﨑 𠮷郎",
    "OP1": "①㈱～\u2460",
    "OP2": "=cmd|' /C calc'!A0",
    "OP3": "#panic(1) $x$ *b*",
    "OP4": "<script>",
    "OP5": "葛\U000e0100飾",
}


def made_report(*, night: bool = True, minimum_group: int = 1) -> PeriodReport:
    """The report of 2025 with every part that a report can have; `night`: whether anything was analysed."""
    contracts, outcomes = random_world(4)
    size = len(contracts)
    contracts["plan"] = pd.Series(["基本", "標準"] * size, dtype="string")[:size]
    contracts["tier"] = pd.Series(["high", "low", None] * size, dtype="string")[:size]
    calls = made_calls(contracts)
    days = pd.to_datetime(["2025-06-01"] * 3).astype("datetime64[s]")
    snapshots = pd.DataFrame({"customer_id": ["C1", "C2", "C3"], "on": days, "log_ins": [0, 5, 10], "nps": [10, 9, 3]})
    given = Assumptions(
        tiers=TierThresholds(3_000_000, 1_000_000, 100_000), health=HealthFormula((Part("log_ins", 1, 0, 10),))
    )
    book = figure_book(
        contracts,
        outcomes,
        calendar_year(2025),
        AS_OF,
        calls=calls,
        snapshots=snapshots,
        assumptions=given,
        minimum_group=minimum_group,
    )
    target = Target("logo_churn_rate", 0.0125, "lower", "2025-04", "2026-03", 0.02, ("更新 90 日前の面談",))
    goals = sheet_rows([Goal("解約を減らす", "CS 部長", (), (target,))], book.months, AS_OF.date())
    said = made_conversations(calls) if night else None
    return PeriodReport(book, goals, standing(said.calls, contracts) if said else {}, said, False)


def made_calls(contracts: pd.DataFrame) -> pd.DataFrame:
    """120 joined calls of six operators in two teams, some before 2025 and most in it."""
    size = 120
    at = pd.Series(pd.date_range("2024-12-01", periods=size, freq="3D", tz="UTC"))
    terms = contracts.iloc[[n % len(contracts) for n in range(size)]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "call_id": [f"C{n}" for n in range(size)],
            "started_at": at,
            "operator_id": [f"OP{n % 6}" for n in range(size)],
            "operator_name": [NAMES[f"OP{n % 6}"] for n in range(size)],
            "team": ["第一課" if n % 2 else "第二課" for n in range(size)],
            "joined_customer_id": terms["customer_id"],
            "joined_contract_id": terms["contract_id"],
            "term_started_on": terms["started_on"],
            "join_status": "matched",
        }
    )


def made_conversations(calls: pd.DataFrame) -> Conversations:
    """All calls analysed, but every tenth; the operators' rates differ."""
    tallies = [None if n % 10 == 9 else _tally(n) for n in range(len(calls))]
    told = calls.assign(tally=pd.Series(tallies, dtype=object))
    operators = {
        str(operator): {
            "operator_name": rows["operator_name"].iloc[0],
            "team": rows["team"].iloc[0],
            "known": len(rows),
            **summary(rows["tally"].dropna().tolist()),
        }
        for operator, rows in told.groupby("operator_id")
    }
    files = {"files_found": 121, "files_done": 108, "files_waiting": 0, "files_quarantined": 13, "files_skipped": 0}
    analysed = [tally for tally in tallies if tally]
    return Conversations(
        told,
        summary(analysed),
        operators,
        {"calls_known": 120, "calls_analysed": len(analysed), "calls_joined": 118, **files},
        {"run_id": 7, "made_at": "2026-01-01T03:00:00+09:00", "versions": {"formula": "score-1"}},
        CONTRIBUTION,
    )


def _tally(number: int) -> Tally:
    moments = {"proposal": {"accepted": 1 + number % 6}, "appeal": {"welcomed": 2}, "enablement": {"none": number % 3}}
    return Tally(1, 600_000, moments, {}, number % 2)


_EFFECT = {"estimate": 0.03, "ci_low": -0.01, "ci_high": 0.07, "claim": False}
_MOMENT = {
    "status": "ok",
    "messages": [],
    "renewal": _EFFECT,
    "mrr_delta_yen": _EFFECT,
    "yen_total_per_year": {"estimate": 12_400_000, "ci_low": -4_800_000, "ci_high": 20_100_000},
}
CONTRIBUTION = {
    "status": "ok",
    "messages": [{"ja": "注意の文", "en": "a caveat"}],
    "as_of": "2025-12-31",
    "moments": {
        "any": _MOMENT,
        "proposal": _MOMENT | {"renewal": _EFFECT | {"claim": True}},
        "appeal": _MOMENT | {"status": "warn"},
        "enablement": {"status": "refuse", "messages": [{"ja": "契約が足りません。", "en": "Too few contracts."}]},
    },
}
