"""The placebo: an "effect" on events before the call cannot be one, so finding it means something is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.contribution.aipw import Outcome, cross_fit, effect_on_exposed, folds_of
from models.contribution.design import HISTORY_BLOCK, Design
from models.contribution.inference import Interval, holm
from models.contribution.learners import Linear
from models.contribution.options import Options

KIND = "earlier_change"  # +1 for an upsell before the call, −1 for a downgrade: one test has more power than two


@dataclass(frozen=True, slots=True)
class Placebo:
    """One placebo test: of `kind`, for one moment. `p_adjusted` is over the whole data set (Holm)."""

    kind: str
    effect: Interval
    p_adjusted: float
    failed: bool


def placebos(designs: list[Design], options: Options) -> dict[str, list[Placebo]]:
    """Per moment, the tests that can be run: at least 20 events, in both groups. Empty lists where none can."""
    found: dict[tuple[str, str], Interval] = {}
    for design in designs:
        change = Outcome(design.column("earlier_upsell") - design.column("earlier_downgrade"), binary=False)
        if _enough(change, design, options):
            found[design.name, KIND] = placebo_effects(design, {KIND: change}, options)[KIND]
    adjusted = holm({key: effect.p for key, effect in found.items()})
    results: dict[str, list[Placebo]] = {design.name: [] for design in designs}
    for (name, kind), effect in found.items():
        p = adjusted[name, kind]
        results[name].append(Placebo(kind, effect, p, p < options.lines.placebo_level))
    return results


def _enough(outcome: Outcome, design: Design, options: Options) -> bool:
    events = [np.count_nonzero(outcome.y[design.d == arm]) for arm in (0, 1)]
    return bool(sum(events) >= options.lines.placebo_events and min(events) > 0)


def placebo_effects(design: Design, outcomes: Mapping[str, Outcome], options: Options) -> dict[str, Interval]:
    """The effects of the exposure on what was settled before the call, by the same estimator."""
    x = design.matrix(without=(HISTORY_BLOCK,))
    fits = [
        cross_fit(
            x,
            design.d,
            outcomes,
            folds_of(design.clusters.customer, options.folds, np.random.default_rng([options.seed, repetition])),
            Linear(),
        )
        for repetition in range(options.repetitions)
    ]
    return {
        name: effect_on_exposed(outcome.y, design.d, fits, name, design.clusters) for name, outcome in outcomes.items()
    }
