"""What reading a table found: the frame, and a report that a person can check against the file."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.errors import BadTable
from pipeline.language import Bilingual, Text
from pipeline.outcomes.columns import Kind
from pipeline.refusals import RowProblem

if TYPE_CHECKING:
    import pandas as pd

PROBLEMS_LISTED = 1_000  # of a table that is taken: they are kept with it
REFUSED_LISTED = 100_000  # of one that is refused: as many as memory holds easily

COUNT_TEXTS: dict[str, Text] = {
    "identical_duplicates": Text("まったく同じ行の重複(一行にまとめた)", "identical rows, kept once"),
    "operator_missing": Text("担当者が空の通話", "calls without an operator"),
    "time_unknown": Text("開始日時が空の通話(日別の集計から除く)", "calls without a time, left out of daily figures"),
    "time_of_day_unknown": Text("日付だけで時刻のない通話(0時として扱う)", "calls with a date but no time of day"),
    "implausible_date": Text("ありえない日付(集計から除く)", "implausible dates, left out of figures"),
    "implausible_amount": Text("ありえない金額・数値(集計から除く)", "implausible amounts, left out of figures"),
    "churn_without_mrr_after": Text("変更後の月額が空の解約(0円として扱う)", "churns without an MRR after, taken as 0"),
    "phone_unusable": Text("電話番号として使えない値", "phone cells that hold no number"),
    "phone_not_kept": Text("鍵がないため保存しなかった電話番号の列", "phone columns not kept, for want of a key"),
}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """`problems` are rows that a person should look at although the table was taken; `counts` are by closed code.

    `rows_read` = rows of the file, `rows_kept` = rows of the frame. `columns`: the file's header → canonical name, for
    those known. `problems` lists at most `PROBLEMS_LISTED`; the counts are always whole. `holes`: contracts of which an
    event was left out of the outcomes because it cannot be true, so that what became of them is not known.
    """

    kind: Kind
    file: str
    sha256: str
    encoding: str
    separator: str | None
    rows_read: int
    rows_kept: int
    columns: dict[str, str]
    extra_columns: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    holes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the report page and `--json`."""
        return {
            "table": self.kind,
            "file": self.file,
            "sha256": self.sha256,
            "encoding": self.encoding,
            "separator": self.separator,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "columns": dict(self.columns),
            "extra_columns": list(self.extra_columns),
            "counts": dict(self.counts),
            "holes": list(self.holes),
            "problems": [
                {
                    "line": problem.line,
                    "column": problem.column,
                    "value": problem.value,
                    "reason": {"ja": problem.reason.ja, "en": problem.reason.en},
                }
                for problem in self.problems
            ],
        }


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table read whole: the canonical frame (see `columns`) and the report."""

    frame: "pd.DataFrame"
    report: LoadReport


class ProblemList:
    """Collects problems of one file; lists the first `most` and counts the rest."""

    def __init__(self, file: str, most: int = PROBLEMS_LISTED) -> None:
        self._file, self._most = file, most
        self._listed: list[RowProblem] = []
        self._places: set[tuple[int | None, str | None]] = set()
        self._count = 0

    def __contains__(self, place: tuple[int | None, str | None]) -> bool:
        return place in self._places

    def __len__(self) -> int:
        return self._count

    def add(self, line: int | None, column: str | None, value: str | None, reason: Bilingual) -> None:
        """One more; a value longer than a screen line is shown cut."""
        self._count += 1
        self._places.add((line, column))
        if self._count <= self._most:
            shown = value if value is None or len(value) <= 80 else value[:79] + "…"
            self._listed.append(RowProblem(self._file, line, column, shown, reason))

    @property
    def unlisted(self) -> int:
        """How many more there are than are listed."""
        return self._count - len(self._listed)

    def listed(self) -> list[RowProblem]:
        """The problems by line."""
        return sorted(self._listed, key=lambda problem: problem.line or 0)

    def refusal(self) -> BadTable:
        """The error that tells them."""
        return BadTable(self.listed(), self.unlisted)

    def kept(self) -> tuple[RowProblem, ...]:
        """The problems by line, and a last entry that says how many more there are."""
        if not self.unlisted:
            return tuple(self.listed())
        text = Text(f"このほかに {self.unlisted:,} 件あります。", f"There are {self.unlisted:,} more.")
        return (*self.listed(), RowProblem(self._file, None, None, None, text))
