"""Data that no estimate can be made of: a refusal or a counted exclusion in words, never a fault, never a number."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.contribution.closer import closer_look
from models.contribution.document import to_json
from models.contribution.estimate import estimate
from models.contribution.options import ANY, Options
from models.contribution.tables import Tables
from models.simulation.centre import draw_centre
from models.simulation.replicate import LAST_DAY, tables_of
from models.simulation.scenario import SCENARIOS

QUICK = Options(only=(ANY,), repetitions=1, second_opinion=False)
CENTRE = tables_of(draw_centre(SCENARIOS["tiny"], 5))
LARGE = tables_of(draw_centre(SCENARIOS["confounded"], 5))


def changed(data: Tables, **tables: pd.DataFrame) -> Tables:
    return replace(data, **tables)  # type: ignore[arg-type]  # names of tables only


COUNTS = [str(name) for name in CENTRE.calls if str(name).startswith("n_")]
REFUSED = {
    "no contracts": changed(CENTRE, contracts=CENTRE.contracts.iloc[:0]),
    "no calls": changed(CENTRE, calls=CENTRE.calls.iloc[:0]),
    "no outcomes": changed(CENTRE, outcomes=CENTRE.outcomes.iloc[:0]),
    "nothing at all": changed(
        CENTRE, **{name: getattr(CENTRE, name).iloc[:0] for name in ("calls", "contracts", "outcomes", "snapshots")}
    ),
    "only unusable amounts": changed(CENTRE, contracts=CENTRE.contracts.assign(mrr_yen=-5.0)),
    "everything in every call": changed(LARGE, calls=LARGE.calls.assign(**dict.fromkeys(COUNTS, 2))),
    "nothing in any call": changed(LARGE, calls=LARGE.calls.assign(**dict.fromkeys(COUNTS, 0))),
    "everybody renews": changed(
        LARGE, outcomes=LARGE.outcomes.assign(kind="renewed", mrr_after_yen=LARGE.outcomes["mrr_before_yen"])
    ),
    "calls in the future only": changed(
        LARGE, calls=LARGE.calls.assign(started_at=LARGE.calls["started_at"] + pd.Timedelta(days=4000))
    ),
}
DONE = {
    "nobody is on record as having left": changed(LARGE, outcomes=LARGE.outcomes[LARGE.outcomes["kind"] != "churned"]),
    "an operator for every call": changed(
        LARGE, calls=LARGE.calls.assign(operator_id=[f"O{number}" for number in range(len(LARGE.calls))])
    ),
    "one amount for everybody": changed(
        LARGE,
        contracts=LARGE.contracts.assign(mrr_yen=1000),
        outcomes=LARGE.outcomes.assign(
            mrr_before_yen=1000, mrr_after_yen=np.where(LARGE.outcomes["kind"] == "churned", 0, 1000)
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_estimated_is_refused_in_words_and_without_a_number(name: str) -> None:
    told = to_json(estimate(REFUSED[name], LAST_DAY, QUICK))
    assert told["status"] == "refuse"
    assert told["moments"][ANY].get("effects") in (None, {})
    json.dumps(told, allow_nan=False)
    closer_look(REFUSED[name], LAST_DAY, QUICK)


@pytest.mark.parametrize("name", DONE)
def test_odd_but_usable_data_give_finite_figures(name: str) -> None:
    json.dumps(to_json(estimate(DONE[name], LAST_DAY, QUICK)), allow_nan=False)
    closer_look(DONE[name], LAST_DAY, QUICK)
