"""A goal of the KPI sheet as a person types it: rates in percent, dates in any usual form, one action a line."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.figures.kpi_sheet import MEASURES, Goal, Target
from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.outcomes.cells import fold, read_number
from pipeline.outcomes.dates import Unreadable, read_date

RATES = ("nrr", "grr", "logo_churn_rate", "mrr_churn_rate")
_MONTH = re.compile(r"(\d{4})[-/.年](0?[1-9]|1[0-2])月?")


def as_typed(goal: Goal | None) -> dict[str, Any]:
    """The fields of the form that would make this goal; empty ones for none."""
    if goal is None:
        return {"name": "", "owner": "", "review_on": "", "targets": []}
    days = "、".join(day.isoformat() for day in goal.review_on)
    return {"name": goal.name, "owner": goal.owner, "review_on": days, "targets": [_fields(t) for t in goal.targets]}


def read_goal(typed: Mapping[str, Any]) -> Goal:
    """The goal; lines without a measure are left out. Raises `BadInput` naming the first field that is wrong."""
    name, owner = str(typed["name"]).strip(), str(typed["owner"]).strip()
    if not name or not owner:
        raise _wrong("ゴールと責任者を書いてください。", "Name the goal and who owns it.")
    targets = tuple(_target(line, fields) for line, fields in enumerate(typed["targets"], 1) if fields["measure"])
    if not targets:
        raise _wrong("目標を一つ以上書いてください。", "A goal needs at least one target.")
    return Goal(name, owner, _days(typed["review_on"]), targets)


def _fields(target: Target) -> dict[str, str]:
    def number(value: float | None) -> str:
        return "" if value is None else f"{value * (100 if target.measure in RATES else 1):.10g}"

    return {
        "measure": target.measure,
        "baseline": number(target.baseline),
        "value": number(target.value),
        "better": target.better,
        "since": target.since,
        "by": target.by,
        "actions": "\n".join(target.actions),
    }


def _target(line: int, fields: Mapping[str, str]) -> Target:
    measure, better = fields["measure"], fields["better"]
    if measure not in MEASURES or better not in ("higher", "lower"):
        raise _wrong(f"目標 {line}: 指標と向きを選んでください。", f"Target {line}: choose a measure and a direction.")
    baseline = _number(line, fields["baseline"], measure) if fields["baseline"].strip() else None
    value = _number(line, fields["value"], measure)
    since, by = _month(line, fields["since"]), _month(line, fields["by"])
    if by < since:
        raise _wrong(f"目標 {line}: 期限が始まりより前です。", f"Target {line}: it is due before it begins.")
    actions = tuple(action.strip() for action in fields["actions"].splitlines() if action.strip())
    return Target(measure, value, "higher" if better == "higher" else "lower", since, by, baseline, actions)


def _number(line: int, text: str, measure: str) -> float:
    try:
        value = read_number(fold(text).rstrip("%"))
    except Unreadable:
        raise _wrong(f"目標 {line}: 数を読めません。", f"Target {line}: this is no number.") from None
    return value / 100 if measure in RATES else value


def _month(line: int, text: str) -> str:
    match = _MONTH.fullmatch(fold(text))
    if not match:
        raise _wrong(
            f"目標 {line}: 月を 2026-04 のように書いてください。", f"Target {line}: write months like 2026-04."
        )
    return f"{match[1]}-{int(match[2]):02d}"


def _days(text: str) -> tuple[date, ...]:
    parts: Sequence[str] = [part for part in re.split(r"[、,\s]+", fold(text)) if part]
    try:
        return tuple(sorted(read_date(part) for part in parts))
    except Unreadable:
        raise _wrong(
            "見直しの日を読めません。2026-07-10 のように書いてください。", "Write reviews like 2026-07-10."
        ) from None


def _wrong(ja: str, en: str) -> BadInput:
    return BadInput(Text(ja, en))
