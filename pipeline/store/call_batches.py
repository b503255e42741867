"""Every call that a table tells or the archive holds, some at a time, in the order of their ids."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.store.schema import calls, recordings


@dataclass(frozen=True, slots=True)
class Between:
    """The calls whose ids come after `after` (None: from the first) and not after `last`, as the database orders."""

    after: str | None
    last: str

    def has(self, call_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """Whether a row is of these calls."""
        return _later(call_id, self.after) & (call_id <= self.last)


def call_batches(connection: sa.Connection, size: int) -> Iterator[Between]:
    """About `size` calls each, and all of them together every call that there ever was."""
    after = None
    while (last := _last_of_the_next(connection, after, size)) is not None:
        yield Between(after, last)
        after = last


def _last_of_the_next(connection: sa.Connection, after: str | None, size: int) -> str | None:
    first = [_first_ids(column, after, size) for column in (calls.c.call_id, recordings.c.call_id)]
    both = sa.union(*(sa.select(ids.c.call_id) for ids in first)).subquery()
    few = sa.select(both.c.call_id).order_by(both.c.call_id).limit(size).subquery()
    last: str | None = connection.execute(sa.select(sa.func.max(few.c.call_id))).scalar_one()
    return last


def _first_ids(column: sa.Column[str], after: str | None, size: int) -> sa.Subquery:
    """Few rows of an index: the union of whole tables would be sorted anew for every batch."""
    return sa.select(column).where(_later(column, after)).distinct().order_by(column).limit(size).subquery()


def _later(column: sa.ColumnElement[str], after: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if after is None else column > after
