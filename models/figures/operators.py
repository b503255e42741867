"""Scores of operators and teams: what was measured, what is left of it on like calls, and how sure that is.

There is no rank. Even shrunk estimates put only about half of the true top five there at 60 calls each, so an operator
is shown as above, below or not distinguishable from the average, and only from a minimum number of calls on.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.contribution.operators import like_calls_residual, shrink

MINIMUM_N = 10
FEWEST_OPERATORS = 4  # the interval of the shrunk mean needs more than three
RAREST_LEVEL = 20  # a case-mix category with fewer calls joins "other"
CASE_MIX = ("reason", "plan", "queue", "tenure_months")

Floats = np.ndarray[Any, np.dtype[np.float64]]


def operator_scores(
    calls: pd.DataFrame,
    score: str,
    *,
    by: str = "operator_id",
    case_mix: Sequence[str] = CASE_MIX,
    minimum_n: int = MINIMUM_N,
) -> pd.DataFrame:
    """One row per operator (or team), in order of id, never of score.

    `calls`: one row per call with `by`, the numeric `score` and whichever case-mix columns are known; calls without a
    score are left out. Columns: n; raw, raw_low, raw_high (mean and exact t interval of the calls as they came, which
    is empty where they are all alike); estimate, low, high (difference from the average operator on like calls,
    shrunk); standing (above, below, not_distinguishable by the interval corrected for the number of operators; NA below
    `minimum_n` calls, where everything but n and raw stays empty too).
    """
    rows = calls.dropna(subset=[by, score]).reset_index(drop=True)
    values = rows[score].to_numpy(dtype=float)
    table = _raw(values, rows[by], minimum_n)
    shown = table.index[table["n"] >= minimum_n]
    enough = rows[by].isin(shown).to_numpy()
    mix = case_mix_matrix(rows[enough].reset_index(drop=True), case_mix)
    estimates = _estimates(values[enough], mix, rows.loc[enough, by].reset_index(drop=True), len(shown))
    return table.join(estimates).astype({"standing": "string"})


def _raw(values: Floats, operators: "pd.Series[Any]", minimum_n: int) -> pd.DataFrame:
    from scipy.stats import t

    grouped = pd.Series(values).groupby(operators.astype("string").to_numpy())
    table = pd.DataFrame({"n": grouped.size(), "raw": grouped.mean()})
    enough = table["n"] >= max(2, minimum_n)
    half = t.ppf(0.975, (table["n"] - 1).clip(lower=1)) * grouped.std() / np.sqrt(table["n"])
    told = enough & (half > 0)  # calls that are all alike do not tell how far their mean may be off
    return table.assign(raw_low=(table["raw"] - half).where(told), raw_high=(table["raw"] + half).where(told))


def _estimates(values: Floats, mix: Floats, operators: "pd.Series[Any]", size: int) -> pd.DataFrame:
    """estimate, low, high, standing by operator; no rows where there are too few operators or no spread at all."""
    from scipy.stats import norm

    columns = ["estimate", "low", "high", "standing"]
    if size < FEWEST_OPERATORS:
        return pd.DataFrame(columns=columns, index=pd.Index([], dtype="str"), dtype=float)
    residual = like_calls_residual(values, mix, operators)
    grouped = pd.Series(residual).groupby(operators.astype("string").to_numpy())
    n, mean = grouped.size(), grouped.mean()
    pooled = float(((n - 1) * grouped.var()).sum() / (n - 1).sum())  # a small group's own variance is too rough
    if not pooled > 0:
        return pd.DataFrame(columns=columns, index=pd.Index([], dtype="str"), dtype=float)
    shrunk = shrink(np.array(mean, dtype=np.float64), np.array(pooled / n, dtype=np.float64))
    difference = shrunk.mean - shrunk.centre
    half, corrected = (norm.ppf(1 - 0.025 / many) * shrunk.se for many in (1, size))
    standing = np.select([difference > corrected, difference < -corrected], ["above", "below"], "not_distinguishable")
    told = [difference, difference - half, difference + half, standing]
    return pd.DataFrame(dict(zip(columns, told, strict=True)), index=n.index)


def case_mix_matrix(calls: pd.DataFrame, columns: Sequence[str]) -> Floats:
    """What the calls were about, as numbers (calls, features): categories as 0/1 with rare levels pooled and missing a
    level of its own; numbers in standard units with a 0/1 for missing. Absent columns are passed over.
    """
    parts: list[Floats] = []
    for column in columns:
        if column not in calls:
            continue
        values = calls[column]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            parts.extend(_standard_units(values))
        else:
            parts.append(_levels(values))
    usable = [part for part in parts if part.shape[1]]
    return np.hstack(usable) if usable else np.zeros((len(calls), 0))


def _standard_units(values: "pd.Series[Any]") -> list[Floats]:
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    missing = np.isnan(numbers)
    spread = float(np.nanstd(numbers)) if not missing.all() else 0.0
    if not spread:
        return []
    scaled = np.where(missing, 0.0, (numbers - np.nanmean(numbers)) / spread)
    return [scaled[:, None], *([missing.astype(float)[:, None]] if missing.any() else [])]


def _levels(values: "pd.Series[Any]") -> Floats:
    text = values.astype("string").fillna("(missing)")
    counts = text.value_counts()
    pooled = text.where(text.map(counts) >= RAREST_LEVEL, "(other)")
    return pd.get_dummies(pooled).to_numpy(dtype=float)[:, 1:]
