"""On request: doses, other windows; and a text for every count."""

import json

import pytest

from models.contribution.closer import closer_look
from models.contribution.covariates import covariates
from models.contribution.document import to_json
from models.contribution.dose import dose_effects
from models.contribution.dropped import DROPPED_TEXTS
from models.contribution.estimate import estimate
from models.contribution.index_calls import index_calls
from models.contribution.nrr import nrr_without_contribution
from models.contribution.options import ANY, Options
from models.contribution.stability import CHOICES, stability
from models.contribution.tables import Tables, guard
from models.simulation.centre import draw_centre
from models.simulation.replicate import tables_of
from models.simulation.scenario import SCENARIOS
from tests.models.contribution.tables import AS_OF

QUICK = Options(only=(ANY,), repetitions=1, second_opinion=False)


@pytest.fixture(scope="module")
def data() -> Tables:
    return tables_of(draw_centre(SCENARIOS["confounded"], 9))


def test_each_dose_is_compared_with_none(data: Tables) -> None:
    guarded = guard(data, AS_OF)
    rows, _ = index_calls(guarded, QUICK)
    known = covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)
    found = dose_effects(rows, known, "enablement", QUICK)
    for dose, count in (("once", 1), ("twice_or_more", 2)):
        checks = found[dose].checks
        assert checks is not None
        assert checks.n_exposed == (rows["n_enablement"] == count).sum()
        assert checks.n - checks.n_exposed == (rows["n_enablement"] == 0).sum()


def test_where_nobody_has_a_dose_or_nobody_has_none_it_is_refused(data: Tables) -> None:
    always = data.calls.assign(n_enablement=2)
    guarded = guard(Tables(always, data.contracts, data.outcomes, data.snapshots), AS_OF)
    rows, _ = index_calls(guarded, QUICK)
    known = covariates(rows, guarded.calls, guarded.terms, guarded.snapshots)
    assert {name: one.status for name, one in dose_effects(rows, known, "enablement", QUICK).items()} == {
        "once": "refuse",
        "twice_or_more": "refuse",
    }


def test_other_windows_are_shown_beside_the_chosen_one(data: Tables) -> None:
    found = stability(data, AS_OF, QUICK)
    assert set(found) == set(CHOICES)
    chosen = estimate(data, AS_OF, QUICK).moments[ANY].effects["renewal"]
    assert found["as_chosen"] == chosen
    assert found["window_four_thirds"] == chosen  # the centre has no earlier calls
    assert len({effect.estimate for effect in found.values() if effect}) == len(CHOICES) - 1


def test_every_count_of_rows_left_out_has_its_words(data: Tables) -> None:
    assert set(to_json(estimate(data, AS_OF, QUICK))["dropped"]) == set(DROPPED_TEXTS)


def test_nrr_without_the_contribution_by_hand(data: Tables) -> None:
    answer = estimate(data, AS_OF, QUICK)
    rows = answer.rows
    scores = answer.moments[ANY].yen_scores
    assert scores is not None
    exposed = rows[(scores["exposed"] == 1) & (rows["day"] >= "2024-07-01") & (rows["day"] <= "2025-03-03")]
    before = rows.drop_duplicates("customer_id").set_index("customer_id")["mrr_yen"]
    found = nrr_without_contribution(
        answer, before, before * 1.1, AS_OF.replace(year=2024, month=7, day=1), AS_OF.replace(month=7, day=1)
    )
    assert found is not None
    each = answer.moments[ANY].effects["mrr_delta_yen"].estimate
    assert found.nrr == pytest.approx(1.1)
    assert found.n_exposed == len(exposed)
    assert found.without == pytest.approx(1.1 - each * len(exposed) / before.sum())


def test_nrr_is_not_split_where_the_team_effect_is_refused() -> None:
    answer = estimate(tables_of(draw_centre(SCENARIOS["tiny"], 9)), AS_OF, QUICK)
    before = answer.rows.set_index("customer_id")["mrr_yen"]
    assert nrr_without_contribution(answer, before, before, AS_OF, AS_OF) is None


def test_a_closer_look_holds_doses_choices_and_curves_and_nothing_for_thin_data(data: Tables) -> None:
    found = closer_look(data, AS_OF, QUICK)
    assert set(found["dose"]) == {"appeal", "enablement", "proposal", "success_phrase"}
    assert set(found["other_choices"]) == set(CHOICES)
    assert found["survival"]["exposed"]["share"][-1] < 1.0
    json.dumps(found, allow_nan=False)
    assert closer_look(tables_of(draw_centre(SCENARIOS["tiny"], 9)), AS_OF, QUICK) == {}
