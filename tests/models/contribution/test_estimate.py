"""The whole estimate on invented centres: what it says, and what it must not say."""

import json
from dataclasses import replace
from functools import cache

import pytest

from models.contribution.document import Json, to_json
from models.contribution.estimate import Contribution, estimate
from models.contribution.moments import PRIMARY, MomentEstimate
from models.contribution.operators import OperatorPage
from models.contribution.options import Options
from models.contribution.tables import Tables
from models.simulation.centre import Centre, draw_centre
from models.simulation.replicate import tables_of
from models.simulation.scenario import SCENARIOS
from tests.models.contribution.tables import AS_OF, call, event, tables, term

QUICK = Options(repetitions=1, second_opinion=False)


@cache
def centre(name: str) -> Centre:
    return draw_centre(SCENARIOS[name], 9)


@cache
def answer(name: str) -> Contribution:
    return estimate(tables_of(centre(name)), AS_OF, QUICK)


def numbers(value: object) -> list[float]:
    """Every number anywhere in a document, flags aside."""
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def codes(part: Json) -> set[str]:
    return {message["code"] for message in part["messages"]}


@pytest.mark.parametrize("outcome", ["renewal", "mrr_delta_yen"])
def test_the_truth_lies_in_the_interval_where_the_plain_difference_is_four_times_too_big(outcome: str) -> None:
    result, truth = answer("confounded").moments["proposal"], centre("confounded").effect("proposal")
    effect = result.effects[outcome]
    assert effect.ci_low < truth[outcome] < effect.ci_high
    assert result.checks is not None
    assert result.checks.naive["renewal"] > 4 * truth["renewal"]


def test_the_yen_total_is_the_effect_times_the_exposed_contracts() -> None:
    moment = to_json(answer("confounded"))["moments"]["proposal"]
    each, total = moment["mrr_delta_yen"], moment["yen_total"]
    exposed = moment["diagnostics"]["n_exposed"]
    assert exposed == centre("confounded").effect("proposal")["n_exposed"]
    for key in ("estimate", "ci_low", "ci_high"):
        assert total[key] == pytest.approx(each[key] * exposed)
        assert moment["yen_total_per_year"][key] == pytest.approx(total[key] * 12)


@pytest.mark.parametrize("scenario", ["confounded", "leakage", "dirty", "long_lived"])
def test_what_is_left_out_is_counted_exactly(scenario: str) -> None:
    dropped = answer(scenario).dropped
    expected = centre(scenario).expected
    assert {name: dropped[name] for name in expected} == expected
    assert len(answer(scenario).rows) == centre(scenario).counted.sum()


@pytest.mark.parametrize("scenario", ["leakage", "long_lived"])
def test_leaks_and_long_lives_do_not_become_effects(scenario: str) -> None:
    assert not any(moment.claims for moment in answer(scenario).moments.values())


def test_a_hidden_cause_is_caught_by_the_placebo_and_nothing_is_claimed() -> None:
    document = to_json(answer("hidden"))
    assert document["status"] == "warn"
    for moment in document["moments"].values():
        assert "placebo_failed" in codes(moment)
        assert not any(moment[name]["claim"] for name in ("renewal", "mrr_delta_yen", "upsell"))


def test_without_anyone_to_compare_the_moment_is_refused_with_cause_and_remedy() -> None:
    moment = to_json(answer("no_overlap"))["moments"]["proposal"]
    assert set(moment) == {"status", "messages"}
    assert codes(moment) == {"no_overlap", "experiment"}
    assert "実効比較数" in moment["messages"][0]["ja"]
    assert "health_score" in moment["messages"][0]["en"]  # only the healthy were pitched


def test_a_refused_document_holds_no_figure_but_the_counts_of_rows() -> None:
    document = to_json(answer("tiny"))
    assert document["status"] == "refuse"
    assert document["operators"] == {}
    assert numbers({key: value for key, value in document.items() if key not in ("dropped", "method")}) == []


def test_the_same_seed_gives_the_same_document_and_it_is_plain_json() -> None:
    first = json.dumps(to_json(answer("dirty")), allow_nan=False, sort_keys=True)
    again = json.dumps(to_json(estimate(tables_of(centre("dirty")), AS_OF, QUICK)), allow_nan=False, sort_keys=True)
    assert first == again


def test_every_message_is_in_both_languages_and_what_is_not_ok_offers_the_experiment() -> None:
    for name in ("tiny", "hidden", "no_overlap", "confounded"):
        result = answer(name)
        parts: list[Contribution | MomentEstimate | OperatorPage] = [result, *result.moments.values(), result.operators]
        for part in parts:
            assert all(message.ja and message.en for message in part.messages)
            assert (part.status == "ok") == (not part.messages)
            assert not part.messages or part.messages[-1].code == "experiment"


def test_an_interval_that_excludes_zero_is_not_a_claim_before_holm_over_the_family() -> None:
    result = answer("confounded")
    shown = [moment for moment in result.moments.values() if moment.status == "ok"]
    family = [(moment.effects[name].p, name in moment.claims) for moment in shown for name in PRIMARY]
    claimed = [p for p, claim in family if claim]
    assert len(family) == 10
    assert all(p * (len(family) - len(claimed) + 1) < 0.05 for p in claimed)


def test_a_success_phrase_within_a_moment_is_not_adjusted_away() -> None:
    proposal, phrase = (answer("confounded").moments[name].checks for name in ("proposal", "success_phrase"))
    assert proposal is not None and phrase is not None
    assert proposal.others == ("appeal", "enablement")
    assert phrase.others == ()


def changed(**frames: object) -> Tables:
    return replace(tables_of(centre("confounded")), **frames)  # type: ignore[arg-type]


def refusal(data: Tables) -> set[str]:
    document = to_json(estimate(data, AS_OF, QUICK))
    assert document["status"] == "refuse"
    return codes(document)


def test_no_outcomes_at_all_is_refused() -> None:
    events = tables_of(centre("confounded")).outcomes
    assert "no_outcomes" in refusal(changed(outcomes=events.iloc[:0]))
    assert "no_outcomes" in refusal(changed(outcomes=events[events["kind"] == "upsell"]))


def test_all_renewed_is_refused() -> None:
    events = tables_of(centre("confounded")).outcomes
    assert "too_few_terms" in refusal(
        changed(outcomes=events.assign(kind=events["kind"].replace("churned", "renewed")))
    )


@pytest.mark.parametrize("customers", [4, 19])
def test_many_terms_of_few_customers_never_give_a_number(customers: int) -> None:
    drawn = tables_of(centre("confounded"))
    contracts = drawn.contracts.assign(customer_id=[f"U{row % customers}" for row in range(len(drawn.contracts))])
    calls = drawn.calls.drop(columns="customer_id")
    assert "too_few_customers" in refusal(changed(calls=calls, contracts=contracts, snapshots=drawn.snapshots.iloc[:0]))


def test_one_operator_is_refused() -> None:
    calls = tables_of(centre("confounded")).calls
    assert "one_operator" in refusal(changed(calls=calls.assign(operator_id="OP1")))


def test_calls_without_any_moment_column_are_refused() -> None:
    calls = tables_of(centre("confounded")).calls
    assert "no_moments" in refusal(changed(calls=calls.drop(columns=calls.filter(like="n_").columns)))


def test_four_customers_never_give_a_number() -> None:
    terms = [term(f"K{i}", customer_id=f"U{i % 4}") for i in range(8)]
    calls = [call(f"c{i}", "2025-05-01 10:00", contract_id=f"K{i}", n_proposal=i % 2) for i in range(8)]
    events = [event("2025-06-20", "renewed" if i % 3 else "churned", 10_000, 10_000, f"K{i}") for i in range(8)]
    assert "too_few_terms" in refusal(tables(calls, terms, events))


def test_no_calls_at_all_is_refused() -> None:
    assert "too_few_terms" in refusal(changed(calls=tables_of(centre("confounded")).calls.iloc[:0]))


def test_without_snapshots_it_warns_that_the_customers_condition_is_unknown() -> None:
    snapshots = tables_of(centre("confounded")).snapshots
    document = to_json(estimate(changed(snapshots=snapshots.iloc[:0]), AS_OF, QUICK))
    assert "no_condition" in codes(document["moments"]["proposal"])


def test_a_moment_that_never_or_always_happens_is_refused_alone() -> None:
    calls = tables_of(centre("confounded")).calls
    result = estimate(changed(calls=calls.assign(n_appeal=0)), AS_OF, QUICK)
    assert result.moments["appeal"].status == "refuse"
    assert result.moments["proposal"].effects


def test_the_taggers_own_errors_are_shown_beside_the_estimate() -> None:
    told = estimate(tables_of(centre("confounded")), AS_OF, replace(QUICK, detector={"proposal": (0.9, 0.8)}))
    plain, shown = answer("confounded").moments["proposal"], told.moments["proposal"]
    assert shown.effects == plain.effects
    assert shown.checks is not None and shown.checks.attenuation is not None
    assert 0.6 < shown.checks.attenuation < 0.9


def test_sentences_claim_an_effect_only_where_the_document_does() -> None:
    for name in ("confounded", "hidden", "dirty"):
        for moment in to_json(answer(name))["moments"].values():
            if moment["status"] == "refuse":
                assert "sentences" not in moment
                continue
            said = {message["code"]: message for message in moment["sentences"]}
            assert ("効果(推定)" in said["estimate"]["ja"]) == moment["renewal"]["claim"]
            assert {"naive", "comparison", "placebo", "hidden_factor", "detectable"} <= set(said)


def test_churn_in_time_is_shown_with_the_team_effect_and_goes_with_it() -> None:
    shown = to_json(answer("long_lived"))["churn_in_time"]["monthly_odds_ratio"]
    assert shown["ci_low"] < 1.0 < shown["ci_high"]
    assert "churn_in_time" not in to_json(answer("tiny"))
