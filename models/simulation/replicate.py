"""One centre drawn, estimated and compared with its truth: a plain record of what came out.

Top-level functions with plain arguments, so that other processes can run them.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from models.contribution.covariates import Covariates, covariates
from models.contribution.design import build_design
from models.contribution.estimate import estimate
from models.contribution.index_calls import index_calls
from models.contribution.inference import Interval
from models.contribution.operators import operator_page
from models.contribution.options import MOMENTS, Options
from models.contribution.tables import Tables, guard
from models.simulation.centre import Centre, draw_centre
from models.simulation.history import AS_OF
from models.simulation.oracle import oracle_effects, plain_regression
from models.simulation.scenario import SCENARIOS

PRIMARY = ("renewal", "mrr_delta_yen")
LAST_DAY: date = AS_OF.astype("datetime64[D]").item()


@dataclass(frozen=True, slots=True)
class Trial:
    """The effect of a proposal in one centre. `estimates` is empty where it was refused."""

    seed: int
    truth: dict[str, float]
    estimates: dict[str, Interval]
    oracle: dict[str, Interval]
    naive: float
    regression_p: float
    status: str  # of the proposal
    placebo_failed: bool
    claims: int  # in the whole data set
    counts_right: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class OperatorTrial:
    """All operators of one centre, as arrays in the same order: what is true, raw, estimated."""

    seed: int
    truth: list[float]
    raw: list[float]
    estimate: list[float]
    ci_low: list[float]
    ci_high: list[float]
    flagged: list[bool]
    raw_flagged: list[bool]


def tables_of(centre: Centre) -> Tables:
    """The centre's tables as the estimate takes them."""
    frames = centre.frames
    return Tables(frames.calls, frames.contracts, frames.outcomes, frames.customer_snapshots)


def try_effect(scenario: str, seed: int, options: Options) -> Trial:
    """Draw, estimate, compare. Everything the user would see is done, not only the proposal."""
    centre = draw_centre(SCENARIOS[scenario], seed)
    result = estimate(tables_of(centre), LAST_DAY, replace(options, seed=seed))
    proposal = result.moments["proposal"]
    design = build_design("proposal", result.rows, result.known, MOMENTS)
    y = design.column("renewed")
    return Trial(
        seed=seed,
        truth=centre.effect("proposal"),
        estimates={name: proposal.effects[name] for name in PRIMARY if proposal.effects},
        oracle=oracle_effects(centre, design),
        naive=float(y[design.d == 1].mean() - y[design.d == 0].mean()),
        regression_p=plain_regression(design).p,
        status=proposal.status,
        placebo_failed=any(
            test.failed for moment in result.moments.values() if moment.checks for test in moment.checks.placebo
        ),
        claims=sum(len(moment.claims) for moment in result.moments.values()),
        counts_right=all(result.dropped.get(name, 0) == count for name, count in centre.expected.items()),
    )


def try_operators(scenario: str, seed: int, options: Options) -> OperatorTrial:
    """Draw a centre and compare its operators with the truth."""
    centre = draw_centre(SCENARIOS[scenario], seed)
    rows, _ = index_calls(guard(tables_of(centre), LAST_DAY), options)
    page = operator_page(rows, _known(centre, rows), None, [], options)
    truth = centre.operator_differences().reindex(list(page.operators))
    shown = list(page.operators.values())
    raw = np.array([row.raw for row in shown])
    error = np.sqrt(raw * (1 - raw) / np.array([row.n for row in shown]))
    return OperatorTrial(
        seed=seed,
        truth=[float(value) for value in truth],
        raw=[float(value) for value in raw - raw.mean()],
        estimate=[row.estimate for row in shown],
        ci_low=[row.ci_low for row in shown],
        ci_high=[row.ci_high for row in shown],
        flagged=[row.flagged for row in shown],
        raw_flagged=[bool(flag) for flag in np.abs(raw - raw.mean()) > 1.96 * error],
    )


def _known(centre: Centre, rows: pd.DataFrame) -> Covariates:
    guarded = guard(tables_of(centre), LAST_DAY)
    return covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)
