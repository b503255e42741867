"""The pages over a store that is built once (they only read), and over an empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from tests.api.world import fill, place_of, telling_call
from tests.pipeline.audio.making import speechlike, write_wav

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("filled"))
    store = open_store(settings.store_url)
    fill(store)
    store.close()
    return settings


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """A store whose first call has its recording in the archive, and that recording."""
    recording = tmp_path / "archive" / place_of("20261003-0017")
    recording.parent.mkdir(parents=True)
    write_wav(recording, speechlike(72))
    settings = Settings(data_dir=tmp_path / "data")
    store = open_store(settings.store_url)
    fill(store, [telling_call()], tmp_path / "archive")
    store.close()
    with TestClient(create_app(settings), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened, recording


@pytest.fixture
def client(filled: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(filled), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def empty_client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data_dir=tmp_path)), base_url=BASE, raise_server_exceptions=False) as opened:
        yield opened
