"""Two figures per operator, both shrunk: the share of the team's contribution, and the difference on like calls.

For coaching, never for pay: there is no ranking, only above, below or not distinguishable.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contribution.covariates import Covariates
from models.contribution.inference import normal_quantile
from models.contribution.moments import MomentEstimate
from models.contribution.options import Options
from models.contribution.text import Message
from models.contribution.verdicts import Finding, Status, refuse, verdict

Floats = NDArray[np.float64]
Standing = Literal["above", "not_distinguishable", "below"]

_RIDGE = 3.0
_VARIANCE_CALLS = 20.0  # an operator's own residual variance is shrunk to the pooled one by this many calls


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Empirical-Bayes estimates (j,) with their standard errors, around `centre`."""

    mean: Floats
    se: Floats
    centre: float


@dataclass(frozen=True, slots=True)
class Share:
    """Yen of MRR with its 95 % interval."""

    estimate: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class OperatorEstimate:
    """`raw` = renewal rate as it is; `estimate` = points of renewal probability (0.01 = one) from the average operator
    on like calls. `flagged`: the interval corrected for the number of operators leaves zero out."""

    n: int
    raw: float
    estimate: float
    ci_low: float
    ci_high: float
    flagged: bool
    share_yen: Share | None

    @property
    def standing(self) -> Standing:
        """Above, below, or not distinguishable from the average operator."""
        if not self.flagged:
            return "not_distinguishable"
        return "above" if self.estimate > 0 else "below"


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """The operators with enough calls; `remainder_yen` is the share of the others, so that all adds up to the total."""

    status: Status
    messages: tuple[Message, ...]
    operators: dict[str, OperatorEstimate]
    below_minimum: int = 0
    remainder_yen: float | None = None


def operator_page(
    rows: pd.DataFrame, known: Covariates, team: MomentEstimate | None, general: list[Finding], options: Options
) -> OperatorPage:
    """Every operator's figures, or a refusal."""
    counts = rows["operator_id"].value_counts()
    shown = sorted(map(str, counts[counts >= options.lines.operator_calls].index))
    findings = list(general)
    if len(shown) < options.lines.operator_page:
        findings.append(
            refuse(
                "few_operators_to_compare",
                f"{options.lines.operator_calls}件以上の契約を担当した人が{len(shown)}人です。"
                f"{options.lines.operator_page}人から担当者ごとの差を出します。",
                f"{len(shown)} operators have {options.lines.operator_calls} contract terms or more; "
                f"differences between operators need {options.lines.operator_page}.",
            )
        )
    status, messages = verdict(findings)
    if status == "refuse":
        return OperatorPage(status, messages, {})
    code = pd.Series(np.arange(len(shown)), index=shown)
    column = rows["operator_id"].map(code).to_numpy(dtype=float)
    residual = like_calls_residual(rows["renewed"].to_numpy(float), known.values.to_numpy(float), rows["operator_id"])
    kept = ~np.isnan(column)
    mean, variance = _means(residual[kept], column[kept].astype(int), len(shown))
    shrunk = shrink(mean, variance)
    shares = _shares(rows, team, shown) if team and team.yen_scores is not None else {}
    corrected = normal_quantile(1 - 0.025 / len(shown))
    raw = rows.groupby("operator_id")["renewed"].mean()
    page = {
        name: OperatorEstimate(
            n=int(counts[name]),
            raw=float(raw[name]),
            estimate=float(middle),
            ci_low=float(middle - 1.96 * se),
            ci_high=float(middle + 1.96 * se),
            flagged=bool(abs(middle) > corrected * se),
            share_yen=shares.get(name),
        )
        for name, middle, se in zip(shown, shrunk.mean - shrunk.centre, shrunk.se, strict=True)
    }
    remainder = team.yen_total.estimate - sum(share.estimate for share in shares.values()) if team and shares else None
    return OperatorPage(status, messages, page, len(counts) - len(shown), remainder)


def like_calls_residual(y: Floats, x: Floats, operators: pd.Series) -> Floats:
    """What is left of the outcome (n,) after what was known before the call.

    Slopes come from within operators (Chetty, Friedman and Rockoff 2014), so that an operator's own effect does not
    hide in the mix of his calls; the residual keeps it.
    """
    frame = pd.DataFrame(x)
    within_x = (frame - frame.groupby(operators.to_numpy()).transform("mean")).to_numpy()
    outcome = pd.Series(y)
    within_y = (outcome - outcome.groupby(operators.to_numpy()).transform("mean")).to_numpy()
    slopes = np.linalg.solve(within_x.T @ within_x + _RIDGE * np.eye(x.shape[1]), within_x.T @ within_y)
    return np.asarray(y - y.mean() - (x - x.mean(axis=0)) @ slopes, dtype=float)


def _means(residual: Floats, column: NDArray[np.int64], size: int) -> tuple[Floats, Floats]:
    """Mean residual per operator and its sampling variance, both (size,)."""
    n = np.bincount(column, minlength=size)
    mean = np.bincount(column, weights=residual, minlength=size) / n
    squares = np.bincount(column, weights=(residual - mean[column]) ** 2, minlength=size)
    pooled = squares.sum() / (len(residual) - size)
    return mean, (squares + _VARIANCE_CALLS * pooled) / (n - 1 + _VARIANCE_CALLS) / n


def shrink(mean: Floats, variance: Floats) -> Shrunk:
    """Shrink noisy means to their common centre, with Morris (1983) standard errors.

    The spread between operators is that of Paule and Mandel (1982). Morris's factor (J − 3)/(J − 1) and the term for
    the estimated shrinkage keep the intervals honest with few operators.
    """
    spread = _paule_mandel(mean, variance)
    weights = 1 / (variance + spread)
    centre = float(np.average(mean, weights=weights))
    j = len(mean)
    b = (j - 3) / (j - 1) * variance / (variance + spread)
    shrunk = centre + (1 - b) * (mean - centre)
    share = weights / weights.sum()
    error = variance * (1 - (1 - share) * b) + 2 / (j - 3) * b**2 * (mean - centre) ** 2
    return Shrunk(shrunk, np.sqrt(error), centre)


def _paule_mandel(mean: Floats, variance: Floats) -> float:
    """The variance between operators for which the weighted sum of squares meets its expectation; 0 if none does."""
    from scipy.optimize import brentq

    def excess(spread: float) -> float:
        weights = 1 / (variance + spread)
        centre = np.average(mean, weights=weights)
        return float(weights @ (mean - centre) ** 2 - (len(mean) - 1))

    if excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, 10 * mean.var() + variance.max()))


def _shares(rows: pd.DataFrame, team: MomentEstimate, shown: list[str]) -> dict[str, Share]:
    """The team's yen by each operator's exposed MRR, moved towards his own calls as far as these carry.

    What the movements leave over or short is spread by exposed MRR, so that the shares add up to the team's total.
    """
    scores = team.yen_scores
    assert scores is not None
    operator = rows["operator_id"].reindex(scores.index)
    exposed_mrr = (rows["mrr_before_yen"].reindex(scores.index) * scores["exposed"]).groupby(operator).sum()
    total = team.yen_total
    base = total.estimate * exposed_mrr / exposed_mrr.sum()
    own = scores["yen"].groupby(operator).sum()
    noise = (
        ((scores["yen"] - scores["exposed"] * total.estimate / scores["exposed"].sum()) ** 2).groupby(operator).sum()
    )
    noise += noise.sum() / len(scores)  # one call more of everybody's: with a call or two, nobody's rate is certain
    some = exposed_mrr > 0
    rate, variance = own[some] / exposed_mrr[some], noise[some] / exposed_mrr[some] ** 2
    spread = _paule_mandel(rate.to_numpy(float), variance.to_numpy(float)) if variance.gt(0).all() else 0.0
    trust = (spread / (spread + variance).where(lambda both: both > 0, 1.0)).reindex(base.index, fill_value=0.0)
    moved = base + trust * (own - base)
    moved += (total.estimate - moved.sum()) * exposed_mrr / exposed_mrr.sum()
    weight = exposed_mrr / exposed_mrr.sum()
    error = pd.Series(np.sqrt(trust * noise + (weight * total.se) ** 2), index=base.index)
    half = (total.ci_high - total.estimate) / total.se * error if total.se > 0 else error
    return {
        name: Share(float(moved[name]), float(moved[name] - half[name]), float(moved[name] + half[name]))
        for name in shown
    }
