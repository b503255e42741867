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
    """`method`: version of the estimate that was tested; `figures` of every scenario that was run."""

    method: str
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
    return Measured(document["method"], tuple(Figure(**figure) for figure in document["figures"]))


def keep_measured(path: Path, figures: Iterable[Figure]) -> None:
    """Write the figures; what `path` holds of other scenarios by the same method stays."""
    new = list(figures)
    before = read_measured(path) if path.exists() else Measured(METHOD_VERSION, ())
    replaced = {figure.scenario for figure in new}
    old = [figure for figure in before.figures if figure.scenario not in replaced and before.method == METHOD_VERSION]
    document = {"method": METHOD_VERSION, "figures": [asdict(figure) for figure in [*old, *new]]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
