"""A dictionary as a file gave it: what could be read, where each entry stands, and every row that cannot be used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from phrases.entry import PhraseSet
from phrases.messages import PhraseError, Problem


@dataclass(frozen=True)
class Loaded:
    """`phrase_set` holds the rows that can be used; `problems` are those of the others.

    `places`: the row of a table or the line of a YAML file by the id of its entry, as `edit.csv:12`. `version` is the
    one that the file was exported from; empty if it does not say.
    """

    phrase_set: PhraseSet
    places: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    problems: tuple[Problem, ...] = ()

    def whole(self) -> PhraseSet:
        """The dictionary, if every row can be used. Raises `PhraseError` with every one that cannot."""
        if self.problems:
            raise PhraseError(self.problems)
        return self.phrase_set

    def with_found(self, found: Iterable[Problem]) -> tuple[Problem, ...]:
        """The file's own problems and those `found` in its entries, in the order of the rows."""
        return tuple(sorted((*self.problems, *map(self._placed, found)), key=_order))

    def _placed(self, problem: Problem) -> Problem:
        place = self.places.get(problem.place)
        return replace(problem, place=place, entry=problem.place) if place else problem


def _order(problem: Problem) -> tuple[str, int]:
    name, _, row = problem.place.rpartition(":")
    return (name, int(row)) if row.isdecimal() else (problem.place, 0)
