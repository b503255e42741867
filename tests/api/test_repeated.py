"""Of a value that is given twice in an address the last one counts: for what is shown and for who may see it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.settings import Settings
from tests.api.conftest import opened_as
from tests.api.test_access import filled_in

SAID = {"period": ("2026-10", "FY2026-Q3"), "team": ("第一課", "第二課"), "operator": ("OP-002", "OP-009")}


@pytest.fixture(scope="module")
def browser(filled: Settings) -> Iterator[TestClient]:
    with opened_as(filled, "administrator", "manager", "analyst", "qa_editor", name="twice") as opened:
        yield opened


def single_values(browser: TestClient) -> list[tuple[str, str]]:
    """Every parameter of the API that stands for one value in the address of a question: path and name."""
    app: Any = browser.app
    asked = [
        (path, one)
        for path, item in app.openapi()["paths"].items()
        for one in item.get("get", {}).get("parameters", ())
    ]
    return [(path, one["name"]) for path, one in asked if one["in"] == "query" and one["schema"].get("type") != "array"]


def test_the_last_of_two_values_counts_in_every_question_of_the_api(browser: TestClient) -> None:
    asked = single_values(browser)
    assert {("/api/v1/calls", "operator"), ("/api/v1/dashboard", "team")} <= set(asked) and len(asked) > 40
    for path, name in asked:
        first, last = SAID.get(name, ("1", "2"))
        once = browser.get(filled_in(path), params=[(name, last)])
        twice = browser.get(filled_in(path), params=[(name, first), (name, last)])
        assert (twice.status_code, twice.content) == (once.status_code, once.content), (path, name)


@pytest.mark.parametrize("path", ["/operators", "/calls", "/report"])
def test_nobody_sees_more_of_a_page_by_naming_the_own_team_first(filled: Settings, path: str) -> None:
    with opened_as(filled, "manager", name=f"lead{path.strip('/')}", teams=("第一課",)) as lead:
        foreign, own = (lead.get(path, params={"team": team}) for team in ("第二課", "第一課"))
        as_foreign = lead.get(path, params=[("team", "第一課"), ("team", "第二課")])
        as_own = lead.get(path, params=[("team", "第二課"), ("team", "第一課")])
    assert (as_foreign.status_code, as_own.status_code) == (foreign.status_code, own.status_code)
    assert all("OP-002" not in answer.text for answer in (foreign, own, as_foreign, as_own))
