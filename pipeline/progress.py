"""How a long run is shown: a bar on a terminal, JSON lines elsewhere, nothing in tests."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

import click

from pipeline.language import Language, Text, in_language


class Progress(Protocol):
    """What the stages of the night call."""

    def stage(self, name: Text, total: int) -> None:
        """A stage begins; `total` items are to be done."""

    def step(self, item: str) -> None:
        """One item is done; `item` is an id, never what was said."""

    def note(self, text: Text) -> None:
        """Something the person should know."""


class Silent:
    """Shows nothing."""

    def stage(self, name: Text, total: int) -> None:
        """Nothing."""

    def step(self, item: str) -> None:
        """Nothing."""

    def note(self, text: Text) -> None:
        """Nothing."""


SILENT = Silent()


class Lines:
    """One JSON object per line on standard error, for journals and log collectors: ids and counts, no one's words.

    Every line has `at` (UTC) and `event`: "stage" (`name`, `total`), "step" (`name`, `done`, `total`, `item`) or
    "note" (`text`).
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.name, self.total, self.done = "", 0, 0

    def stage(self, name: Text, total: int) -> None:
        """The name and how much there is."""
        self.name, self.total, self.done = in_language(name, self.language), total, 0
        self._write(event="stage", name=self.name, total=total)

    def step(self, item: str) -> None:
        """How far the stage is, and which item."""
        self.done += 1
        self._write(event="step", name=self.name, done=self.done, total=self.total, item=item)

    def note(self, text: Text) -> None:
        """The text as it is."""
        self._write(event="note", text=in_language(text, self.language))

    def _write(self, **facts: object) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        click.echo(json.dumps({"at": at, **facts}, ensure_ascii=False), err=True)


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
    """The progress that fits where standard error goes."""
    if not sys.stderr.isatty():
        yield Lines(language)
        return
    bar = Bar(language)
    with bar.bars:
        yield bar
