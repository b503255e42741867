"""The KPI sheet as a TOML file that a manager writes:

[[goal]]
name = "解約を減らす"
owner = "CS 部長"
review_on = [2026-07-10, 2026-10-09]
[[goal.target]]
measure = "logo_churn_rate"
baseline = 0.04
value = 0.02
better = "lower"
since = "2026-04"
by = "2027-03"
actions = ["更新 90 日前の面談"]
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from models.figures.kpi_sheet import MEASURES, Better, Goal, Target
from pipeline.language import Text
from pipeline.outcomes.handwritten import Strict, read_handwritten, unusable

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
REMEDY = Text(f"measure に使えるのは {', '.join(MEASURES)} です。", f"Measures: {', '.join(MEASURES)}.")


class _Target(Strict):
    measure: str
    value: float
    better: Better
    since: Month
    by: Month
    baseline: float | None = None
    actions: tuple[str, ...] = ()


class _Goal(Strict):
    name: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    review_on: tuple[date, ...] = ()
    target: list[_Target] = Field(min_length=1)


class _Sheet(Strict):
    goal: list[_Goal] = Field(min_length=1)


class _Saved(Strict):
    goal: list[_Goal]  # on the page the last goal may be removed


def read_goals(path: Path) -> list[Goal]:
    """The goals of a sheet. Raises `BadInput` naming every key that is wrong."""
    sheet = read_handwritten(path, _Sheet, REMEDY)
    try:
        return [_goal(goal) for goal in sheet.goal]
    except ValueError as error:
        raise unusable(path, str(error), REMEDY) from None


def _goal(goal: _Goal) -> Goal:
    targets = tuple(Target(**target.model_dump()) for target in goal.target)
    return Goal(goal.name, goal.owner, goal.review_on, targets)


def goals_of(sheet: Mapping[str, Any]) -> list[Goal]:
    """The goals of a sheet as `sheet_of` wrote it. Raises `ValidationError` for anything else."""
    return [_goal(goal) for goal in _Saved.model_validate(sheet).goal]


def sheet_of(goals: Sequence[Goal]) -> dict[str, Any]:
    """The goals as plain values, in the shape of the file."""
    return {"goal": [_plain(goal) for goal in goals]}


def _plain(goal: Goal) -> dict[str, Any]:
    return {
        "name": goal.name,
        "owner": goal.owner,
        "review_on": [day.isoformat() for day in goal.review_on],
        "target": [{**asdict(target), "actions": list(target.actions)} for target in goal.targets],
    }
