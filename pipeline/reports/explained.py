"""What the help pages write out: the constants of the score formula with an example, and the lines of the estimate."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.contribution.dropped import DROPPED_TEXTS
from models.contribution.options import Options
from models.contribution.text import Message
from models.scoring import FORMULA, LEAST_CALLS, RESAMPLES, Formula, Score, Tally, score

EXAMPLE = Tally(
    calls=1,
    operator_speech_ms=480_000,
    moments={
        "appeal": {"none": 1, "welcomed": 1},
        "enablement": {"none": 4, "accepted": 2},
        "proposal": {"accepted": 1, "declined": 1},
    },
    signals={},
    success_phrases=0,
)


@dataclass(frozen=True, slots=True)
class ExplainedFormula:
    """`weighted`: the example's moments by category, each counted by its reaction."""

    formula: Formula
    least_calls: int
    resamples: int
    example: Tally
    weighted: Mapping[str, float]
    scored: Score


def explained_formula() -> ExplainedFormula:
    """The formula in force, with a call of eight minutes of operator speech as the example."""
    weights = FORMULA.reaction_weights
    weighted = {
        category: sum(weights[reaction] * number for reaction, number in by_reaction.items())
        for category, by_reaction in EXAMPLE.moments.items()
    }
    return ExplainedFormula(FORMULA, LEAST_CALLS, RESAMPLES, EXAMPLE, weighted, score(EXAMPLE))


def estimate_options() -> Options:
    """The windows of the estimate, and the lines below which it is refused or shown with a warning."""
    return Options()


def dropped_texts() -> Mapping[str, Message]:
    """What each count of rows that the estimate left out means."""
    return DROPPED_TEXTS
