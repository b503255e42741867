import pytest

from models.evaluation.tags import Labelled, LabelledCall, counts_of, evaluate

GROUPS = {"operator": ("proposal", "appeal")}


def text_call(call_id: str, *pairs: tuple[str, str]) -> LabelledCall:
    """Sentences as (true labels, predicted labels), labels separated by blanks."""
    return LabelledCall(
        call_id,
        tuple(Labelled("operator", frozenset(true.split())) for true, _ in pairs),
        tuple(Labelled("operator", frozenset(guess.split())) for _, guess in pairs),
    )


def test_precision_recall_and_f1_by_hand() -> None:
    # two of three predictions are right, two of four sentences found: P 2/3, R 1/2, F1 4/7
    call = text_call("a", ("proposal",) * 2, ("proposal",) * 2, ("", "proposal"), ("proposal", ""), ("proposal", ""))
    found = evaluate([call], GROUPS).labels["proposal"]
    assert (found.precision, found.recall, found.f1) == pytest.approx((2 / 3, 1 / 2, 4 / 7))
    assert found.support == 4


def test_the_macro_mean_leaves_out_labels_that_never_occur() -> None:
    report = evaluate([text_call("a", ("proposal", "proposal"))], GROUPS)
    assert report.macro == {"operator": 1.0}


def test_the_interval_comes_from_resampling_calls() -> None:
    good, bad = text_call("a", ("proposal", "proposal")), text_call("b", ("proposal", ""))
    found = evaluate([good, bad], GROUPS).labels["proposal"]
    assert (found.ci_low, found.ci_high) == (0.0, 1.0)
    assert evaluate([good, good], GROUPS).labels["proposal"].ci_low == 1.0


def timed(speaker: str, start: float, end: float, *labels: str) -> Labelled:
    return Labelled(speaker, frozenset(labels), start, end)


@pytest.mark.parametrize(
    ("guess", "right"),
    [
        (timed("operator", 0.0, 2.0, "proposal"), 1),
        (timed("operator", 1.0, 3.0, "proposal"), 1),  # half of the shorter stretch
        (timed("operator", 1.5, 3.5, "proposal"), 0),
        (timed("customer", 0.0, 2.0, "proposal"), 0),
        (timed("operator", 0.0, 2.0, "appeal"), 0),
    ],
)
def test_in_time_half_of_the_shorter_stretch_must_be_shared(guess: Labelled, right: int) -> None:
    call = LabelledCall("a", (timed("operator", 0.0, 2.0, "proposal"),), (guess,))
    counts = counts_of(call, "proposal")
    assert (counts.right, counts.found, counts.true) == (right, right, 1)


def test_one_long_utterance_finds_every_sentence_in_it_and_is_right_once() -> None:
    truth = (timed("operator", 0, 2, "proposal"), timed("operator", 2, 4, "proposal"))
    counts = counts_of(LabelledCall("a", truth, (timed("operator", 0, 4, "proposal"),)), "proposal")
    assert (counts.predicted, counts.right, counts.true, counts.found) == (1, 1, 2, 2)
