"""Bring the schema to this version: Alembic migrations, each in one transaction with its own record."""

import functools
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from pipeline.errors import KoukenError
from pipeline.language import Text
from pipeline.store.connect import Store

SCRIPTS = Path(__file__).parent / "migrations"


def open_store(url: str) -> Store:
    """The store, ready for use: created if it is new. Raises `KoukenError` if its schema is older or newer."""
    store = Store(url)
    try:
        at = schema_revision(store)
        if at is None:
            migrate(store)
        elif at != head_revision():
            _refuse(at)
        store.revision = head_revision()
    except KoukenError:
        store.close()
        raise
    return store


def migrate(store: Store) -> str:
    """Apply what is missing; the revision reached. An interrupted migration leaves the old schema."""
    known = {script.revision for script in _scripts().walk_revisions()}
    at = schema_revision(store)
    if at is not None and at not in known:
        _refuse(at)
    with store.writing() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head_revision()


def schema_revision(store: Store) -> str | None:
    """What the database is at; None for an empty one."""
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@functools.cache  # finding it compiles every migration
def head_revision() -> str:
    """What this version of the program needs."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def _refuse(at: str) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if at in known:
        raise KoukenError(
            Text("データベースの形が古い版のままです。", "The database still has an older schema."),
            remedy=Text(
                "控えを取ってから kouken migrate を実行してください。", "Take a backup, then run kouken migrate."
            ),
        )
    raise KoukenError(
        Text(
            f"データベースはこのプログラムより新しい版のものです({at})。何も変更していません。",
            f"The database belongs to a newer version of this program ({at}). Nothing was changed.",
        ),
        remedy=Text("新しい版の kouken で開いてください。", "Open it with the newer kouken."),
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
