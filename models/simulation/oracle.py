"""What an all-knowing analyst and a careless one would say about the same rows: the two ends of the scale."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contribution.aipw import CLIP, Fitted, effect_on_exposed
from models.contribution.design import Design
from models.contribution.inference import Interval
from models.simulation.centre import Centre
from models.simulation.truth import switched

Floats = NDArray[np.float64]


def oracle_effects(centre: Centre, design: Design) -> dict[str, Interval]:
    """AIPW for a proposal with the true propensity and the true outcome without it: nothing had to be learned."""
    term = term_numbers(design.rows)
    present, law = centre.history.present, centre.law
    off = switched(present, "proposal", False)
    propensity = np.clip(law.moment("proposal", present["appeal"])[term], CLIP, 1 - CLIP)
    without = {
        "renewal": law.renewal(off)[term],
        "mrr_delta_yen": law.mrr_delta(centre.history.mrr_before_yen, off)[term],
    }
    odds = (1 - design.d) * propensity / (1 - propensity)  # without the limit of the estimate: the yardstick stays put
    fit = Fitted(propensity, odds, without, without)
    return {
        name: effect_on_exposed(design.outcomes()[name].y, design.d, [fit], name, design.clusters) for name in without
    }


def term_numbers(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Positions of the rows' terms in the centre's arrays: `K00001` is the first."""
    return rows["contract_id"].str.slice(1).astype(int).to_numpy().astype(np.int64) - 1


@dataclass(frozen=True, slots=True)
class Regression:
    """The coefficient of the exposure in a plain least-squares regression, and its usual p value."""

    estimate: float
    p: float


def plain_regression(design: Design) -> Regression:
    """Least squares of renewal on exposure and all covariates but the operator rate, with textbook errors."""
    from scipy.special import ndtr

    x = np.column_stack([design.d, np.ones(len(design.d)), design.matrix(without=("operator",))])
    y = design.column("renewed")
    gram = np.linalg.pinv(x.T @ x)
    coefficients = gram @ (x.T @ y)
    residual = y - x @ coefficients
    variance = float(residual @ residual) / (len(y) - np.linalg.matrix_rank(x)) * gram[0, 0]
    return Regression(float(coefficients[0]), float(2 * ndtr(-abs(coefficients[0]) / np.sqrt(variance))))
