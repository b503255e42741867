"""What was known before the call, as numbers: the only things a comparison may be adjusted for.

Never: the length of the call, what was said in it, later snapshots.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.contribution.options import ANY, MOMENTS

RARE = 10  # a level of a category with fewer rows joins "other"
HALF_YEAR_DAYS = 180
HALF_YEAR = " half-year mean"
MAX_LEVELS = 50  # a category with more levels is an id, not a covariate
SHRINKAGE_CALLS = 5.0
CASE_MIX_PENALTY = 10.0  # on the squared coefficients of standardised columns
SIMULATED = "simulated"  # says that a row is invented, nothing about the customer
HISTORY = ("earlier_downgrade", "earlier_upsell", "earlier_move_yen")
HEALTH = "health"
CONDITION = "condition"  # numbers in the calls table: known just before the call

_CONTRACT_CATEGORIES = ("plan", "industry", "region", "segment", "tier")
_NOT_OF_CALLS = {
    *("call_id", "started_at", "day", "operator_id", "operator_name", "team", "recording", "customer_id"),
    *("phone", "phone_last4", "phone_last4_of_call"),
    *("contract_id", "duration_s", "assigned", "term", "extra", "phone_of_call", "mrr_yen_of_call", SIMULATED),
    *(f"n_{name}" for name in (*MOMENTS, ANY, "interest", "decline", "churn_risk", "satisfaction", "complaint")),
}
_NOT_OF_SNAPSHOTS = ("customer_id", "on", "snapshot_id", SIMULATED)


@dataclass(frozen=True, slots=True)
class Covariates:
    """`values` (n rows of the design, columns standardised), the block of each column, and shares of missing values."""

    values: pd.DataFrame
    blocks: dict[str, str]  # column → "call", "condition", "contract", "history", "health"
    missing: dict[str, float]


def covariates(rows: pd.DataFrame, calls: pd.DataFrame, terms: pd.DataFrame, snapshots: pd.DataFrame) -> Covariates:
    """The covariates of the design's rows. `calls` and `terms` only say which columns came from which table."""
    numeric: dict[str, pd.Series] = _contract_numbers(rows, terms)
    blocks = dict.fromkeys(numeric, "contract")
    categories: dict[str, pd.Series] = {}
    for name in _CONTRACT_CATEGORIES:
        if name in rows:
            categories[name], blocks[name] = rows[name], "contract"
    for name in (*HISTORY, "earlier_calls"):
        numeric[name], blocks[name] = rows[name], "history"
    numeric["earlier_move_yen"] = rows["earlier_move_yen"] / rows["mrr_before_yen"].clip(lower=1.0)
    for name in map(str, calls.columns):
        if name in _NOT_OF_CALLS or name not in rows:
            continue
        if pd.api.types.is_numeric_dtype(rows[name]):
            numeric[name], blocks[name] = rows[name], CONDITION
        elif rows[name].nunique() <= MAX_LEVELS and not pd.api.types.is_datetime64_any_dtype(rows[name]):
            categories[name], blocks[name] = rows[name], "call"
    for name, series in (_latest_snapshot(rows, snapshots) | _half_year_means(rows, snapshots)).items():
        target = numeric if pd.api.types.is_numeric_dtype(series) else categories
        target[name], blocks[name] = series, HEALTH
    return _expand(numeric, categories, blocks, rows.index)


def operator_rate(
    exposed: pd.Series, operators: pd.Series, customers: pd.Series, known: pd.DataFrame
) -> "pd.Series[float]":
    """How much more often each row's operator has the moment with *other* customers than `known` (standardised columns)
    lets expect of those calls; shrunk to 0 by five calls.

    Good operators both pitch more and keep more customers; this covariate is what separates the two (Mundlak 1978).
    What the calls were about is taken out first, by ridge regression: a rate that also tells who called would be a
    noisier picture of the operator, and what the noise hides stays in the estimate.
    """
    x = known.to_numpy(dtype=float)
    surplus = (exposed - exposed.mean()).to_numpy(dtype=float)
    surplus = surplus - x @ np.linalg.solve(x.T @ x + CASE_MIX_PENALTY * np.eye(x.shape[1]), x.T @ surplus)
    frame = pd.DataFrame({"surplus": surplus, "operator": operators, "customer": customers}, index=exposed.index)
    by_operator = frame.groupby("operator")["surplus"]
    by_pair = frame.groupby(["operator", "customer"])["surplus"]
    others = by_operator.transform("sum") - by_pair.transform("sum")
    count = by_operator.transform("size") - by_pair.transform("size")
    return others / (count + SHRINKAGE_CALLS)


def standardised(values: pd.DataFrame) -> pd.DataFrame:
    """Columns of mean 0 and standard deviation 1, cut at ±5; constant columns are left out."""
    spread = values.std(ddof=0)
    kept = values.loc[:, spread > 1e-9]
    return ((kept - kept.mean()) / spread[spread > 1e-9]).clip(-5, 5)


def _contract_numbers(rows: pd.DataFrame, terms: pd.DataFrame) -> dict[str, pd.Series]:
    first = terms.groupby("customer_id")["started_on"].min()
    since = pd.Series(first.reindex(rows["customer_id"]).to_numpy(), index=rows.index)  # a date even where all is empty
    numbers = {
        "log_mrr": np.log1p(rows["mrr_before_yen"]),
        "tenure_days": (rows["day"] - since).dt.days.astype(float),
        "days_into_term": (rows["day"] - rows["started_on"]).dt.days.astype(float),
        "days_to_due": (rows["renewal_due_on"] - rows["day"]).dt.days.astype(float),
        "earlier_terms": _earlier_terms(rows, terms),
    }
    if "term_months" in rows:
        numbers["term_months"] = pd.to_numeric(rows["term_months"], errors="coerce").astype(float)
    return numbers


def _earlier_terms(rows: pd.DataFrame, terms: pd.DataFrame) -> pd.Series:
    """Terms of the customer that began before this one."""
    rank = terms.groupby("customer_id")["started_on"].rank(method="min") - 1
    return rows["term"].map(pd.Series(rank.to_numpy(), index=terms["term"].to_numpy())).astype(float)


def _latest_snapshot(rows: pd.DataFrame, snapshots: pd.DataFrame) -> dict[str, pd.Series]:
    """The snapshot columns as of the day before the call."""
    names = _measures(snapshots)
    if snapshots.empty or not names:
        return {}
    asked = rows[["customer_id", "day"]].reset_index(names="row").sort_values("day")
    table = snapshots.dropna(subset="on").sort_values("on", kind="stable")
    found = pd.merge_asof(
        asked, table, left_on="day", right_on="on", by="customer_id", allow_exact_matches=False
    ).set_index("row")
    found = found.reindex(rows.index)
    return {
        name: found[name] if pd.api.types.is_numeric_dtype(found[name]) else found[name].astype(object)
        for name in names
        if pd.api.types.is_numeric_dtype(found[name]) or found[name].nunique() <= MAX_LEVELS
    }


def _half_year_means(rows: pd.DataFrame, snapshots: pd.DataFrame) -> dict[str, pd.Series]:
    """The mean of each snapshot number over the half-year before the call, where most rows have two or more.

    One reading of a customer's condition is noisy, and what the noise hides stays in the estimate: on centres with
    monthly readings of independent error, these means take away more than half of that bias.
    """
    names = [name for name in _measures(snapshots) if pd.api.types.is_numeric_dtype(snapshots[name])]
    if snapshots.empty or not names:
        return {}
    asked = rows[["customer_id", "day"]].reset_index(names="row")
    pairs = asked.merge(snapshots[["customer_id", "on", *names]], on="customer_id")
    gap = (pairs["day"] - pairs["on"]).dt.days
    readings = pairs[(gap > 0) & (gap <= HALF_YEAR_DAYS)].groupby("row")[names]
    if readings.size().reindex(rows.index, fill_value=0).median() < 2:
        return {}
    means = readings.mean().reindex(rows.index)
    return {f"{name}{HALF_YEAR}": means[name] for name in names}


def _measures(snapshots: pd.DataFrame) -> list[str]:
    return [str(name) for name in snapshots.columns if name not in _NOT_OF_SNAPSHOTS]


def _expand(
    numeric: dict[str, pd.Series], categories: dict[str, pd.Series], blocks: dict[str, str], index: pd.Index
) -> Covariates:
    """Numbers with their squares and an indicator where values are missing; categories as 0/1 columns."""
    columns: dict[str, pd.Series] = {}
    block_of: dict[str, str] = {}
    missing: dict[str, float] = {}

    def add(name: str, series: pd.Series, source: str) -> None:
        columns[name], block_of[name] = series, blocks[source]

    for name, series in numeric.items():
        if series.isna().all():
            continue
        values = series.astype(float).replace([np.inf, -np.inf], np.nan)
        if values.isna().any():
            missing[name] = float(values.isna().mean())
            add(f"{name} missing", values.isna().astype(float), name)
        filled = values.fillna(values.median()).fillna(0.0)
        spread = filled.std(ddof=0)
        add(name, filled, name)
        if filled.nunique() > 2 and spread > 0:
            add(f"{name} squared", ((filled - filled.mean()) / spread).clip(-5, 5) ** 2, name)
    for name, series in categories.items():
        if series.isna().all():
            continue
        if series.isna().any():
            missing[name] = float(series.isna().mean())
        levels = series.astype(object).where(series.notna(), "missing").astype(str)
        common = levels.value_counts()
        for level in sorted(map(str, common[common >= RARE].index))[1:]:
            add(f"{name}={level}", (levels == level).astype(float), name)
    table = standardised(pd.DataFrame(columns, index=index))
    return Covariates(table, {str(name): block_of[str(name)] for name in table}, missing)
