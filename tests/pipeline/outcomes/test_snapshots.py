"""Snapshots are joined as of the call, never later; and the phone key is made once."""

from pathlib import Path

import pandas as pd

from pipeline.outcomes.phone_key import phone_key
from pipeline.outcomes.snapshots import with_snapshots


def test_the_last_snapshot_before_the_day_of_the_call_is_used() -> None:
    at = pd.Timestamp("2025-06-10 01:00", tz="UTC")
    calls = pd.DataFrame(
        {
            "started_at": pd.Series([at, at, pd.NaT], dtype="datetime64[us, UTC]"),
            "joined_customer_id": ["A", "B", "A"],
        }
    )
    snapshots = pd.DataFrame(
        {
            "customer_id": ["A", "A", "A", "B"],
            "on": pd.to_datetime(["2025-06-01", "2025-06-09", "2025-06-10", "2025-07-01"]).astype("datetime64[s]"),
            "health_score": [10.0, 20.0, 99.0, 99.0],
        }
    )
    found = with_snapshots(calls, snapshots)
    assert found["snapshot_health_score"].dropna().to_dict() == {0: 20.0}
    assert found["snapshot_on"].dropna().dt.day.to_dict() == {0: 9}
    assert len(found) == 3


def test_the_phone_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = phone_key(folder)
    assert phone_key(folder) == first
    assert len(first) == 32
    assert (folder / "phone.key").stat().st_mode & 0o077 == 0
    assert phone_key(tmp_path / "other") != first
