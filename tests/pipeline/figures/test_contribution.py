"""The moments of the night reach the estimate as they were found, and unknown stays unknown."""

from datetime import UTC, datetime

import pandas as pd

from models.scoring import Tally
from pipeline.figures.contribution import moments_found, with_moments
from pipeline.nights.reporting import _tables
from pipeline.outcomes.load import empty_table
from pipeline.reports.build import Material
from pipeline.store.call_facts import CallFacts
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from pipeline.store.transcripts import Tagging

SAID = CallFacts(utterances=5)


def calls(*ids: str, **counts: list[float | None]) -> pd.DataFrame:
    frame = pd.DataFrame({"call_id": ids}, dtype="string")
    for name in ("n_appeal", "n_enablement", "n_proposal", "n_success_phrase"):
        frame[name] = pd.array(counts.get(name, [None] * len(ids)), dtype="Float64")
    return frame


def tally(proposals: int, phrases: int = 0) -> Tally:
    return Tally(1, 60_000, {"proposal": {"none": proposals}}, {}, phrases)


def test_contribution_takes_what_the_night_found() -> None:
    found = with_moments(calls("C1"), moments_found(["C1"], [tally(2, phrases=3)], [SAID])).iloc[0]
    assert (found["n_proposal"], found["n_appeal"], found["n_success_phrase"]) == (2, 0, 3)


def test_contribution_night_goes_before_the_users_own_count() -> None:
    found = with_moments(calls("C1", n_proposal=[9]), moments_found(["C1"], [tally(1)], [SAID]))
    assert found["n_proposal"].tolist() == [1]


def test_contribution_call_without_analysis_keeps_its_count_or_stays_unknown() -> None:
    found = with_moments(calls("C1", "C2", n_proposal=[4, None]), moments_found([], [], []))
    assert found["n_proposal"].iloc[0] == 4
    assert found["n_proposal"].isna().tolist() == [False, True]


def test_contribution_call_in_which_nobody_is_known_to_be_the_operator_is_unknown() -> None:
    silent, nobody = Tally(1, 0, {}, {}, 0), CallFacts(0)
    both = moments_found(["C1", "C2"], [silent, silent], [nobody, None])
    found = with_moments(calls("C1", "C2", n_proposal=[4, None]), both)
    assert found["n_proposal"].iloc[0] == 4
    assert found["n_proposal"].isna().tolist() == [False, True]
    several = with_moments(calls("C1"), moments_found(["C1", "C1"], [silent, tally(2)], [nobody, SAID]))
    assert several["n_proposal"].tolist() == [2]


def test_contribution_call_without_times_counts_although_no_minutes_of_it_are_known() -> None:
    untimed = Tally(1, 0, {"proposal": {"none": 0}}, {}, 0)
    assert with_moments(calls("C1"), moments_found(["C1"], [untimed], [SAID]))["n_proposal"].tolist() == [0]


def test_contribution_recordings_of_one_call_add_up() -> None:
    found = with_moments(calls("C1"), moments_found(["C1", "C1"], [tally(1), tally(2)], [SAID, SAID]))
    assert found["n_proposal"].tolist() == [3]


def test_contribution_of_the_night_knows_which_contracts_have_a_hole(store: Store) -> None:
    contracts, outcomes = empty_table("contracts"), empty_table("outcomes")
    loads = {"outcomes": {"load_id": 1, "holes": ["K1"]}}
    material = Material(1, datetime.now(UTC), {}, loads, {}, (), contracts, outcomes)
    with store.reading() as connection:
        pins = Pins(1, "s", Tagging("d", "r"), "f", {})
        assert _tables(connection, pins, material, moments_found((), (), ())).holes == {"K1"}
