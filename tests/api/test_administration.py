"""The area 管理: one entry in the navigation, and within it only what one may open."""

import pytest
from fastapi.testclient import TestClient

from api.navigation import AREAS, PLACES
from api.policy import GRANTS, ROUTES
from api.words import PERMISSIONS
from pipeline.settings import Settings
from tests.api.conftest import opened_as


def test_navigation_leads_nobody_where_they_may_not_go() -> None:
    places = [*PLACES, *(place for area in AREAS.values() for place in area)]
    for place in places:
        asked = ROUTES.get(("GET", place.href), "signed_in")
        for role, granted in GRANTS.items():
            assert place.permission not in granted or asked in {"signed_in"} | granted, (place.href, role)


@pytest.mark.parametrize(("role", "leads"), [("administrator", "/users"), ("auditor", "/audit")])
def test_the_area_opens_with_the_first_page_one_may_open(filled: Settings, role: str, leads: str) -> None:
    with opened_as(filled, role, name=f"area-{role}") as browser:  # type: ignore[arg-type]
        assert browser.get("/administration", follow_redirects=False).headers["location"] == leads
        html = browser.get("/administration").text
        assert ('href="/users"' in html) is (role == "administrator")
        assert 'href="/audit"' in html


def test_whoever_may_open_a_page_of_the_area_may_open_the_area() -> None:
    for role, granted in GRANTS.items():
        if any(place.permission in granted for place in AREAS["administration"]):
            assert "administration.read" in granted, role


def test_roles_are_shown_as_the_policy_has_them(client: TestClient) -> None:
    html = client.get("/roles").text
    for permission in set(ROUTES.values()) - {"public", "signed_in"}:
        assert permission in PERMISSIONS, f"{permission} has no words in api/words.py"
        assert PERMISSIONS[permission].name.ja in html


def test_teams_show_their_operators_and_managers_of_no_team(filled: Settings) -> None:
    with opened_as(filled, "manager", name="misspelt", teams=["第2課"]):
        pass
    with opened_as(filled, "administrator", name="team-admin") as browser:
        html = browser.get("/teams").text
    assert "第二課" in html and "OP-002" in html
    assert "misspelt" in html and "(第2課)" in html


def test_before_the_first_table_the_page_says_how_teams_come_about(empty_client: TestClient) -> None:
    assert "列 team を加えて" in empty_client.get("/teams").text


def test_an_unknown_path_keeps_the_navigation_of_whoever_is_signed_in(filled: Settings, client: TestClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404 and 'href="/administration"' in answer.text and "サインアウト" in answer.text
    client.cookies.clear()
    answer = client.get("/no-such-page")
    assert answer.status_code == 404 and 'href="/administration"' not in answer.text
    assert client.get("/api/v1/no-such").json()["code"] == "not_found"
