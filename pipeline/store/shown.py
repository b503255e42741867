"""What a night joined and counted, written in parts under the night's number, and shown all at once.

The joins that are shown are those of the night of the newest report, the counts those of the night that `kept_figures`
names. Whatever lies there of other nights is half-written or was replaced: no page, file or view reads it.
"""

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from pipeline.store.schema import call_contracts, conversation_cells, figure_cells, kept_figures, reports, runs

SWEPT_AT_ONCE = 5_000  # rows


def joined_in() -> sa.ScalarSelect[int]:
    """The night whose joins are shown; NULL before the first report."""
    newest = sa.select(sa.func.max(reports.c.report_id)).scalar_subquery()
    return sa.select(reports.c.run_id).where(reports.c.report_id == newest).scalar_subquery()


def counted_in() -> sa.ScalarSelect[int]:
    """The night whose counts are shown; NULL before the first."""
    return sa.select(sa.func.max(kept_figures.c.run_id)).scalar_subquery()


SHOWN = ((call_contracts, joined_in), (conversation_cells, counted_in), (figure_cells, counted_in))


def others_at_work(connection: sa.Connection, run_id: int) -> list[int]:
    """Nights that were not ended besides this one."""
    query = sa.select(runs.c.run_id).where(runs.c.state == "running", runs.c.run_id != run_id)
    return list(connection.execute(query).scalars())


def left_over(connection: sa.Connection, at_work: Collection[int]) -> list[tuple[sa.Table, int]]:
    """Tables with nights of which something lies there that is not shown, and that are not `at_work` on it."""
    return [
        (table, run_id)
        for table, shown in SHOWN
        for run_id in _nights_in(connection, table)
        if run_id not in {connection.execute(sa.select(shown())).scalar_one(), *at_work}
    ]


def sweep_few(connection: sa.Connection, table: sa.Table, run_id: int) -> int:
    """Delete some of the rows of that night; how many."""
    key = table.primary_key.columns.values()
    some = sa.select(*key).where(table.c.run_id == run_id).limit(SWEPT_AT_ONCE)
    return connection.execute(sa.delete(table).where(sa.tuple_(*key).in_(some))).rowcount


def _nights_in(connection: sa.Connection, table: sa.Table) -> Iterator[int]:
    """One after the other by the index: DISTINCT would walk through all rows."""
    last = 0
    while True:
        query = sa.select(sa.func.min(table.c.run_id)).where(table.c.run_id > last)
        found = connection.execute(query).scalar_one()
        if found is None:
            return
        last = int(found)
        yield last
