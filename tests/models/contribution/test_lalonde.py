"""The NSW job training on CPS comparisons (LaLonde 1986, Dehejia and Wahba 1999): a real truth, +1,794 dollars."""

import numpy as np
import pandas as pd
import pytest

from models.contribution.aipw import Outcome, cross_fit, effect_on_exposed, folds_of
from models.contribution.covariates import standardised
from models.contribution.inference import Clusters, Interval
from models.contribution.learners import Linear

EXPERIMENT = 1_794


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    causaldata = pytest.importorskip("causaldata")
    trained, cps = causaldata.nsw_mixtape.load_pandas().data, causaldata.cps_mixtape.load_pandas().data
    both: pd.DataFrame = pd.concat([trained[trained["treat"] == 1], cps], ignore_index=True)
    return both


def effect(people: pd.DataFrame, outcome: str, covariates: list[str]) -> Interval:
    """ATT with the product's estimator, every person his own cluster."""
    x = people[covariates].astype(float)
    for name in covariates:
        if name in ("age", "educ"):
            x[f"{name} squared"] = x[name] ** 2
        if name.startswith("re"):
            x[f"{name} none"] = (x[name] == 0).astype(float)
    d = people["treat"].to_numpy(dtype=float)
    everyone = Clusters(np.arange(len(d)), np.arange(len(d)))
    y = Outcome(people[outcome].to_numpy(dtype=float), binary=False)
    fits = [
        cross_fit(
            standardised(x).to_numpy(), d, {"y": y}, folds_of(everyone.customer, 5, np.random.default_rng(r)), Linear()
        )
        for r in range(5)
    ]
    return effect_on_exposed(y.y, d, fits, "y", everyone)


BACKGROUND = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74"]


def test_the_experiments_result_lies_in_the_interval_where_the_plain_difference_has_the_wrong_sign(
    people: pd.DataFrame,
) -> None:
    earned = people.groupby("treat")["re78"].mean()
    found = effect(people, "re78", [*BACKGROUND, "re75"])
    assert earned[1] - earned[0] < -8_000
    assert found.ci_low < EXPERIMENT < found.ci_high
    assert abs(found.estimate - EXPERIMENT) < 500


def test_its_placebo_fails_so_the_product_would_warn(people: pd.DataFrame) -> None:
    assert effect(people, "re75", BACKGROUND).p < 0.01
