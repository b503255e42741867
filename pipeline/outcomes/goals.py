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

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.figures.kpi_sheet import MEASURES, Better, Goal, Target
from pipeline.errors import BadInput
from pipeline.language import Text

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Target(_Strict):
    measure: str
    value: float
    better: Better
    since: Month
    by: Month
    baseline: float | None = None
    actions: list[str] = []


class _Goal(_Strict):
    name: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    review_on: list[date] = []
    target: list[_Target] = Field(min_length=1)


class _Sheet(_Strict):
    goal: list[_Goal] = Field(min_length=1)


def read_goals(path: Path) -> list[Goal]:
    """The goals of a sheet. Raises `BadInput` naming every key that is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return [_goal(goal) for goal in TypeAdapter(_Sheet).validate_python(content).goal]
    except OSError as error:
        raise BadInput(
            Text(f"KPI シートを読めません: {path} ({error.strerror})", f"Cannot read {path}: {error.strerror}")
        ) from None
    except ValidationError as error:
        raise _unusable(path, "; ".join(_told(dict(problem)) for problem in error.errors())) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as error:
        raise _unusable(path, str(error)) from None


def _goal(goal: _Goal) -> Goal:
    targets = tuple(
        Target(**target.model_dump(exclude={"actions"}), actions=tuple(target.actions)) for target in goal.target
    )
    return Goal(goal.name, goal.owner, tuple(goal.review_on), targets)


def _told(problem: Mapping[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        Text(f"KPI シートの書き方が違います: {path}: {why}", f"{path} is not a usable KPI sheet: {why}"),
        remedy=Text(f"measure に使えるのは {', '.join(MEASURES)} です。", f"Measures: {', '.join(MEASURES)}."),
    )
