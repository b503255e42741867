"""The tables of the demonstration: a simulated centre with a planted effect, and the five recorded calls in it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from models.simulation.centre import Centre, draw_centre
from models.simulation.scenario import SCENARIOS

RECORDINGS = Path(__file__).parent / "recordings"
SEED = 7
SCENARIO = replace(SCENARIOS["confounded"], name="demo", terms=1500, customers=750, operators=12)
NAMES = "青木遥 石田航 上野千夏 江口誠 小川美咲 加藤健 木下由衣 久保直樹 小林葵 坂本大輔 清水菜摘 鈴木亮".split()
RECORDED = (  # recording, operator, reason, what became of the contract
    ("learning-1.ogg", 0, "howto", "renewed"),
    ("learning-2.ogg", 1, "cancel", "churned"),
    ("learning-3.ogg", 2, "howto", "renewed"),
    ("learning-4.ogg", 1, "billing", "renewed"),
    ("accounting-1.wav", 0, "feature", "renewed"),
)
DAYS_BEFORE_OUTCOME = 21


def write_world(folder: Path) -> dict[str, Path]:
    """Write the four tables as CSV, every row marked simulated; by kind. The same bytes every time."""
    centre = draw_centre(SCENARIO, SEED)
    tables = {
        "calls": pd.concat([_recorded_calls(centre), centre.frames.calls], ignore_index=True),
        "contracts": centre.frames.contracts,
        "outcomes": centre.frames.outcomes,
        "customer_snapshots": centre.frames.customer_snapshots,
    }
    tables["calls"]["operator_name"] = tables["calls"]["operator_id"].map(_operator_names(centre))
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for kind, frame in tables.items():
        paths[kind] = folder / f"{kind}.csv"
        frame.assign(simulated=True).to_csv(paths[kind], index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return paths


def _operator_names(centre: Centre) -> dict[str, str]:
    return dict(zip(sorted(centre.frames.calls["operator_id"].unique()), NAMES, strict=True))


def _recorded_calls(centre: Centre) -> pd.DataFrame:
    """One row per recording, three weeks before the outcome of a contract that ended as told; counts are left empty:
    the night finds the moments in the sound itself.
    """
    operators = sorted(centre.frames.calls["operator_id"].unique())
    events = centre.frames.outcomes.sort_values(["on", "event_id"], ascending=False)
    rows = []
    for position, (recording, operator, reason, kind) in enumerate(RECORDED):
        event = events[events["kind"] == kind].iloc[position]
        day = event["on"] - pd.Timedelta(days=DAYS_BEFORE_OUTCOME)
        rows.append(
            {
                "call_id": Path(recording).stem,
                "recording": recording,
                "started_at": (day + pd.Timedelta(hours=10 + position, minutes=12)).tz_localize("Asia/Tokyo"),
                "operator_id": operators[operator],
                "contract_id": event["contract_id"],
                "reason": reason,
            }
        )
    calls = pd.DataFrame(rows)
    owner = centre.frames.contracts.drop_duplicates("contract_id").set_index("contract_id")["customer_id"]
    calls["customer_id"] = calls["contract_id"].map(owner)
    return calls.assign(started_at=calls["started_at"].dt.tz_convert("UTC"))
