"""Whatever is asked, the answer is in the documented shape; nothing makes the server fail."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.settings import Settings
from tests.api.conftest import EVERYTHING, opened_as

NAMES = "operator since until label reaction unknown cursor limit before state lang recording encoding".split()
WORDS = ["", "appeal", "proposal", "declined", "operator", "time", "en", "ja", "NaN", "true", "W251bGwsIDFd"]
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.sampled_from(WORDS),
)
PLACES = "/ /operators /operators.csv /calls /calls.csv /nights /help /api/v1/report /api/v1/operators /api/v1/calls"
PLACES += " /api/v1/nights /api/v1/health"
UNDER = "/operators/{} /calls/{} /nights/{} /nights/{}/report /sound/{} /help/{} /static/{}"
UNDER += " /api/v1/operators/{} /api/v1/calls/{} /api/v1/nights/{}/report"
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def steady(filled: Settings) -> Iterator[TestClient]:
    with opened_as(filled, *EVERYTHING) as opened:
        yield opened


def check(answer: Any) -> None:
    assert answer.status_code in (200, 404, 405, 421, 422), (answer.request.url, answer.status_code)
    if answer.status_code != 200 and "/api/" in answer.request.url.path:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@FUZZ
@given(place=st.sampled_from(PLACES.split()), query=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4))
def test_any_query_is_answered(steady: TestClient, place: str, query: list[tuple[str, str]]) -> None:
    check(steady.get(f"{place}?{urlencode(query, errors='replace')}"))


@FUZZ
@given(place=st.sampled_from(UNDER.split()), name=st.one_of(st.text(min_size=1, max_size=40), st.integers().map(str)))
def test_any_id_is_answered(steady: TestClient, place: str, name: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "replace"))
    check(steady.get(place.format(encoded)))


def test_a_question_of_five_thousand_values_is_answered(steady: TestClient) -> None:
    check(steady.get("/api/v1/calls?" + "&".join(f"label={number}" for number in range(5_000))))
