"""Everything about the store and the night is tested on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.postgres import TEMPLATE, Server, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The one server of this session; its template holds this version's schema."""
    with running_server() as server:
        server.run(f"CREATE DATABASE {TEMPLATE}")
        open_store(server.url(TEMPLATE)).close()
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store of this version's schema, once on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'kouken.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """The same, opened."""
    opened = open_store(store_url)
    yield opened
    opened.close()
