"""The pages over a store that is built once (they only read), and over an empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from tests.api.world import fill

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("filled"))
    store = open_store(settings.store_url)
    fill(store)
    store.close()
    return settings


@pytest.fixture
def client(filled: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(filled), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def empty_client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=tmp_path)), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened
