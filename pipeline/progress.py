"""How a long run is shown: a bar on a terminal, plain lines elsewhere, nothing in tests."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


class Lines:
    """One plain line per item on standard error: for cron, systemd and log files."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.name, self.total, self.done = "", 0, 0

    def stage(self, name: Text, total: int) -> None:
        """The name and how much there is."""
        self.name, self.total, self.done = in_language(name, self.language), total, 0
        click.echo(f"{self.name}: {total}", err=True)

    def step(self, item: str) -> None:
        """How far the stage is, and which item."""
        self.done += 1
        click.echo(f"{self.name} {self.done}/{self.total} {item}", err=True)

    def note(self, text: Text) -> None:
        """The text as it is."""
        click.echo(in_language(text, self.language), err=True)


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
