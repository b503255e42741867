"""What the self-test found when it was last run at full length: kept beside the code, shown on the help page."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.contribution.options import METHOD_VERSION
from models.simulation.selftest import Figure

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
    """Write the figures; what `path` holds of other scenarios stays, with the version that it was measured with."""
    new = list(figures)
    before = read_measured(path) if path.exists() else Measured({}, ())
    replaced = {figure.scenario for figure in new}
    old = [figure for figure in before.figures if figure.scenario not in replaced]
    methods = before.methods | dict.fromkeys(replaced, METHOD_VERSION)
    document = {"methods": methods, "figures": [asdict(figure) for figure in [*old, *new]]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
