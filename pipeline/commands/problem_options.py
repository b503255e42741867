"""`--all` and `--problems FILE`: the whole of a long list of problems, on the screen or in a file."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.options import Context, option
from pipeline.errors import BadTable
from pipeline.language import Text

if TYPE_CHECKING:
    from pipeline.refusals import RowProblem


@dataclass(frozen=True, slots=True)
class Listing:
    """How much of the list is wanted, and where."""

    context: Context
    whole: bool
    path: Path | None

    @contextmanager
    def of_refusals(self) -> Iterator[None]:
        """A file that is refused within is told as asked for."""
        from pipeline.text.dictionary import BadDictionary, rows_of

        try:
            yield
        except BadTable as error:
            error.tell_all = self.whole
            self.write(error.problems)
            raise
        except BadDictionary as error:
            error.tell_all = self.whole
            self.write(rows_of(error.problems))
            raise

    def write(self, problems: "Sequence[RowProblem]") -> None:
        """The whole list into the file, if one was named."""
        from pipeline.reports.problem_list import problems_csv

        if self.path is not None:
            self.path.write_bytes(problems_csv(problems, self.context.language))
            count, path = len(problems), self.path
            self.context.say(
                Text(f"問題 {count:,} 件を {path} に書きました。", f"Wrote {count:,} problem(s) to {path}.")
            )


def problem_options() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--all` (argument `whole`) and `--problems` (argument `problem_file`)."""
    whole = option("--all", "whole", is_flag=True, help=Text("問題を一件残らず示す", "show every problem"))
    named = option(
        "--problems",
        "problem_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help=Text("すべての問題を書き出す CSV", "CSV file that takes every problem"),
    )
    return lambda function: whole(named(function))
