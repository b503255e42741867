"""Score formula v1: moments per ten minutes of operator speech, weighted by the customer's reaction, as 0 to 100.

Written out for users at `/help/score`, from the constants below.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CATEGORIES = ("appeal", "enablement", "proposal")
REACTIONS = ("accepted", "welcomed", "deferred", "declined", "none")


@dataclass(frozen=True, slots=True)
class Formula:
    """The constants of one version of the formula.

    `reaction_weights`: what one moment counts, by the customer's answer to it.
    `references`: the rate per ten minutes that scores 50; rounded medians of 24 scripted calls, not a norm.
    `least_speech_ms`: below it a rate is noise, and the score is unknown.
    """

    version: str = "score-1"
    reaction_weights: Mapping[str, float] = field(
        default_factory=lambda: {"accepted": 1.5, "welcomed": 1.25, "deferred": 1.0, "none": 1.0, "declined": 0.5}
    )
    references: Mapping[str, float] = field(
        default_factory=lambda: {"appeal": 6.0, "enablement": 12.0, "proposal": 5.0}
    )
    least_speech_ms: int = 30_000


FORMULA = Formula()


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in one call, or in several added up.

    `moments[category][reaction]` = how many; `signals[label]` = moments of the customer. `untimed`: those of `moments`
    in calls whose words have no times, so that nobody knows how long the operator spoke: they are in no rate.
    """

    calls: int
    operator_speech_ms: int
    moments: Mapping[str, Mapping[str, int]]
    signals: Mapping[str, int]
    success_phrases: int
    untimed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def tells(self) -> bool:
        """Whether it shows that an operator was heard; else what was said may be unknown, which is not zero."""
        return self.operator_speech_ms > 0 or any(self.number(category) for category in CATEGORIES)

    def number(self, category: str) -> int:
        """How many moments of a category, whatever the reaction."""
        return sum(self.moments.get(category, {}).values())

    def timed(self, category: str) -> Mapping[str, int]:
        """The moments of a category that rates are of, by reaction."""
        all_of_it, untimed = self.moments.get(category, {}), self.untimed.get(category)
        return {name: number - untimed[name] for name, number in all_of_it.items()} if untimed else all_of_it


@dataclass(frozen=True, slots=True)
class Score:
    """`rates` and `weighted_rates` per ten minutes of operator speech; `scores` 0 to 100. None is unknown."""

    formula_version: str
    rates: Mapping[str, float | None]
    weighted_rates: Mapping[str, float | None]
    scores: Mapping[str, float | None]
    total: float | None


def add(tallies: Iterable[Tally]) -> Tally:
    """The tally of several calls together: rates are then ratios of sums, so long calls do not count twice."""
    calls = speech = phrases = 0
    moments, untimed = ({category: dict.fromkeys(REACTIONS, 0) for category in CATEGORIES} for _ in range(2))
    signals: dict[str, int] = {}
    for tally in tallies:
        calls += tally.calls
        speech += tally.operator_speech_ms
        phrases += tally.success_phrases
        for category, by_reaction in tally.moments.items():
            for reaction, number in by_reaction.items():
                moments[category][reaction] += number
        for category, by_reaction in (tally.untimed if tally.operator_speech_ms else tally.moments).items():
            for reaction, number in by_reaction.items():
                untimed[category][reaction] += number
        for label, number in tally.signals.items():
            signals[label] = signals.get(label, 0) + number
    return Tally(calls, speech, moments, signals, phrases, untimed)


def score(tally: Tally, formula: Formula = FORMULA) -> Score:
    """Rate R = weighted moments ÷ operator speech × 10 min; score = 100 × (1 − 2^(−R ÷ reference)); total = their mean.

    Two proposals, one of them accepted, in five minutes of operator speech: (1 + 1.5) ÷ 5 × 10 = 5.0 per ten
    minutes, the reference, hence 50:

    >>> tally = Tally(1, 300_000, {"proposal": {"none": 1, "accepted": 1}}, {}, 0)
    >>> score(tally).weighted_rates["proposal"], score(tally).scores["proposal"]
    (5.0, 50.0)
    """
    known = tally.operator_speech_ms >= formula.least_speech_ms
    rates: dict[str, float | None] = dict.fromkeys(CATEGORIES)
    weighted: dict[str, float | None] = dict.fromkeys(CATEGORIES)
    scores: dict[str, float | None] = dict.fromkeys(CATEGORIES)
    if not known:
        return Score(formula.version, rates, weighted, scores, None)
    tens = tally.operator_speech_ms / 600_000
    total = 0.0
    for category in CATEGORIES:
        heavy = _weighted(tally, category, formula)
        points = 100 * (1 - 2 ** (-heavy / tens / formula.references[category]))
        rates[category] = sum(tally.timed(category).values()) / tens
        weighted[category] = heavy / tens
        scores[category] = points
        total += points / len(CATEGORIES)
    return Score(formula.version, rates, weighted, scores, total)


LEAST_CALLS = 10
RESAMPLES = 2_000
CELLS = 500_000  # of the resamples drawn at once: 4 MB of indices


Weighed = np.ndarray[Any, np.dtype[np.float64]]  # a row for each call: weighted moments by category, speech in ms


def weigh(tallies: Sequence[Tally], formula: Formula = FORMULA) -> Weighed:
    """What the score of each call is made of, in the few bytes that an interval needs: calls × (categories + 1)."""
    rows = [
        [*(_weighted(tally, category, formula) for category in CATEGORIES), tally.operator_speech_ms]
        for tally in tallies
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, len(CATEGORIES) + 1)


def score_interval(weighed: Weighed, formula: Formula = FORMULA, seed: int = 1) -> tuple[float, float] | None:
    """95 % interval of the total score of these calls together, by resampling whole calls in which an operator speaks.

    The others have no rate, and a resample of them alone would have none. None below `LEAST_CALLS` calls, where the
    score itself is unknown, or where no call holds a moment: an interval from a handful of calls, or from calls that
    are all alike, would claim a precision that is not there.
    """
    weighed = weighed[weighed[:, -1] > 0]
    if len(weighed) < LEAST_CALLS or weighed[:, -1].sum() < formula.least_speech_ms or not weighed[:, :-1].any():
        return None
    weights, tens = np.ascontiguousarray(weighed[:, :-1]), weighed[:, -1] / 600_000
    rates = np.vstack(
        [
            weights[chosen].sum(axis=1) / tens[chosen].sum(axis=1, keepdims=True)
            for chosen in _resamples(len(weighed), np.random.default_rng(seed))
        ]
    )
    references = np.array([formula.references[category] for category in CATEGORIES])
    totals = (100 * (1 - 2 ** (-rates / references))).mean(axis=1)
    low, high = np.percentile(totals, [2.5, 97.5])
    return float(low), float(high)


def _resamples(size: int, generator: np.random.Generator) -> Iterator[np.ndarray[Any, np.dtype[np.int64]]]:
    """`RESAMPLES` draws of `size` rows, a few at a time: all at once, a year of calls would take gigabytes."""
    at_once = max(1, CELLS // size)
    for start in range(0, RESAMPLES, at_once):
        yield generator.integers(0, size, (min(at_once, RESAMPLES - start), size))


def _weighted(tally: Tally, category: str, formula: Formula) -> float:
    by_reaction = tally.timed(category)
    return sum(formula.reaction_weights[reaction] * number for reaction, number in by_reaction.items())
