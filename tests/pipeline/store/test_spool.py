"""Frames put aside come back as they were, and nothing of them stays on the disk."""

from pathlib import Path

import pandas as pd

from pipeline.store.spool import spooled


def test_frames_come_back_in_their_order_with_their_types_as_often_as_wanted(tmp_path: Path) -> None:
    frames = [
        pd.DataFrame({"call_id": ["C1", None], "on": pd.to_datetime(["2026-04-01", ""])}).astype({"call_id": "string"}),
        pd.DataFrame({"call_id": [], "on": []}).astype({"call_id": "string", "on": "datetime64[s]"}),
        pd.DataFrame({"mrr_yen": [None, 3]}, index=[7, 9]).astype("Int64"),
    ]
    with spooled(tmp_path) as spool:
        for frame in frames:
            spool.put_aside(frame)
        for _ in range(2):
            for frame, back in zip(frames, spool, strict=True):
                pd.testing.assert_frame_equal(frame, back)


def test_nothing_stays_on_the_disk_and_a_frame_changed_later_is_kept_as_it_was(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [1, 2]})
    with spooled(tmp_path) as spool:
        spool.put_aside(frame)
        frame.loc[0, "n"] = 9
        assert next(iter(spool))["n"].tolist() == [1, 2]
        assert list(tmp_path.iterdir()) == []
    assert list(tmp_path.iterdir()) == []
