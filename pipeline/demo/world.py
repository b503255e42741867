"""The tables of the demonstration: a simulated centre with a planted effect, and the five recorded calls in it."""

from pathlib import Path

import pandas as pd

from models.simulation.centre import Centre, draw_centre
from models.simulation.scenario import SCENARIOS

RECORDINGS = Path(__file__).parent / "recordings"
SEED = 7
SCENARIO = SCENARIOS["confounded"]
NAMES = {"OP001": "青木 遥", "OP002": "石田 航", "OP003": "上野 千夏"}
RECORDED = (  # recording, operator, reason, what became of the contract
    ("learning-1.ogg", "OP001", "howto", "renewed"),
    ("learning-2.ogg", "OP002", "cancel", "churned"),
    ("learning-3.ogg", "OP003", "howto", "renewed"),
    ("learning-4.ogg", "OP002", "billing", "renewed"),
    ("accounting-1.wav", "OP001", "feature", "renewed"),
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
    tables["calls"]["operator_name"] = tables["calls"]["operator_id"].map(NAMES)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for kind, frame in tables.items():
        paths[kind] = folder / f"{kind}.csv"
        frame.assign(simulated=True).to_csv(paths[kind], index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return paths


def _recorded_calls(centre: Centre) -> pd.DataFrame:
    """One row per recording, three weeks before the outcome of a contract that ended as told; counts are left empty:
    the night finds the moments in the sound itself.
    """
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
                "operator_id": operator,
                "contract_id": event["contract_id"],
                "reason": reason,
            }
        )
    calls = pd.DataFrame(rows)
    owner = centre.frames.contracts.drop_duplicates("contract_id").set_index("contract_id")["customer_id"]
    calls["customer_id"] = calls["contract_id"].map(owner)
    return calls.assign(started_at=calls["started_at"].dt.tz_convert("UTC"))
