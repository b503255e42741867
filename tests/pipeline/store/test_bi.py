"""BI tools read the same numbers as the report, by views of their own, and nothing besides."""

from datetime import date

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput, KoukenError
from pipeline.store import bi, migrate
from pipeline.store.connect import Store
from pipeline.store.reports import latest_report
from pipeline.store.schema import metadata
from tests.api.world import fill, telling_call
from tests.postgres import Server

WORDS = [said.text for said in telling_call().utterances]


def place(store: Store, name: str) -> str:
    return f"bi_{name}" if store.is_sqlite else f"bi.{name}"


def ask(store: Store, query: str) -> list[tuple[object, ...]]:
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_views_count_what_the_report_counts(store: Store) -> None:
    fill(store)
    with store.reading() as connection:
        body = latest_report(connection)
    assert body is not None
    sums = "SELECT sum(calls), sum(n_appeal), sum(n_enablement), sum(n_proposal)"
    (row,) = ask(store, f"{sums} FROM {place(store, 'operator_days')}")
    moments = body["centre"]["moments"]
    assert row == (body["centre"]["calls"], *(moments[label]["n"] for label in bi.LABELS))
    assert ask(store, f"SELECT count(*) FROM {place(store, 'calls')}") == [(body["centre"]["calls"],)]
    phrases = ask(store, f"SELECT phrase_id, hits FROM {place(store, 'phrases')} WHERE label = 'appeal'")
    assert ("appeal-021", 1) in phrases


def test_views_put_a_call_on_its_day_in_japan(store: Store) -> None:
    fill(store)
    days = ask(store, f"SELECT day FROM {place(store, 'calls')} WHERE call_id LIKE 'C/%'")
    assert [str(day) for (day,) in days] == [str(date(2026, 10, 10))]  # 15:30 UTC on the ninth


def test_views_hold_no_words_and_no_phone_numbers(store: Store) -> None:
    fill(store)
    with store.reading() as connection:
        described = bi.described(connection)
        assert set(described) == {place(store, name) for name in bi.VIEWS}
        for name, (_, columns) in described.items():
            result = connection.execute(sa.text(f"SELECT * FROM {name}"))
            assert list(result.keys()) == columns
            assert not {"phone", "phone_last4", "text"} & set(columns)
            shown = repr(result.all())
            assert not any(words in shown for words in WORDS)


def test_views_are_made_anew_by_a_migration_and_keep_their_readers(postgres: Server) -> None:
    with postgres.database() as url, Store(url) as store:
        fill(store)
        with store.writing() as connection:
            bi.grant(connection, "kouken_reader")
        migrate.migrate(store)
        with store.writing() as connection:
            connection.exec_driver_sql("SET LOCAL ROLE kouken_reader")
            assert connection.exec_driver_sql("SELECT count(*) FROM bi.calls").scalar_one() > 10


def test_reader_reads_the_views_and_nothing_else(postgres: Server) -> None:
    with postgres.database() as url, Store(url) as store:
        fill(store)
        with store.writing() as connection:
            bi.grant(connection, "kouken_reader")
        allowed = [f"SELECT * FROM bi.{name}" for name in bi.VIEWS]
        refused = [f'SELECT * FROM public."{name}"' for name in (*metadata.tables, "alembic_version")]
        refused += ["DELETE FROM bi.nights", "INSERT INTO bi.contracts (contract_id) VALUES ('K')"]
        refused += [
            "CREATE TABLE public.own (a int)",
            "CREATE TABLE bi.own (a int)",
            "CREATE TEMPORARY TABLE own (a int)",
        ]
        refused += ["UPDATE bi.outcomes SET kind = 'won'", "DROP VIEW bi.calls", "TRUNCATE public.audit"]
        for statement in (*allowed, *refused):
            may = True
            try:
                with store.writing() as connection:
                    connection.exec_driver_sql("SET LOCAL ROLE kouken_reader")
                    connection.exec_driver_sql(statement)
            except KoukenError as error:
                assert "has no right" in error.render("en"), statement
                may = False
            assert may is (statement in allowed), statement


def test_sqlite_has_views_and_no_roles(tmp_path: object) -> None:
    with Store("sqlite://") as store:
        migrate.migrate(store)
        with pytest.raises(BadInput), store.writing() as connection:
            bi.grant(connection, "kouken_reader")
