"""The schema is old or new, never between, and never another program's."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from pipeline.errors import KoukenError
from pipeline.store import migrate, sqlite
from pipeline.store.connect import Store
from pipeline.store.schema import metadata


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


def test_store_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "kouken.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(KoukenError) as error:
        migrate.open_store(f"sqlite:///{path}")
    assert str(path) in error.value.render("ja")
    assert path.read_bytes() == b"this is not a database" * 100


def test_store_runs_on_a_sqlite_without_the_wal_bug() -> None:
    assert sqlite.version() >= sqlite.SAFE
