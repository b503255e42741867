"""The formula of the health score as a TOML file that a manager edits; its version changes with its content:

[[part]]
column = "log_ins"
weight = 2
worst = 0
best = 20
[[part]]
column = "tickets"
weight = 1
worst = 5
best = 0
"""

from pathlib import Path

from pydantic import Field

from models.figures.health import HealthFormula, Part
from pipeline.language import Text
from pipeline.outcomes.handwritten import Strict, read_handwritten, unusable

REMEDY = Text(
    "各 [[part]] に column・weight(正の数)・worst・best(worst と違う値)を書いてください。",
    "Each [[part]] needs column, weight (positive), worst and best (not the same).",
)


class _Part(Strict):
    column: str = Field(min_length=1)
    weight: float
    worst: float
    best: float


class _Formula(Strict):
    part: list[_Part] = Field(min_length=1)


def read_health_formula(path: Path) -> HealthFormula:
    """The formula. Raises `BadInput` naming every key that is wrong."""
    written = read_handwritten(path, _Formula, REMEDY)
    try:
        return HealthFormula(tuple(Part(**part.model_dump()) for part in written.part))
    except ValueError as error:
        raise unusable(path, str(error), REMEDY) from None
