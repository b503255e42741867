"""How a long run is shown: a bar on a terminal, JSON lines elsewhere, nothing in tests."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Protocol

import click

from pipeline.failures import failure
from pipeline.language import Language, Text, in_language


class Progress(Protocol):
    """What the stages of the night call."""

    def night(self, run_id: int) -> None:
        """What follows belongs to this night."""

    def stage(self, name: Text, total: int) -> None:
        """A stage begins; `total` items are to be done."""

    def step(self, item: str) -> None:
        """One item is done; `item` is an id, never what was said nor a file's name. Empty: only counted."""

    def note(self, text: Text) -> None:
        """Something the person should know."""


class Silent:
    """Shows nothing."""

    def night(self, run_id: int) -> None:
        """Nothing."""

    def stage(self, name: Text, total: int) -> None:
        """Nothing."""

    def step(self, item: str) -> None:
        """Nothing."""

    def note(self, text: Text) -> None:
        """Nothing."""


SILENT = Silent()


class Lines:
    """One JSON object per line on standard error, for journals and log collectors: ids and counts, no one's words, and
    no names of files, which hold telephone numbers.

    Every line has `at` (UTC), `run_id` (null before the night has begun) and `event`: "stage" (`name`, `total`), "step"
    (`name`, `done`, `total`, `item`), "note" (`text`) or "error" (`text`, `exit_code`). Of items that have no id yet,
    every hundredth of the stage is a step.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.name, self.total, self.done = "", 0, 0
        self.run_id: int | None = None

    def night(self, run_id: int) -> None:
        """The number that every line carries from now on."""
        self.run_id = run_id

    def stage(self, name: Text, total: int) -> None:
        """The name and how much there is."""
        self.name, self.total, self.done = in_language(name, self.language), total, 0
        self._write(event="stage", name=self.name, total=total)

    def step(self, item: str) -> None:
        """How far the stage is, and which item."""
        self.done += 1
        if item or self.done % max(self.total // 100, 1) == 0:
            self._write(event="step", name=self.name, done=self.done, total=self.total, item=item)

    def note(self, text: Text) -> None:
        """The text as it is."""
        self._write(event="note", text=in_language(text, self.language))

    def failed(self, text: Text, exit_code: int) -> None:
        """What ended the run. On a full disk the exit code alone tells it."""
        with suppress(OSError):
            self._write(event="error", text=in_language(text, self.language), exit_code=exit_code)

    def _write(self, **facts: object) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        click.echo(json.dumps({"at": at, "run_id": self.run_id, **facts}, ensure_ascii=False), err=True)


class Bar:
    """A progress bar per stage."""

    def __init__(self, language: Language) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self.language = language
        self.bars = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self.task = self.bars.add_task("", visible=False)

    def night(self, run_id: int) -> None:
        """Nothing: there is one night on a terminal."""

    def stage(self, name: Text, total: int) -> None:
        """A new bar below the former ones."""
        self.task = self.bars.add_task(in_language(name, self.language), total=total)

    def step(self, item: str) -> None:
        """One further."""
        self.bars.advance(self.task)

    def note(self, text: Text) -> None:
        """Above the bars."""
        self.bars.console.print(in_language(text, self.language), markup=False, highlight=False)


@contextmanager
def shown(language: Language) -> Iterator[Progress]:
    """The progress that fits where standard error goes. Where that is a log, it has the error as one line, too."""
    if not sys.stderr.isatty():
        lines = Lines(language)
        try:
            yield lines
        except Exception as error:
            text, exit_code = failure(error)
            lines.failed(text, exit_code)
            raise click.exceptions.Exit(exit_code) from error
        return
    bar = Bar(language)
    with bar.bars:
        yield bar
