"""What one exposure is adjusted for."""

import numpy as np
import pandas as pd

from models.contribution.covariates import Covariates
from models.contribution.design import build_design

MOMENTS = ("appeal", "enablement", "proposal")


def test_operators_are_told_apart_by_every_moment_not_only_by_the_one_in_question() -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({f"n_{name}": rng.integers(0, 2, 200) for name in MOMENTS})
    rows["operator_id"] = rng.integers(0, 8, 200).astype(str)
    rows["customer_id"] = np.arange(200).astype(str)
    design = build_design("proposal", rows, Covariates(pd.DataFrame(index=rows.index), {}, {}), MOMENTS)
    rates = [name for name, block in design.blocks.items() if block == "operator"]
    assert rates == [f"operator rate {name}" for name in MOMENTS]
    assert design.matrix(without=("operator", "others")).shape == (200, 0)
