"""Everything about the store and the night is tested on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.connect import Store
from pipeline.store.migrate import open_store
from tests.pipeline.centre import QUICK, Centre, small_centre
from tests.postgres import Server


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


@pytest.fixture
def centre(store_url: str, tmp_path: Path) -> Centre:
    """A small support centre whose nights find tags as the product does."""
    return small_centre(tmp_path, store_url)


@pytest.fixture
def quick_centre(store_url: str, tmp_path: Path) -> Centre:
    """The same with a tagger that loads nothing."""
    return small_centre(tmp_path, store_url, QUICK)
