import pytest

from phrases.japanese import Japanese


@pytest.fixture(scope="session")
def japanese() -> Japanese:
    return Japanese()
