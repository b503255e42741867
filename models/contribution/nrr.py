"""NRR as it is, and as estimated without the contribution."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from models.contribution.estimate import Contribution
from models.contribution.options import ANY


@dataclass(frozen=True, slots=True)
class CounterfactualNrr:
    """Fractions of the opening MRR. `without` and its interval are what the cohort would have kept by estimate."""

    nrr: float
    without: float
    ci_low: float
    ci_high: float
    n_exposed: int

    def to_json(self) -> dict[str, float | int]:
        """Plain values."""
        interval = {"estimate": self.without, "ci_low": self.ci_low, "ci_high": self.ci_high}
        return {"nrr": self.nrr, "n_exposed": self.n_exposed, **interval}


def nrr_without_contribution(
    contribution: Contribution, before: "pd.Series[Any]", after: "pd.Series[Any]", opening: date, closing: date
) -> CounterfactualNrr | None:
    """The cohort's NRR less the team's estimated yen on its exposed terms of the period.

    `before` and `after`: the cohort's MRR in yen at opening and closing, by customer_id. A term counts if
    its call and its horizon lie in the period.
    None where the team's effect is refused or the cohort had no MRR. With an effect of 1,000 yen on each of 20 exposed
    terms, a cohort that went from 1,000,000 to 1,050,000 yen has an NRR of 1.05 and 1.03 without the contribution.
    """
    team = contribution.moments.get(ANY)
    start = float(before.sum())
    if team is None or team.yen_scores is None or start <= 0:
        return None
    exposed = contribution.rows.loc[team.yen_scores.index[team.yen_scores["exposed"] == 1]]
    horizon = pd.Timedelta(days=contribution.options.horizon_days)
    inside = (exposed["day"] >= pd.Timestamp(opening)) & (exposed["day"] + horizon <= pd.Timestamp(closing))
    inside &= exposed["customer_id"].isin(before.index.astype("str"))
    count = int(inside.sum())
    end, each = float(after.sum()), team.effects["mrr_delta_yen"]
    return CounterfactualNrr(
        nrr=end / start,
        without=(end - count * each.estimate) / start,
        ci_low=(end - count * each.ci_high) / start,
        ci_high=(end - count * each.ci_low) / start,
        n_exposed=count,
    )
