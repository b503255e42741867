"""Goals, targets and whether the months are on track."""

from datetime import date

import pandas as pd
import pytest

from models.figures.kpi_sheet import Goal, Target, latest_status, next_review, sheet_rows, track

MONTHS = pd.DataFrame(
    {"logo_churn_rate": [0.04, 0.031], "nrr": [1.0, 1.1]}, index=pd.to_datetime(["2026-01-01", "2026-02-01"])
)
FALLING = Target("logo_churn_rate", 0.02, "lower", "2026-01", "2026-03", baseline=0.04, actions=("面談", "定例会"))


def test_a_target_with_a_baseline_is_tracked_on_a_straight_line() -> None:
    rows = track(FALLING, MONTHS)
    assert rows["needed"].tolist() == [0.04, pytest.approx(0.03), 0.02]
    assert rows["status"].tolist() == ["on_track", "off_track", "no_data"]
    assert latest_status(rows) == "off_track"


def test_a_target_without_a_baseline_holds_in_every_month() -> None:
    rows = track(Target("nrr", 1.05, "higher", "2026-01", "2026-02"), MONTHS)
    assert rows["status"].tolist() == ["off_track", "on_track"]


def test_the_sheet_names_owner_measure_actual_next_review_and_actions() -> None:
    goal = Goal("解約を減らす", "CS 部長", (date(2026, 1, 10), date(2026, 4, 10)), (FALLING,))
    (row,) = sheet_rows([goal], MONTHS, date(2026, 2, 28)).to_dict("records")
    assert (row["goal"], row["owner"], row["month"], row["status"]) == (
        "解約を減らす",
        "CS 部長",
        "2026-02",
        "off_track",
    )
    assert row["next_review"] == date(2026, 4, 10)
    assert row["actions"] == "面談、定例会"
    assert next_review(goal, date(2026, 5, 1)) is None


def test_without_actuals_nothing_is_claimed() -> None:
    later = Target("nrr", 1.05, "higher", "2027-01", "2027-02")
    assert latest_status(track(later, MONTHS)) == "no_data"


def test_a_target_on_an_unknown_measure_or_backward_in_time_is_refused() -> None:
    with pytest.raises(ValueError, match="measure must be"):
        Target("happiness", 1, "higher", "2026-01", "2026-02")
    with pytest.raises(ValueError, match="before the month"):
        Target("nrr", 1, "higher", "2026-03", "2026-02")
