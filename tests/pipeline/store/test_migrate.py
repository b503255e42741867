"""The schema is old or new, never between, and never another program's."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from pipeline.errors import ExitCode, KoukenError, Updated
from pipeline.store import migrate, runs, sqlite, tables
from pipeline.store.connect import Store
from pipeline.store.schema import metadata
from tests.api.world import fill


@pytest.fixture(autouse=True)
def begun_stores() -> None:
    """None: these stores are made by the migrations themselves."""


def test_migrations_lead_to_the_tables_of_the_code(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_lead_back_to_an_empty_store(store: Store) -> None:
    with store.writing() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with store.reading() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]


@pytest.mark.sqlite
def test_migration_that_fails_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path / 'kouken.db'}")

    def upgrade_and_fail(config: Config, revision: str) -> None:
        real(config, revision)
        raise RuntimeError("power cut")

    real = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_and_fail)
    with pytest.raises(RuntimeError):
        migrate.migrate(store)
    assert migrate.schema_revision(store) is None
    with store.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []
    store.close()


def test_store_of_a_newer_program_is_refused_untouched(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(KoukenError) as error:
        migrate.open_store(store.url.render_as_string(hide_password=False))
    assert "9999" in error.value.render("ja")


@pytest.mark.sqlite
def test_store_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "kouken.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(KoukenError) as error:
        migrate.open_store(f"sqlite:///{path}")
    assert str(path) in error.value.render("ja")
    assert path.read_bytes() == b"this is not a database" * 100


def test_store_runs_on_a_sqlite_without_the_wal_bug() -> None:
    assert sqlite.version() >= sqlite.SAFE


def test_migrations_lead_down_and_up_again_with_what_is_stored(store: Store) -> None:
    fill(store)
    kept = {name: rows_of(store, name) for name in FIRST}
    assert all(kept[name] for name in ("runs", "files", "ledger", "transcripts", "moments", "reports"))
    step(store, command.downgrade, "0001")
    assert {name: rows_of(store, name) for name in FIRST} == kept
    step(store, command.upgrade, "head")
    assert {name: rows_of(store, name) for name in FIRST if name != "ledger"} == {
        name: rows for name, rows in kept.items() if name != "ledger"
    }
    tagged = sa.text("SELECT count(*) FROM ledger WHERE stage = 'tag' AND state = 'done'")
    with store.reading() as connection:  # what was tagged before the stage had rows of its own is not tagged again
        assert connection.execute(tagged).scalar_one() == kept["taggings"] > 0


FIRST = (
    "runs recordings files ledger transcripts utterances masked_ranges taggings tags moments call_scores"
    " loads calls contracts outcomes customer_snapshots call_contracts reports"
).split()


def rows_of(store: Store, table: str) -> int:
    with store.reading() as connection:
        return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())


def step(store: Store, move: Callable[[Config, str], None], revision: str) -> None:
    with Store(store.url.render_as_string(hide_password=False)) as by_hand, by_hand.writing() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        move(config, revision)


def test_program_that_was_running_when_the_store_was_migrated_writes_nothing_more(store: Store) -> None:
    with Store(store.url.render_as_string(hide_password=False)) as newer, newer.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'next'"))
        connection.execute(sa.text("ALTER TABLE runs RENAME COLUMN archive TO place"))
    with pytest.raises(Updated) as error, store.writing():
        pytest.fail("the transaction was given out")
    assert "起動し直して" in error.value.render("ja")
    assert error.value.exit_code == ExitCode.STOPPED_BY_LIMIT
    with pytest.raises(Updated), store.reading() as connection:
        runs.last_run(connection)
    with store.reading() as connection:  # what is still there can be read
        assert tables.current_loads(connection) == {}


def test_fault_of_a_statement_is_none_of_an_update(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError), store.reading() as connection:
        connection.execute(sa.text("SELECT nothing FROM runs"))
