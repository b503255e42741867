"""One invented centre: the four tables, and the truth behind them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.simulation.dirt import add_dirt
from models.simulation.frames import Frames, build_frames
from models.simulation.history import AS_OF, History, draw_history
from models.simulation.people import People, draw_people
from models.simulation.scenario import MOMENTS, Scenario
from models.simulation.truth import Law, switched

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Centre:
    """`expected` counts what a correct design excludes; `frames` are the tables as the product reads them."""

    scenario: Scenario
    seed: int
    frames: Frames
    people: People
    history: History
    law: Law
    expected: dict[str, int]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """The terms (n,) that a correct design analyses: called in the window, horizon over."""
        return self.history.called & ~self.history.pending

    def effect(self, name: str) -> dict[str, float]:
        """True effect on the exposed of a moment (or `any`): renewal, MRR change in yen, and the yen total."""
        present = self.history.present
        exposed = np.logical_or.reduce([present[key] for key in MOMENTS]) if name == "any" else present[name]
        rows = exposed & self.counted
        on, off = switched(present, name, True), switched(present, name, False)
        renewal = self.law.renewal(on) - self.law.renewal(off)
        mrr = self.history.mrr_before_yen
        yen = self.law.mrr_delta(mrr, on) - self.law.mrr_delta(mrr, off)
        return {
            "renewal": float(renewal[rows].mean()),
            "mrr_delta_yen": float(yen[rows].mean()),
            "yen_total": float(yen[rows].sum()),
            "n_exposed": int(rows.sum()),
        }

    def operator_differences(self) -> pd.Series:
        """Per operator, the true difference in renewal from the average operator on the same calls.

        What the operator says is part of the difference: the probability runs over the moments he would bring.
        """
        operators = self.scenario.operators
        expected = np.column_stack([self._renewal_under(operator) for operator in range(operators)])
        rows = np.flatnonzero(self.counted)
        own = expected[rows, self.people.operator[rows]] - expected[rows].mean(axis=1)
        means = pd.Series(own).groupby(self.people.operator[rows]).mean()
        means.index = [operator_id(number) for number in means.index]
        return means

    def truth(self) -> dict[str, object]:
        """Everything that `truth.json` tells."""
        differences = self.operator_differences()
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "note": "架空のデータです。 Everything here is invented.",
            "as_of": str(AS_OF),
            "effect_on_exposed": {name: self.effect(name) for name in (*MOMENTS, "any")},
            "operators": {str(name): float(value) for name, value in differences.items()},
            "excluded": self.expected,
        }

    def _renewal_under(self, operator: int) -> Floats:
        size = len(self.people.customer)
        who = np.full(size, operator)
        total = np.zeros(size)
        for code in range(2 ** len(MOMENTS)):
            present = {name: np.full(size, bool(code >> bit & 1)) for bit, name in enumerate(MOMENTS)}
            weight = np.ones(size)
            for name in MOMENTS:
                chance = self.law.moment(name, present["appeal"], who)
                weight *= np.where(present[name], chance, 1 - chance)
            total += weight * self.law.renewal(present, who)
        return total


def operator_id(number: int) -> str:
    """`OP001` is the first operator."""
    return f"OP{number + 1:03d}"


def draw_centre(scenario: Scenario, seed: int) -> Centre:
    """A centre of this kind; the same seed gives the same centre."""
    rng = np.random.default_rng([seed, sum(scenario.name.encode())])
    people = draw_people(scenario, int(scenario.terms * 1.15), rng)
    law = Law(scenario, people)
    history = draw_history(law, rng)
    frames, expected = build_frames(law, history, rng)
    if scenario.dirt:
        frames, expected = add_dirt(frames, expected, rng)
    return Centre(scenario, seed, frames, people, history, law, expected)
