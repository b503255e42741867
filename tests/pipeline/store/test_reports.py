"""A server parses the newest report once, and yet always gives what is stored."""

import pytest
import sqlalchemy as sa

from pipeline.store import runs
from pipeline.store.connect import Store
from pipeline.store.reports import NewestReport, latest_report, save_report
from pipeline.store.schema import reports
from tests.api.world import fill, telling_call


@pytest.fixture
def told(store: Store) -> Store:
    """A store after its first night."""
    fill(store, [telling_call()])
    return store


def test_it_is_the_newest_report_and_parsed_once(told: Store) -> None:
    newest = NewestReport()
    with told.reading() as connection:
        body = newest.body(connection)
        assert body is not None
        assert body == latest_report(connection)
        assert newest.body(connection) is body


def test_a_report_that_is_changed_in_its_place_is_read_anew(told: Store) -> None:
    newest = NewestReport()
    with told.writing() as connection:
        before = newest.body(connection)
        assert before is not None
        connection.execute(sa.update(reports).values(body={**before, "operators": []}))
        assert newest.body(connection) == {**before, "operators": []} != before


def test_the_next_night_s_report_takes_its_place(told: Store) -> None:
    newest = NewestReport()
    with told.writing() as connection:
        before = newest.body(connection)
        assert before is not None
        save_report(connection, before["run_id"], {**before, "operators": []})
        assert newest.body(connection) == {**before, "operators": []} != before


def test_before_the_first_night_there_is_none(store: Store) -> None:
    with store.reading() as connection:
        assert NewestReport().body(connection) is None


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused_by_both_stores(store: Store, number: float) -> None:
    """JSON has no word for it: PostgreSQL refuses what SQLite would keep for pages and exports to stumble over."""
    with store.writing() as connection:
        run_id = runs.start_run(connection, "/archive", {})
    with pytest.raises(sa.exc.StatementError), store.writing() as connection:
        save_report(connection, run_id, {"score_interval": [number, 50.0]})
