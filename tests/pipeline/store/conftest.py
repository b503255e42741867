"""A store of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.connect import Store
from pipeline.store.migrate import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'kouken.db'}")
    yield opened
    opened.close()
