"""The pages over a store that is built once (they only read), and over an empty one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from phrases.entry import Phrase, PhraseSet
from pipeline.settings import Settings
from pipeline.store import dictionary, sessions, users
from pipeline.store.migrate import open_store
from pipeline.store.users import Role
from tests.api.world import fill, fill_with_recording

BASE = "http://127.0.0.1:8000"
EVERYTHING: tuple[Role, ...] = ("administrator", "manager", "qa_editor", "qa_approver", "analyst", "auditor")


def opened_as(
    settings: Settings,
    *roles: Role,
    name: str = "tester",
    teams: Sequence[str] = (),
    operator_id: str | None = None,
) -> TestClient:
    """A browser in which a person of these roles has signed in; what it sends is as from our own pages."""
    store = open_store(settings.store_url)
    with store.writing() as connection:
        if users.find_user(connection, name) is None:
            users.add_user(
                connection, "root", name, roles, None, teams=teams, operator_id=operator_id, must_change=False
            )
        token = sessions.open_session(connection, name)
    store.close()
    headers = {"Sec-Fetch-Site": "same-origin"}
    cookies = {"kouken_session": token}
    return TestClient(
        create_app(settings), base_url=BASE, raise_server_exceptions=False, headers=headers, cookies=cookies
    )


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("filled"))
    store = open_store(settings.store_url)
    fill(store)
    with store.writing() as connection:
        dictionary.seed(connection, PhraseSet((Phrase("p.quote", "proposal", "お見積もりをお送りしましょう"),)))
    store.close()
    return settings


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """A store whose first call has its recording in the archive, and that recording."""
    settings = Settings(data_dir=tmp_path / "data")
    store = open_store(settings.store_url)
    recording = fill_with_recording(store, tmp_path / "archive")
    store.close()
    with opened_as(settings, *EVERYTHING) as opened:
        yield opened, recording


@pytest.fixture(scope="session")
def dictionary_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose calls were tagged with its own small dictionary; tests work on copies of it."""
    from tests.api.dictionary_world import fill_folder

    folder = tmp_path_factory.mktemp("dictionary") / "data"
    fill_folder(folder)
    return folder


@pytest.fixture
def client(filled: Settings) -> Iterator[TestClient]:
    with opened_as(filled, *EVERYTHING) as opened:
        yield opened


@pytest.fixture
def empty_client(tmp_path: Path) -> Iterator[TestClient]:
    with opened_as(Settings(data_dir=tmp_path), *EVERYTHING) as opened:
        yield opened
