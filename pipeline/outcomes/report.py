"""What reading a table found: the frame, and a report that a person can check against the file."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.errors import RowProblem
from pipeline.language import Text
from pipeline.outcomes.columns import Kind

if TYPE_CHECKING:
    import pandas as pd

PROBLEMS_LISTED = 1_000

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
    """Collects problems of one file; lists the first `PROBLEMS_LISTED` and counts the rest."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._listed: list[RowProblem] = []
        self._places: set[tuple[int | None, str | None]] = set()
        self._count = 0

    def __contains__(self, place: tuple[int | None, str | None]) -> bool:
        return place in self._places

    def __len__(self) -> int:
        return self._count

    def add(self, line: int | None, column: str | None, value: str | None, reason: Text) -> None:
        """One more; a value longer than a screen line is shown cut."""
        self._count += 1
        self._places.add((line, column))
        if self._count <= PROBLEMS_LISTED:
            shown = value if value is None or len(value) <= 80 else value[:79] + "…"
            self._listed.append(RowProblem(self._file, line, column, shown, reason))

    def listed(self) -> list[RowProblem]:
        """The problems by line, and a last entry that says how many more there are."""
        rows = sorted(self._listed, key=lambda problem: problem.line or 0)
        more = self._count - len(self._listed)
        if more:
            text = Text(f"このほかに {more:,} 件あります。", f"There are {more:,} more.")
            rows.append(RowProblem(self._file, None, None, None, text))
        return rows
