"""Does saying it twice do more? The effect of one and of two or more, each against none."""

import pandas as pd

from models.contribution.covariates import Covariates
from models.contribution.design import build_design
from models.contribution.moments import MomentEstimate, estimate_moment
from models.contribution.options import Options

DOSES = {"once": (1, 1), "twice_or_more": (2, 10**9)}


def dose_effects(rows: pd.DataFrame, known: Covariates, name: str, options: Options) -> dict[str, MomentEstimate]:
    """Per dose the estimate on the rows with that dose or none; each with its own refusals, and without claims."""
    count = pd.to_numeric(rows[f"n_{name}"], errors="coerce")
    found = {}
    for dose, (least, most) in DOSES.items():
        kept = (count == 0) | ((count >= least) & (count <= most))
        part = Covariates(known.values[kept], known.blocks, known.missing)
        found[dose] = estimate_moment(build_design(name, rows[kept], part, options.moments), [], options)
    return found
