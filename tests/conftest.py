"""What holds for all tests: which of them are `make faults`, and the databases that they keep their stores in."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.migrate import open_store
from tests.faults import is_fault
from tests.postgres import TEMPLATE, Server, running_server
from tests.stores import ON_POSTGRES, Databases, begin_as_copies, instead_of_files, names_sqlite

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """How every process of a run is set up."""
    # A million objects of loaded models outlive every test: looking through them took a tenth of the run.
    gc.set_threshold(10_000, 20, 50)
    if ON_POSTGRES:  # not every test closes the application that it opened; SQLite says nothing of it
        left_open = "ignore:.*BaseConnection.__del__:pytest.PytestUnraisableExceptionWarning"
        config.addinivalue_line("filterwarnings", left_open)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make faults` runs the tests marked `fault`. With TEST_STORE=postgres, halves for SQLite are left out."""
    for item in items:
        name = getattr(item, "originalname", item.name)
        if item.path.is_relative_to(HERE) and is_fault(item.path.relative_to(HERE).as_posix(), name):
            item.add_marker(pytest.mark.fault)
    if ON_POSTGRES and (left_out := [item for item in items if names_sqlite(item)]):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The one server of this session; its template holds this version's schema."""
    with running_server() as server:
        server.run(f"CREATE DATABASE {TEMPLATE}")
        open_store(server.url(TEMPLATE)).close()
        yield server


@pytest.fixture(scope="session", autouse=ON_POSTGRES)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """In the place of SQLite files, where the switch says so."""
    with pytest.MonkeyPatch.context() as patch:
        yield instead_of_files(request.getfixturevalue("postgres"), patch)


@pytest.fixture(autouse=ON_POSTGRES)
def databases_of_this_test(databases: Databases, tmp_path: Path) -> Iterator[None]:
    """They go with the folder of the test."""
    yield
    databases.drop_below(tmp_path)


@pytest.fixture(scope="session")
def made_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The closed file of an empty SQLite store of this version."""
    file = tmp_path_factory.mktemp("schema") / "kouken.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(autouse=not ON_POSTGRES)
def begun_stores(request: pytest.FixtureRequest, made_schema: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each store is made by the migrations only where a fault may fall into them, and in the tests of migrations."""
    if not request.node.get_closest_marker("fault"):
        begin_as_copies(made_schema, monkeypatch)
