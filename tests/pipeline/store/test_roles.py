"""On PostgreSQL the product works under a role that may read and write rows and can change nothing of the tables."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from pipeline.cli import run
from pipeline.errors import BadInput, ExitCode, KoukenError
from pipeline.protection.erase import Asked, erase
from pipeline.protection.retention import keep_to_periods
from pipeline.settings import RetentionSettings, Settings, StoreSettings
from pipeline.store import audit, erasure, migrate, roles
from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from pipeline.store.schema import metadata
from pipeline.store.statistics import refresh_statistics
from tests.api.conftest import EVERYTHING, opened_as
from tests.api.test_sign_in import csrf_of
from tests.api.world import fill, telling_call
from tests.pipeline.centre import PLAIN, QUICK, small_centre
from tests.pipeline.faults import inline
from tests.postgres import Server

PAGES = (
    "/ /report /calls /calls/20261003-0017 /search?words=配信 /operators /operators/OP-002 /nights /nights/1"
    " /dictionary /reviews /scorecards /tables /joins /kpi /users /teams /tokens /notifications /audit /retention"
    " /holds /erasures /account"
).split()
REFUSED = "42501"  # insufficient privilege


@dataclass(frozen=True)
class Site:
    """A database of an owner without rights on the server, and the role under which the product works there."""

    owner_url: str
    url: str
    worker: str

    def config(self, folder: Path, url: str) -> str:
        path = folder / "kouken.toml"
        path.write_text(f'data_dir = "{folder / "data"}"\n[store]\nurl = "{url}"\n', encoding="utf-8")
        return str(path)


@pytest.fixture
def site(postgres: Server, tmp_path: Path) -> Iterator[Site]:
    """As an administrator makes it: two roles, a database, and `kouken migrate --grant` with the owner's URL."""
    name = uuid.uuid4().hex[:12]
    owner, worker = f"owner_{name}", f"work_{name}"
    for role in (owner, worker):
        postgres.run(f"CREATE ROLE {role} LOGIN")
    postgres.run(f"CREATE DATABASE d{name} OWNER {owner}")
    urls = [postgres.url(f"d{name}").replace("postgres@", f"{role}@") for role in (owner, worker)]
    made = Site(urls[0], urls[1], worker)
    try:
        assert run(["migrate", "--config", made.config(tmp_path, made.owner_url), "--grant", worker]) == ExitCode.DONE
        yield made
    finally:
        postgres.run(f"DROP DATABASE d{name} WITH (FORCE)")
        for role in (worker, owner):
            postgres.run(f"DROP ROLE {role}")


def refused(url: str, statement: str) -> bool:
    """Whether the server does not let this URL's role do it; any other failure is one of the test."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        assert getattr(error.orig, "sqlstate", "") == REFUSED, (statement, error)
        return True
    finally:
        engine.dispose()
    return False


def test_nights_and_erasure_need_nothing_but_rows(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    centre = small_centre(tmp_path, site.url, QUICK)
    centre.record("a.wav", PLAIN)
    centre.record("b.wav", PLAIN + "C 解約したいんです。\n")
    calls = "C1,2026-10-03 14:05,OP1,a.wav,U1\nC2,2026-10-03 15:05,OP1,b.wav,U2\n"
    assert centre.night(calls) is ExitCode.DONE
    assert centre.files["done"] == 2
    assert erase(centre.settings, Asked(calls=["C1"]), "sato", dry_run=False)["calls"] == 1
    assert centre.night(calls) is ExitCode.DONE
    assert centre.files == {"found": 2, "done": 1, "waiting": 0, "quarantined": 0, "skipped": 1}
    with open_store(site.url) as store, store.reading() as connection:
        assert audit.verify(connection).is_whole


def test_the_pages_of_a_filled_store_and_its_erasure_need_nothing_but_rows(site: Site, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", store=StoreSettings(url=site.url))
    with open_store(site.url) as store:
        fill(store)
    with opened_as(settings, *EVERYTHING) as browser:
        for path in PAGES:
            assert browser.get(path).status_code == 200, path
        assert browser.post("/audit/verify", data={"csrf": csrf_of(browser)}).status_code == 200
    with open_store(site.url) as store, store.writing() as connection:
        gone = erasure.erase(connection, erasure.scope_of(connection, call_ids=[telling_call().call_id]))
    assert {"transcripts", "utterances", "tags", "moments", "call_scores", "calls"} <= set(gone)


def test_the_role_can_change_no_table(site: Site, tmp_path: Path) -> None:
    for table in (*metadata.tables, "alembic_version"):
        for change in (
            f'ALTER TABLE "{table}" ADD COLUMN own int',
            f'DROP TABLE "{table}"',
            f'TRUNCATE "{table}"',
            f'CREATE TRIGGER own BEFORE INSERT ON "{table}" EXECUTE FUNCTION audit_only_grows()',
        ):
            assert refused(site.url, change), change
    for change in (
        "CREATE TABLE own (a int)",
        "CREATE SCHEMA own",
        "CREATE TEMPORARY TABLE own (a int)",
        "CREATE ROLE own",
        "DROP VIEW bi.calls",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        assert refused(site.url, change), change
    with Store(site.url) as store, pytest.raises(KoukenError, match="持ち主"):
        migrate.migrate(store)
    assert run(["migrate", "--config", site.config(tmp_path, site.url)]) == ExitCode.FAILED


def test_the_role_cannot_get_round_the_trigger_of_the_audit_log(site: Site) -> None:
    with open_store(site.url) as store, store.writing() as connection:
        audit.record(connection, "sato", "report.read", "1")
    for way in (
        "ALTER TABLE audit DISABLE TRIGGER audit_only_grows",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_only_grows ON audit",
        "DROP FUNCTION audit_only_grows() CASCADE",
        "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "ALTER TABLE audit OWNER TO CURRENT_USER",
        "DELETE FROM audit",
        "UPDATE audit SET actor = 'nobody'",
        "TRUNCATE audit",
    ):
        assert refused(site.url, way), way
    with open_store(site.url) as store, store.reading() as connection:
        assert audit.verify(connection).is_whole
        assert audit.last_number(connection) == 2  # that the role was let work, and this


def test_entries_past_their_period_wait_for_the_owner(site: Site, tmp_path: Path) -> None:
    periods = RetentionSettings(audit_days=1)
    after = datetime.now(UTC) + timedelta(days=2)

    def keep(url: str, *, dry_run: bool) -> dict[str, int | str]:
        settings = Settings(data_dir=tmp_path / "data", store=StoreSettings(url=url), retention=periods)
        with open_store(url) as store:
            kept = keep_to_periods(store, settings, "sato", after, dry_run=dry_run, stop=lambda: False)
        assert ("持ち主" in kept.as_text().ja) is ("owner" in kept.as_text().en) is (kept.audit_left > 0)
        return kept.to_json()

    for dry_run in (True, False):
        kept = keep(site.url, dry_run=dry_run)
        assert (kept["audit"], kept["audit_left"]) == (0, 1)
    kept = keep(site.owner_url, dry_run=False)
    assert (kept["audit"], kept["audit_left"]) == (1, 0)
    with open_store(site.url) as store, store.reading() as connection:
        assert audit.verify(connection).is_whole


def test_tables_of_later_migrations_are_covered(site: Site) -> None:
    """The last migrations are taken back and made anew: their tables are other ones than those that were granted."""
    with Store(site.owner_url) as store:
        with store.writing() as connection:
            config = migrate._config()
            config.attributes["connection"] = connection
            command.downgrade(config, "0022")
        migrate.migrate(store)
    with open_store(site.url) as store, store.writing() as connection:
        for name, table in metadata.tables.items():
            connection.execute(sa.select(table).limit(1))
            if name != "audit":
                connection.execute(sa.delete(table).where(sa.false()))
                connection.execute(sa.update(table).where(sa.false()).values({next(iter(table.columns)).name: None}))
    with opened_as(Settings(store=StoreSettings(url=site.url)), "administrator") as browser:
        assert browser.get("/users").status_code == 200


def test_statistics_are_counted_by_the_role_where_the_server_has_the_right_for_it(site: Site) -> None:
    with open_store(site.url) as store:
        fill(store)
        with store.writing() as connection:
            refresh_statistics(connection)
        with store.reading() as connection:
            counted = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'recordings'")
            rows, has_right = connection.execute(counted).scalar_one(), roles.may_be_let_maintain(connection)
    assert (rows > 0) is has_right


def test_the_owner_and_who_belongs_to_the_owner_are_no_such_role(site: Site, postgres: Server) -> None:
    owner = sa.make_url(site.owner_url).username
    with Store(site.owner_url) as store:
        for role in (str(owner), "postgres"):
            with pytest.raises(BadInput, match="持ち主"), store.writing() as connection:
                roles.let_work(connection, role)
        postgres.run(f"GRANT {owner} TO {site.worker}")
        with pytest.raises(BadInput, match="持ち主"), store.writing() as connection:
            roles.let_work(connection, site.worker)


@pytest.mark.sqlite
def test_sqlite_has_no_roles_and_its_audit_log_is_cut_as_before(tmp_path: Path) -> None:
    config = tmp_path / "kouken.toml"
    config.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")
    assert run(["migrate", "--config", str(config), "--grant", "work"]) == ExitCode.BAD_INPUT
    with open_store(f"sqlite:///{tmp_path / 'kouken.db'}") as store, store.reading() as connection:
        assert roles.owns_tables(connection)
