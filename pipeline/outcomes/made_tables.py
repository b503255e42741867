"""Invented tables of any size, for measuring only: the shapes of real exports, no meaning in the numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

CONTRACTS_PER_CALL = 0.2
OUTCOMES_DRAWN_PER_CALL = 0.45  # those after a churn are dropped again, which leaves about 0.4
_DAY = np.timedelta64(1, "D")


def write_made_tables(folder: Path, calls: int, seed: int = 1) -> None:
    """`calls.csv`, `contracts.csv` and `outcomes.csv` in `folder`: so many calls, a fifth as many contracts, twice as
    many outcomes as contracts. Three calls in ten name their customer only.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    contracts = _contracts(rng, max(1, int(calls * CONTRACTS_PER_CALL)))
    contracts.to_csv(folder / "contracts.csv", index=False)
    _outcomes(rng, contracts, int(calls * OUTCOMES_DRAWN_PER_CALL)).to_csv(folder / "outcomes.csv", index=False)
    _calls(rng, contracts, calls).to_csv(folder / "calls.csv", index=False)


def _numbered(prefix: str, numbers: "np.ndarray[Any, Any]") -> list[str]:
    return [f"{prefix}{number:07d}" for number in numbers]


def _contracts(rng: np.random.Generator, size: int) -> pd.DataFrame:
    started = np.datetime64("2022-01-01", "D") + rng.integers(0, 1200, size) * _DAY
    return pd.DataFrame(
        {
            "contract_id": _numbered("K", np.arange(size)),
            "customer_id": _numbered("U", rng.integers(0, max(1, size * 2 // 3), size)),
            "start_date": started,
            "mrr_start_yen": rng.integers(5, 500, size) * 1000,
            "term_months": 12,
            "renewal_due_date": started + 365 * _DAY,
            "plan": rng.choice(["基本", "標準", "上位"], size),
            "industry": rng.choice(["製造", "小売", "医療", "教育"], size),
            "region": rng.choice(["東京", "大阪", "福岡", "札幌"], size),
        }
    )


def _outcomes(rng: np.random.Generator, contracts: pd.DataFrame, size: int) -> pd.DataFrame:
    """Events in time order whose amounts chain; a churned contract has no more of them."""
    row = np.sort(rng.integers(0, len(contracts), size))
    events = pd.DataFrame({"row": row, "day": rng.integers(1, 500, size)}).sort_values(["row", "day"])
    kinds = ["renewed", "churned", "upsell", "cross_sell", "downgrade"]
    events["event_type"] = rng.choice(kinds, size, p=[0.4, 0.1, 0.25, 0.15, 0.1])
    gone = (
        (events["event_type"] == "churned").groupby(events["row"]).cumsum().groupby(events["row"]).shift(fill_value=0)
    )
    events = events[gone == 0]
    step = events["event_type"].map({"upsell": 5000, "cross_sell": 3000, "downgrade": -1000}).fillna(0).astype(int)
    start = contracts["mrr_start_yen"].to_numpy()[events["row"]]
    after = start + step.groupby(events["row"]).cumsum().to_numpy()
    events = events.assign(
        event_id=_numbered("E", np.arange(len(events))),
        contract_id=contracts["contract_id"].to_numpy()[events["row"]],
        event_date=contracts["start_date"].to_numpy()[events["row"]] + events["day"].to_numpy() * _DAY,
        mrr_before_yen=after - step.to_numpy(),
        mrr_after_yen=np.where(events["event_type"] == "churned", 0, after),
    )
    return events[["event_id", "contract_id", "event_date", "event_type", "mrr_before_yen", "mrr_after_yen"]]


def _calls(rng: np.random.Generator, contracts: pd.DataFrame, size: int) -> pd.DataFrame:
    row = rng.integers(0, len(contracts), size)
    seconds = rng.integers(0, 380 * 86_400, size).astype("timedelta64[s]")
    started = pd.Series(contracts["start_date"].to_numpy()[row] + seconds)
    named = rng.random(size) < 0.7
    return pd.DataFrame(
        {
            "call_id": _numbered("C", np.arange(size)),
            "call_datetime": started.dt.strftime("%Y/%m/%d %H:%M:%S"),
            "operator_id": [f"OP{number:03d}" for number in rng.integers(0, 200, size)],
            "team": rng.choice(["一課", "二課", "三課"], size),
            "customer_id": contracts["customer_id"].to_numpy()[row],
            "contract_id": np.where(named, contracts["contract_id"].to_numpy()[row], ""),
            "reason": rng.choice(["解約相談", "使い方", "請求"], size),
            "duration_sec": rng.integers(20, 3000, size),
            "n_proposal": rng.integers(0, 3, size),
        }
    )
