"""What is wrong in a file that people hand in, and how much of a long list is told at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.language import Bilingual, Language, Text, in_language

SHOWN = 100  # problems one by one, and groups of them; more is nothing that somebody reads before mending the file
FIRST_LINES = 5


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in a table: which file, line (1 = header line), column and value, and why."""

    file: str
    line: int | None
    column: str | None
    value: str | None
    reason: Bilingual
    is_error: bool = True

    def render(self, language: Language) -> str:
        """`calls.csv 12行目 started_at「2026/13/45」: 日付として読めません。`"""
        why = in_language(self.reason, language)
        if language == "en":
            where = self.file + (f" line {self.line}" if self.line else "")
            what = f" {self.column}" if self.column else ""
            value = f" “{self.value}”" if self.value else ""
        else:
            where = self.file + (f" {self.line}行目" if self.line else "")
            what = f" {self.column}" if self.column else ""
            value = f"「{self.value}」" if self.value else ""
        return f"{where}{what}{value}: {why}"

    @property
    def logged(self) -> Text:
        """Where and why, without the value, which may be a customer's."""
        place = replace(self, value=None)
        return Text(place.render("ja"), place.render("en"))


@dataclass(frozen=True, slots=True)
class Alike:
    """Problems of one reason in one column of a file: how many, and the first lines (1 = header line)."""

    file: str
    column: str | None
    reason: Bilingual
    is_error: bool
    count: int
    lines: tuple[int, ...]

    def render(self, language: Language) -> str:
        """`1,204 件 calls.csv started_at: 日付として読めません。(12、13、17 行目 ほか)`"""
        why = in_language(self.reason, language)
        place = "".join(f" {part}" for part in (self.file, self.column) if part)
        more = self.count > len(self.lines)
        if language == "en":
            first = f" (lines {', '.join(map(str, self.lines))}{' and more' if more else ''})" if self.lines else ""
            return f"{self.count:,} ×{place}: {why}{first}"
        first = f"({'、'.join(map(str, self.lines))} 行目{' ほか' if more else ''})" if self.lines else ""
        return f"{self.count:,} 件{place}: {why}{first}"


def alike(problems: Sequence[RowProblem]) -> list[Alike]:
    """Equal reasons in the same column put together, the most frequent first."""
    groups: dict[tuple[str, str | None, str, bool], list[RowProblem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.column, problem.reason.ja, problem.is_error), []).append(problem)
    found = [
        Alike(file, column, of[0].reason, is_error, len(of), tuple(one.line for one in of if one.line)[:FIRST_LINES])
        for (file, column, _, is_error), of in groups.items()
    ]
    return sorted(found, key=lambda group: -group.count)


def told(
    problems: Sequence[RowProblem], lines: Sequence[str], unlisted: int, language: Language, *, whole: bool = False
) -> list[str]:
    """`lines` (one for each problem) as they are shown: all of them if `whole` or few; else what is alike, the first
    lines, and how the rest can be had. `unlisted`: how many more there are than the list holds.
    """
    beyond = [in_language(_not_listed(unlisted), language)] if unlisted else []
    if whole or len(lines) <= SHOWN:
        return [*lines, *beyond]
    groups = alike(problems)
    shown = [group.render(language) for group in groups[:SHOWN]] if len(groups) < len(problems) else []
    rest = Text(
        f"このほかに {len(lines) - SHOWN:,} 件あります。すべて見るには --all、CSV に書き出すには --problems FILE"
        "(kouken load、kouken phrases lint・import)。",
        f"There are {len(lines) - SHOWN:,} more: --all shows them, --problems FILE writes them as CSV"
        " (kouken load, kouken phrases lint and import).",
    )
    return [*shown, *lines[:SHOWN], in_language(rest, language), *beyond]


def _not_listed(count: int) -> Text:
    return Text(
        f"一覧に入りきらない問題が、さらに {count:,} 件あります。",
        f"There are {count:,} more problems than a list can hold.",
    )
