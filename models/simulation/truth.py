"""The laws of the invented centre: how likely a moment, a renewal and an upsell are, whoever asks.

The links are probits with a floor and a ceiling and a bent health term, not the logits that the estimate fits.
An earlier downgrade weighs on the renewal but does not itself change what is said in the call: where it does, the
placebo warns although nothing is missing.
"""

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

from models.simulation.people import People
from models.simulation.scenario import MOMENTS, REASONS, Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UPSELL_SHARE = (0.10, 0.40)  # of the MRR, uniform
SHRINK_SHARE = (0.10, 0.30)
_REASON_PITCH = np.array([-0.5, -0.1, 0.1, -0.3, 0.5])
_REASON_KEEP = np.array([-0.7, -0.1, 0.1, -0.25, 0.15])


@dataclass(frozen=True, slots=True)
class Law:
    """The centre's probabilities, all vectorised over terms; `operator` may be another than the actual one."""

    scenario: Scenario
    people: People

    def moment(self, name: str, appeal: Bools, operator: NDArray[np.int64] | None = None) -> Floats:
        """Probability of a moment in the index call (n,). Only a proposal depends on whether there was an appeal."""
        people, scenario = self.people, self.scenario
        who = people.operator if operator is None else operator
        pitch = scenario.operator_pull * people.pitch[who]
        if name == "appeal":
            return ndtr(-0.9 + 0.35 * people.health + 0.8 * pitch)
        if name == "enablement":
            return ndtr(-0.5 + 0.15 * people.health + 0.5 * pitch - 0.4 * _REASON_PITCH[people.reason])
        if scenario.deterministic:
            return np.where(people.health > 0.2, 0.985, 0.004)
        bent = np.tanh(0.9 * people.health) + 0.12 * people.health
        return ndtr(
            -0.35
            + scenario.health_pull * bent
            + pitch
            + _REASON_PITCH[people.reason]
            + 0.15 * (people.plan == 2)
            + 0.25 * appeal
        )

    def renewal(self, present: dict[str, Bools], operator: NDArray[np.int64] | None = None) -> Floats:
        """Probability of renewal (n,) given which moments are present."""
        people, scenario = self.people, self.scenario
        who = people.operator if operator is None else operator
        factor = np.array([scenario.reason_effect.get(reason, 1.0) for reason in REASONS])[people.reason]
        score = (
            0.85
            + 0.68 * people.health
            - 0.06 * people.health**2
            + scenario.skill * people.skill[who]
            + _REASON_KEEP[people.reason]
            + 0.15 * (people.plan == 2)
            - 0.25 * people.earlier_downgrade
        )
        for name in MOMENTS:
            score = score + scenario.effect[name] * present[name] * (factor if name == "proposal" else 1.0)
        return 0.02 + 0.96 * ndtr(score)

    def upsell(self, proposal: Bools) -> Floats:
        """Probability of an upsell after a renewal (n,)."""
        return ndtr(-1.5 + 0.25 * self.people.health + self.scenario.upsell_effect * proposal)

    def shrink(self) -> Floats:
        """Probability of a downgrade after a renewal without an upsell (n,)."""
        return ndtr(-1.7 - 0.4 * self.people.health)

    def mrr_delta(self, mrr_yen: Floats, present: dict[str, Bools]) -> Floats:
        """Expected change of MRR in yen (n,), churn included."""
        renewal, upsell = self.renewal(present), self.upsell(present["proposal"])
        grow, fall = np.mean(UPSELL_SHARE), np.mean(SHRINK_SHARE)
        change: Floats = mrr_yen * (renewal * (upsell * grow - (1 - upsell) * self.shrink() * fall) - (1 - renewal))
        return change


def ndtr(z: Floats) -> Floats:
    """The standard normal distribution function."""
    return np.asarray(scipy.special.ndtr(z), dtype=np.float64)


def switched(present: dict[str, Bools], name: str, on: bool) -> dict[str, Bools]:
    """The same moments with one of them on or off everywhere; `any` switches all off."""
    size = len(present["proposal"])
    if name == "any":
        return present if on else {key: np.zeros(size, dtype=bool) for key in present}
    return present | {name: np.full(size, on)}
