"""Where the stores of the tests are: files of SQLite, or with TEST_STORE=postgres databases of a server.

Tests that name both stores run on both in any case. All others keep what they store in the SQLite file of a folder of
their own, begun as a copy of one that the migrations made; with the switch that file is a database of the one server,
made on first use from this version's schema.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import Settings
from pipeline.store import migrate
from pipeline.store.connect import Store
from pipeline.store.urls import parsed
from tests.postgres import TEMPLATE, Server

ON_POSTGRES = os.environ.get("TEST_STORE") == "postgres"
FILE = "kouken.db"


class Databases:
    """The databases that stand in for the files of this session."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.names: dict[Path, str] = {}

    def url(self, file: Path, template: str = TEMPLATE) -> str:
        """The database in the place of a file."""
        file = file.resolve()
        if file not in self.names:
            name = f"f{hashlib.sha256(os.fsencode(file)).hexdigest()[:30]}"
            self.server.run(f"CREATE DATABASE {name} TEMPLATE {template}")
            self.names[file] = name
        return self.server.url(self.names[file])

    def copy(self, file: Path, to: Path) -> None:
        """As the file would be copied. Whoever is still connected to it is cut off: the server copies no other."""
        name = self.names[file.resolve()]
        self.server.run(f"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '{name}'")
        self.url(to, name)

    def drop_below(self, folder: Path) -> None:
        """As the folder of a test goes."""
        for file in [file for file in self.names if file.is_relative_to(folder.resolve())]:
            self.server.run(f"DROP DATABASE {self.names.pop(file)} WITH (FORCE)")


_in_use: list[Databases] = []


def instead_of_files(server: Server, patch: pytest.MonkeyPatch) -> Databases:
    """From now on, settings without a store of their own and URLs of such files mean databases of the server."""
    databases = Databases(server)
    _in_use.append(databases)
    opened, state_of = Store.__init__, Settings.__getstate__

    def store_url(settings: Settings) -> str:
        return settings.store.named_url or databases.url(settings.data_dir / FILE)

    def open_instead(store: Store, url: str) -> None:
        file = parsed(url).database or ""
        opened(store, databases.url(Path(file)) if url.startswith("sqlite") and file.endswith(FILE) else url)

    def pickled(settings: Settings) -> dict[Any, Any]:
        state = state_of(settings)
        own = settings.store.model_copy(update={"url": settings.store_url})
        return state | {"__dict__": state["__dict__"] | {"store": own}}

    patch.setattr(Settings, "store_url", property(store_url))
    patch.setattr(Settings, "__getstate__", pickled)  # other processes know nothing of this
    patch.setattr(Store, "__init__", open_instead)
    return databases


def begin_as_copies(template: Path, patch: pytest.MonkeyPatch) -> None:
    """From now on, a SQLite store that is opened for the first time begins as a copy of this closed one: a tenth of a
    second less than all migrations, thousands of times."""

    def open_begun(url: str) -> Store:
        file = Path(parsed(url).database or "")
        if url.startswith("sqlite") and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(template, file)
        return Store(url)

    patch.setattr(migrate, "Store", open_begun)


def copy_with(folder: Path, to: Path) -> None:
    """Let the store of a copied folder be there as well; on SQLite it is one of the files."""
    for databases in _in_use:
        databases.copy(folder / FILE, to / FILE)


def names_sqlite(item: Any) -> bool:
    """Whether a test is about the file of SQLite, or the SQLite half of one that runs on both stores."""
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    half = any(isinstance(value, str) and value == "sqlite" for value in values)  # an array has no single answer
    return half or item.get_closest_marker("sqlite") is not None
