"""Touch tiers proposed from expected lifetime value, shown against the tier in use."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

TIERS = ("high", "low", "tech", "community")


@dataclass(frozen=True, slots=True)
class TierThresholds:
    """Smallest expected lifetime value, in yen, of each tier above `community`."""

    high_yen: int
    low_yen: int
    tech_yen: int

    def __post_init__(self) -> None:
        if not self.high_yen > self.low_yen > self.tech_yen >= 0:
            raise ValueError("thresholds must fall from high to tech")


def expected_ltv_yen(mrr: "pd.Series[Any]", mean_months: float, margin: float = 1.0) -> "pd.Series[Any]":
    """Each customer's MRR × margin × mean lifetime in months of customers like them, in whole yen."""
    return (mrr * margin * mean_months).round().astype("int64")


def proposed_tiers(ltv_yen: "pd.Series[Any]", thresholds: TierThresholds) -> "pd.Series[Any]":
    """high, low, tech or community by customer.

    Thresholds 1,000,000, 300,000 and 50,000: 300,000 yen is `low`, 49,999 is `community`.
    """
    ends = [-1, thresholds.tech_yen - 1, thresholds.low_yen - 1, thresholds.high_yen - 1, float("inf")]
    return pd.cut(ltv_yen, ends, labels=list(reversed(TIERS))).astype("string")


def tier_comparison(proposed: "pd.Series[Any]", in_use: "pd.Series[Any]") -> pd.DataFrame:
    """Customers by tier in use (rows; `none` where no tier is told) and tier proposed (columns)."""
    used = in_use.reindex(proposed.index).astype("string").fillna("none")
    table = pd.crosstab(used, proposed)
    return table.reindex(columns=list(TIERS), fill_value=0)
