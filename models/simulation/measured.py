"""What the self-test found when it was last run at full length: kept beside the code, shown on the help page."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.contribution.options import METHOD_VERSION
from models.simulation.figure import Figure

SHIPPED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of every scenario that was run; `methods`: which version of the estimate each scenario tested."""

    methods: dict[str, str]
    figures: tuple[Figure, ...]

    def find(self, scenario: str, name: str) -> Figure:
        """One figure. Raises `KeyError` if it was not measured."""
        for figure in self.figures:
            if (figure.scenario, figure.name) == (scenario, name):
                return figure
        raise KeyError(scenario, name)

    def value(self, scenario: str, name: str) -> float:
        """Its value."""
        return self.find(scenario, name).value


def read_measured(path: Path = SHIPPED) -> Measured:
    """The figures kept in `path`."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Measured(document["methods"], tuple(Figure(**figure) for figure in document["figures"]))


def keep_measured(path: Path, figures: Iterable[Figure]) -> None:
    """Write the figures into `path`. What it holds of other scenarios stays, with the version that it was measured
    with, and so do other figures of the same scenario if they rest on the method in use.
    """
    new = {(figure.scenario, figure.name): figure for figure in figures}
    before = read_measured(path) if path.exists() else Measured({}, ())
    measured = {scenario for scenario, _ in new}
    outdated = {scenario for scenario in measured if before.methods.get(scenario) != METHOD_VERSION}
    kept = {(figure.scenario, figure.name): figure for figure in before.figures if figure.scenario not in outdated}
    methods = before.methods | dict.fromkeys(sorted(measured), METHOD_VERSION)
    order = {scenario: position for position, scenario in enumerate(methods)}
    together = sorted((kept | new).values(), key=lambda figure: order[figure.scenario])
    document = {"methods": methods, "figures": [asdict(figure) for figure in together]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
