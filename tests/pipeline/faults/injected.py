"""Something goes wrong at the N-th write to the store: an error, a full disk, the end of the process, a delay."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa

Mode = Literal["error", "full", "kill", "delay", "count"]
NEVER = 1 << 30


class PowerCut(Exception):
    """What nobody expects."""


class _Full(Exception):
    sqlstate = "53100"

    def __str__(self) -> str:
        return "database or disk is full"


class Fault:
    """Counts the writes of this process: every statement that changes a row, and every commit of a writer."""

    def __init__(self, mode: Mode, at: int, lasting: bool) -> None:
        self.mode, self.at, self.lasting, self.writes = mode, at, lasting, 0

    def statement(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            self._write()

    def commit(self, connection: sa.Connection) -> None:
        if connection.get_execution_options().get("writes"):
            self._write()

    def _write(self) -> None:
        self.writes += 1
        if self.writes < self.at or (self.writes > self.at and not self.lasting):
            return
        match self.mode:
            case "error":
                raise PowerCut
            case "full":
                raise sa.exc.OperationalError("write", {}, _Full())
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "delay":
                time.sleep(0.3)


@contextmanager
def fault(mode: Mode, at: int = 0, *, lasting: bool = False) -> Iterator[Fault]:
    """The fault, for every store of this process. `lasting`: at every write from the N-th on, as of a disk that stays
    full."""
    made = Fault(mode, at, lasting)
    sa.event.listen(sa.Engine, "before_cursor_execute", made.statement)
    sa.event.listen(sa.Engine, "commit", made.commit)
    try:
        yield made
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", made.statement)
        sa.event.remove(sa.Engine, "commit", made.commit)
