"""The health score: a published weighted formula over snapshot columns. Its version travels with every score."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

LEAST_WEIGHT_TOLD = 0.5  # below half of the weights a score would be a guess


@dataclass(frozen=True, slots=True)
class Part:
    """One column: `worst` scores 0, `best` scores 100, between them linearly, beyond them no further. `worst` may be
    the larger number (open tickets).
    """

    column: str
    weight: float
    worst: float
    best: float


@dataclass(frozen=True, slots=True)
class HealthFormula:
    """The parts and their weights; only the proportions of the weights matter."""

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not self.parts or any(part.weight <= 0 or part.worst == part.best for part in self.parts):
            raise ValueError("every part needs a positive weight and two different ends")

    @property
    def version(self) -> str:
        """Eight hex digits of the formula's content: an edited formula has another."""
        content = json.dumps([asdict(part) for part in self.parts], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:8]


def health_scores(snapshots: pd.DataFrame, formula: HealthFormula) -> "pd.Series[Any]":
    """0 to 100 for each snapshot row, weighted over the parts that the row tells; NaN below half of the weights.

    Log-ins 5 of 0–10 at weight 2 and tickets 0 of 4–0 at weight 1: (2 · 50 + 1 · 100) ÷ 3 = 66.7.
    """
    shares = _shares(snapshots, formula)
    weights = np.array([part.weight for part in formula.parts])
    told = (~np.isnan(shares)) @ weights
    score = 100 * (np.nan_to_num(shares) @ weights)
    enough = told >= LEAST_WEIGHT_TOLD * weights.sum()
    return pd.Series(np.divide(score, told, out=np.full(len(score), np.nan), where=enough), index=snapshots.index)


def part_shares(snapshots: pd.DataFrame, formula: HealthFormula) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Each part of each row from 0 (worst) to 1 (best); a missing one as the mean of those told, 0.5 if none is."""
    shares = _shares(snapshots, formula)
    told = ~np.isnan(shares)
    mean = np.divide(
        np.nan_to_num(shares).sum(axis=0), told.sum(axis=0), out=np.full(shares.shape[1], 0.5), where=told.any(axis=0)
    )
    return np.where(told, shares, mean)


def _shares(snapshots: pd.DataFrame, formula: HealthFormula) -> "np.ndarray[Any, np.dtype[np.float64]]":
    columns = []
    for part in formula.parts:
        if part.column in snapshots:
            value = snapshots[part.column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
            columns.append(np.clip((value - part.worst) / (part.best - part.worst), 0.0, 1.0))
        else:
            columns.append(np.full(len(snapshots), np.nan))
    return np.column_stack(columns)
