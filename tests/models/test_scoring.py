"""Score formula v1: what it says is what it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scoring import CATEGORIES, FORMULA, LEAST_CALLS, REACTIONS, Tally, add, score, score_interval, weigh

TEN_MINUTES = 600_000


def tally(speech_ms: int = TEN_MINUTES, /, **moments: dict[str, int]) -> Tally:
    return Tally(1, speech_ms, moments, {}, 0)


@pytest.mark.parametrize("category", CATEGORIES)
def test_scoring_reference_rate_scores_fifty(category: str) -> None:
    found = score(tally(**{category: {"none": int(FORMULA.references[category])}}))
    assert found.scores[category] == pytest.approx(50)
    assert found.total == pytest.approx(50 / 3)


def test_scoring_twice_the_reference_scores_seventy_five() -> None:
    found = score(tally(proposal={"none": int(2 * FORMULA.references["proposal"])}))
    assert found.scores["proposal"] == pytest.approx(75)


def test_scoring_accepted_counts_more_than_declined() -> None:
    by_reaction = [score(tally(appeal={reaction: 3})).scores["appeal"] or 0 for reaction in REACTIONS]
    accepted, welcomed, deferred, declined, none = by_reaction
    assert accepted > welcomed > deferred == none > declined > 0


def test_scoring_too_little_speech_is_unknown_not_zero() -> None:
    found = score(tally(FORMULA.least_speech_ms - 1, proposal={"none": 2}))
    assert found.total is None and found.rates["proposal"] is None


def test_scoring_silence_of_moments_is_zero() -> None:
    assert score(tally()).total == 0


def test_scoring_moments_without_a_known_time_are_counted_and_in_no_rate() -> None:
    """The words of an imported transcript may have no times: five moments in no minutes would be a rate for nobody."""
    timed, untimed = tally(proposal={"accepted": 2, "none": 1}), tally(0, proposal={"accepted": 4, "none": 1})
    several = [add([timed, untimed]), add([add([untimed]), timed]), add([add([timed, untimed]), add([])])]
    for both in several:
        assert (both.calls, both.number("proposal")) == (2, 8)
        assert score(both) == score(timed)
    assert score(add([untimed])).total is None


counts = st.fixed_dictionaries({reaction: st.integers(0, 20) for reaction in REACTIONS})
tallies = st.builds(
    Tally,
    st.just(1),
    st.integers(0, 3_600_000),
    st.fixed_dictionaries(dict.fromkeys(CATEGORIES, counts)),
    st.fixed_dictionaries({"interest": st.integers(0, 9)}),
    st.integers(0, 9),
)


@given(tallies)
def test_scoring_stays_between_0_and_100(one: Tally) -> None:
    total = score(one).total
    assert total is None or 0 <= total <= 100


@given(tallies, tallies)
def test_scoring_added_up_loses_nothing(one: Tally, two: Tally) -> None:
    both = add([one, two])
    assert both.calls == 2
    assert both.operator_speech_ms == one.operator_speech_ms + two.operator_speech_ms
    for category in CATEGORIES:
        assert both.number(category) == one.number(category) + two.number(category)


def test_scoring_does_not_move_with_how_calls_are_cut() -> None:
    whole = tally(TEN_MINUTES, proposal={"none": 4})
    halves = [tally(TEN_MINUTES // 2, proposal={"none": 2})] * 2
    assert score(whole).total == score(add(halves)).total


def test_scoring_interval_holds_the_score_and_needs_ten_calls() -> None:
    some = [tally(proposal={"none": number % 4}) for number in range(LEAST_CALLS * 2)]
    interval = score_interval(weigh(some))
    total = score(add(some)).total
    assert interval is not None and total is not None
    assert interval[0] < total < interval[1]
    assert score_interval(weigh(some[: LEAST_CALLS - 1])) is None
    assert score_interval(weigh([tally()] * 40)) is None  # nothing found: nothing to resample


def test_scoring_interval_is_of_calls_in_which_an_operator_speaks() -> None:
    silent = [tally(0)] * 400
    speaking = [tally(proposal={"none": number % 4}) for number in range(LEAST_CALLS)]
    assert score_interval(weigh([*silent, *speaking])) == score_interval(weigh(speaking))
    assert score_interval(weigh([*silent, *speaking[1:]])) is None


def test_scoring_interval_is_the_same_however_few_resamples_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [tally(proposal={"none": number % 3}) for number in range(37)]
    whole = score_interval(weigh(some))
    monkeypatch.setattr("models.scoring.CELLS", 100)
    assert score_interval(weigh(some)) == whole


def test_scoring_interval_repeats() -> None:
    some = [tally(appeal={"none": number % 3}) for number in range(15)]
    assert score_interval(weigh(some)) == score_interval(weigh(some))
