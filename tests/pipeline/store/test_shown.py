"""What a night writes in parts is read by nobody until its report is stored, and goes if the night was cut off."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command

from pipeline.nights import keeping
from pipeline.store import call_filter, calls, exports, joins, kept, reports, runs, shown, tables
from pipeline.store.choices import reasons_of
from pipeline.store.connect import Connection, Store
from pipeline.store.pages import Pins, Within
from pipeline.store.schema import call_contracts, conversation_cells, figure_cells
from tests.api.world import fill
from tests.pipeline.store.test_kept import CALLS, OCTOBER
from tests.pipeline.store.test_migrate import step

WRITTEN = (call_contracts, conversation_cells, figure_cells)
EVERYBODY = Within(teams=frozenset({"第一課", "第二課"}))


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store, CALLS)
    return store


def half_written(store: Store) -> int:
    """A night that has written everything, each number another, but has not stored its report; its id."""
    with store.writing() as connection:
        night = runs.start_run(connection, "archive", {})
        for table in WRITTEN:
            changed: dict[str, sa.ColumnElement[Any]] = {
                "join_status": sa.literal("ambiguous"),
                "value": sa.literal("別"),
                "run_id": sa.literal(night),
            }
            columns = [changed.get(c.name, c + 1 if _counts(c) else c).label(c.name) for c in table.c]
            rows = sa.select(*columns).distinct()
            if table is not call_contracts:
                rows = rows.where(table.c.value == "")
            connection.execute(sa.insert(table).from_select([c.name for c in table.c], rows))
    return night


def _counts(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Integer | sa.BigInteger) and not column.primary_key


@contextmanager
def nights_of(store: Store) -> Iterator[dict[str, list[int]]]:
    with store.reading() as connection:
        yield {
            table.name: list(connection.execute(sa.select(table.c.run_id).distinct()).scalars()) for table in WRITTEN
        }


def read(connection: Connection) -> list[Any]:
    """Whatever pages, files and views read of it."""
    body = reports.latest_report(connection)
    assert body is not None
    pins = Pins.of_report(body)
    of_customer = call_filter.CallFilter(customer_id="C-00421")
    return [
        {name: told for name, told in (kept.kept_facts(connection) or {}).items() if name != "changes"},
        kept.conversation_sums(connection, kept.Slice(*OCTOBER, value=None), ("value", "operator_id")),
        kept.figure_sums(connection, ["12M-2026-10"], ["all", "plan"]),
        reasons_of(connection, EVERYBODY),
        joins.unjoined_calls(connection, "ambiguous", after=None, limit=99),
        joins.silent_outcomes(connection, after=None, limit=99),
        calls.list_keys(connection, pins, of_customer, after=None, limit=99),
        calls.list_keys(connection, pins, call_filter.CallFilter(unknown="contract"), after=None, limit=99),
        [frame.to_csv() for frame in exports.each_frame(connection, "joins", pins)],
        connection.execute(sa.text(f"SELECT * FROM {views(connection)}calls ORDER BY recording_id")).all(),
    ]


def views(connection: Connection) -> str:
    return "bi_" if connection.dialect.name == "sqlite" else "bi."


def test_what_is_half_written_is_read_by_nobody(filled: Store) -> None:
    with filled.reading() as connection:
        before = read(connection)
    half_written(filled)
    with filled.reading() as connection:
        assert read(connection) == before


def test_what_a_night_left_half_written_goes_with_the_next_one(filled: Store) -> None:
    cut_off = half_written(filled)
    with filled.writing() as connection:
        runs.finish_run(connection, cut_off, "failed")
        before = read(connection)
        night = runs.start_run(connection, "archive", {})
    keeping.sweep(filled, night)
    with nights_of(filled) as nights, filled.reading() as connection:
        assert nights == {table.name: [1] for table in WRITTEN}
        assert read(connection) == before


def test_what_another_night_is_writing_just_now_stays(filled: Store) -> None:
    other = half_written(filled)
    with filled.reading() as connection:
        assert {night for _, night in shown.left_over(connection, at_work=[])} == {other}
        assert shown.left_over(connection, at_work=[other]) == []


def test_rows_that_are_written_one_by_one_are_those_that_are_written_at_once(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(shown, "SWEPT_AT_ONCE", 1)
    with filled.reading() as connection:
        before = read(connection)
        joined = _frame(connection, call_contracts)
        cells = [pd.DataFrame(_rows(connection, table)) for table in (figure_cells, conversation_cells)]
        facts = kept.kept_facts(connection)
        body = reports.latest_report(connection)
    assert facts is not None and body is not None
    with filled.writing() as connection:
        night = runs.start_run(connection, "archive", body["versions"])
    counted = keeping.Counted(facts, *cells)
    keeping.write_joins(filled, night, [joined])
    counted.write(filled, night)
    with filled.writing() as connection:
        reports.save_report(connection, night, body)
        counted.show(connection, night)
    keeping.sweep(filled, night)
    with nights_of(filled) as nights, filled.reading() as connection:
        assert nights == {table.name: [night] for table in WRITTEN}
        assert read(connection) == before


def test_counts_become_plain_values_only_as_many_at_a_time_as_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 2)
    figures, conversations = pd.DataFrame({"n": [1, 2, 3]}), pd.DataFrame({"known": [4]})
    parts = list(keeping.Counted({}, figures, conversations).parts())
    assert parts == [
        (kept.add_figures, [{"n": 1}, {"n": 2}]),
        (kept.add_figures, [{"n": 3}]),
        (kept.add_conversations, [{"known": 4}]),
    ]


def _rows(connection: Connection, table: sa.Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def _frame(connection: Connection, table: sa.Table) -> Any:
    return tables._frame(connection, sa.select(*table.columns), list(table.columns)).drop(columns="run_id")


def test_migration_keeps_what_is_shown_and_drops_what_is_half_written(filled: Store) -> None:
    half_written(filled)
    with filled.reading() as connection:
        before = read(connection)
    step(filled, command.downgrade, "0024")
    step(filled, command.upgrade, "head")
    with nights_of(filled) as nights, filled.reading() as connection:
        assert nights == {table.name: [1] for table in WRITTEN}
        assert read(connection) == before
