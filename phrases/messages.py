"""Words for people: every message in Japanese and English, every problem with its place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message in both languages."""

    ja: str
    en: str

    def __str__(self) -> str:
        return self.ja


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a dictionary. `place` is a phrase id, or a file with a row: `proposal.csv:12`.

    An error keeps a dictionary from being used; a warning asks for a second look. `position` is the character of the
    phrase (from 0) that is to blame, where one is; `column` the field, as it is called in a file, and `entry` the id
    of what stands in the row.
    """

    place: str
    message: Message
    is_error: bool = True
    position: int | None = None
    column: str = ""
    entry: str = ""

    @property
    def where(self) -> str:
        """Everything that helps to find it: `proposal.csv:12 [examples] p.pack`."""
        return " ".join(part for part in (self.place, self.column and f"[{self.column}]", self.entry) if part)

    def __str__(self) -> str:
        return f"{self.where}: {self.message.ja}"


class PhraseError(ValueError):
    """A dictionary cannot be used. Holds every problem found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
