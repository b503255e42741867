"""Who may open what: every route, every role, what is one's own and what is not; refused unless somebody allowed it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.app import create_app
from api.policy import GRANTS, ROUTES, permission_of, reach_of
from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.migrate import open_store
from pipeline.store.users import ROLES, Role, User
from tests.api.conftest import BASE, opened_as
from tests.api.world import fill, plain_calls

OWN, FOREIGN = "OP-002", "OP-009"


@pytest.fixture(scope="module")
def app(filled: Settings) -> FastAPI:
    return create_app(filled)


def routes(app: FastAPI) -> set[tuple[str, str]]:
    found = {(method, route.path) for route in iter_route_contexts(app.routes) for method in route.methods or ()}
    return {(method, str(path)) for method, path in found if method != "HEAD"}


def test_nothing_opens_but_by_password_code_or_provider() -> None:
    """No question about the school, no link by mail: who has forgotten a password asks an administrator."""
    public = {path for (_, path), asked in ROUTES.items() if asked == "public"}
    signing_in = {"/sign-in", "/sign-in/code", "/sign-in/oidc", "/sign-in/oidc/back", "/first"}
    assert public == signing_in | {"/api/v1/health"}


def test_every_route_is_in_the_policy_and_nothing_else_is(app: FastAPI) -> None:
    assert routes(app) == set(ROUTES)


def test_what_nobody_has_thought_of_is_refused_to_everybody() -> None:
    assert permission_of("GET", "/new-route") is None
    assert permission_of("DELETE", "/calls") is None


@pytest.mark.parametrize("role", ROLES)
def test_every_route_asks_for_its_permission(filled: Settings, role: Role) -> None:
    """A role without the permission gets 403 on every route that wants it; with it, anything but 401 and 403."""
    operator_id = OWN if role == "operator" else None
    with opened_as(filled, role, name=f"matrix-{role}", operator_id=operator_id) as browser:
        for (method, path), permission in ROUTES.items():
            if permission in ("public", "signed_in"):
                continue
            answer = browser.request(method, filled_in(path), follow_redirects=False)
            granted = permission in GRANTS[role] and not (role == "operator" and permission == "report.read")
            if method != "GET":  # without the token of its session nobody gets in at all
                assert answer.status_code == 403, (role, path)
                assert ("not_from_here" in answer.text) is granted, (role, path)
            else:
                assert (answer.status_code == 403) is not granted, (role, path, answer.status_code)
                assert answer.status_code < 500, (role, path)


@pytest.mark.parametrize(("method", "path"), [key for key, permission in ROUTES.items() if permission != "public"])
def test_without_signing_in_nothing_is_told(filled: Settings, method: str, path: str) -> None:
    with opened_as(filled, "manager", name="somebody"):
        pass  # so that there is somebody, and no first administrator is asked for
    with TestClient(create_app(filled), base_url=BASE, headers={"Sec-Fetch-Site": "same-origin"}) as browser:
        answer = browser.request(method, filled_in(path), follow_redirects=False)
    if method == "GET" and not path.startswith("/api/"):
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    else:
        assert answer.status_code == 401
    assert OWN not in answer.text


def filled_in(path: str) -> str:
    values = {"run_id": "1", "operator_id:path": OWN, "call_id:path": f"{OWN}-000", "recording_id": "1"}
    values |= {"transcript_id": "1", "utterance": "0", "evaluation_id": "999", "form_id": "999", "session_id": "999"}
    values |= {"exposure": "any", "topic": "start", "name": "somebody"}
    values |= {"entry_id:path": "appeal.ease-1", "form": "csv", "draft_id": "1", "job_id": "none", "version": "none"}
    values |= {"token_id": "999", "rule_id": "999", "position": "new"}
    values |= {"hold_id": "999", "erasure_id": "999", "key": "none"}
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    return path


@pytest.fixture(scope="module")
def own(filled: Settings) -> Iterator[TestClient]:
    with opened_as(filled, "operator", name="own", operator_id=OWN) as browser:
        yield browser


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
def test_an_operator_sees_their_own_and_nobody_elses(own: TestClient, prefix: str) -> None:
    assert own.get(f"{prefix}/operators/{OWN}").status_code == 200
    assert own.get(f"{prefix}/operators/{FOREIGN}").status_code == 404
    assert own.get(f"{prefix}/calls/{OWN}-000").status_code == 200
    assert own.get(f"{prefix}/calls/{FOREIGN}-000").status_code == 404
    assert own.get(f"{prefix}/calls/no-row-in-the-table").status_code == 404
    for path in ("operators", "calls"):
        answer = own.get(f"{prefix}/{path}")
        assert answer.status_code == 200
        assert FOREIGN not in answer.text and "20261003-0017" not in answer.text


def test_an_operators_list_asked_for_somebody_else_is_empty(own: TestClient) -> None:
    assert own.get("/api/v1/calls", params={"operator": FOREIGN}).json()["items"] == []
    assert own.get("/api/v1/calls", params={"unknown": "operator"}).json()["items"] == []
    assert FOREIGN not in own.get("/calls.csv").text and FOREIGN not in own.get("/operators.csv").text


def test_an_operator_hears_no_recording_of_others(own: TestClient, filled: Settings) -> None:
    mine = {item["recording_id"] for item in own.get("/api/v1/calls?limit=500").json()["items"]}
    with opened_as(filled, "manager", name="all-seeing") as browser:
        every = {item["recording_id"] for item in browser.get("/api/v1/calls?limit=500").json()["items"]}
    for recording in every - mine:
        assert own.get(f"/sound/{recording}").status_code == 404
        assert "call_not_found" in own.get(f"/sound/{recording}/peaks").text


def test_a_manager_of_a_team_sees_the_team_and_no_figures_of_the_centre(filled: Settings) -> None:
    with opened_as(filled, "manager", name="of-a-team", teams=["第二課"]) as browser:
        items = browser.get("/api/v1/calls?limit=500").json()["items"]
        assert items and {item["team"] for item in items} == {"第二課"}
        assert browser.get("/calls/20261003-0017").status_code == 404
        assert browser.get("/report").status_code == browser.get("/api/v1/report").status_code == 403
        assert browser.get("/", follow_redirects=False).headers["location"] == "/operators"
        night = browser.get("/nights/1").text
        linked = set(re.findall(r'href="(/calls/[^"]+)"', night))
        assert linked and all(browser.get(call).status_code == 200 for call in linked)
        assert "20261003-0017" in night and "/calls/20261003-0017" not in linked
    with opened_as(filled, "manager", name="of-no-such-team", teams=["ない課"]) as browser:
        assert browser.get("/api/v1/calls").json()["items"] == []
        assert browser.get("/api/v1/operators").json()["items"] == []


def test_roles_add_up_and_the_widest_reach_counts() -> None:
    def user(*roles: Role, teams: tuple[str, ...] = (), operator_id: str | None = None) -> User:
        return User("x", "x", roles, teams, operator_id, active=True, must_change=False)

    both = reach_of(user("operator", "manager", teams=("A",), operator_id="OP"), "calls.read")
    assert both and both.within and both.within.has("OP", None) and both.within.has("other", "A")
    assert not both.within.has("other", "B") and not both.within.has(None, None)
    whole = reach_of(user("operator", "qa_editor", operator_id="OP"), "calls.read")
    assert whole and whole.is_whole
    assert reach_of(user("manager", teams=("A",)), "report.read") is None
    assert reach_of(user("auditor"), "calls.words") is None


def test_an_analyst_reads_masked_words_only_and_hears_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store, [replace(call, is_masked=False) for call in plain_calls(12, OWN, "高橋", 5)])
    store.close()
    with opened_as(settings, "analyst", name="analyst") as browser:
        assert browser.get(f"/calls/{OWN}-000").status_code == 403
        assert browser.get(f"/api/v1/calls/{OWN}-000").status_code == 403
        assert browser.get("/sound/1").status_code == 403
        assert browser.get("/api/v1/calls").json()["items"]
    with opened_as(settings, "qa_editor", name="listener") as browser:
        assert browser.get(f"/calls/{OWN}-000").status_code == 200


def test_looks_hearings_and_exports_are_on_record_by_id(filled: Settings) -> None:
    with opened_as(filled, "manager", name="curious") as browser:
        browser.get(f"/calls/{OWN}-000")
        browser.get("/calls.csv", params={"operator": OWN})
    store = open_store(filled.store_url)
    with store.reading() as connection:
        entries = audit.list_entries(connection, actor="curious", limit=10)
        assert audit.verify(connection).is_whole
    store.close()
    assert [(entry.action, entry.object) for entry in entries] == [
        ("export.calls", "calls"),
        ("call.read", f"{OWN}-000"),
    ]
    assert entries[0].details == {"operator": OWN}


def test_links_lead_only_where_one_may_go(own: TestClient) -> None:
    html = own.get(f"/operators/{quote(OWN)}").text
    assert 'href="/report"' not in html and 'href="/users"' not in html and 'href="/audit"' not in html
    assert 'href="/calls"' in html


def test_an_operator_is_not_told_how_many_calls_there_are_besides(own: TestClient) -> None:
    for path in ("/calls", "/search"):
        page = own.get(path).text
        assert "ご覧になれる" in page and "解析した18" not in page


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_the_nights_lead_nobody_to_pages_they_may_not_open(filled: Settings, role: Role) -> None:
    with opened_as(filled, role, name=f"nights-{role}") as browser:
        for path in ("/nights", "/nights/1"):
            page = browser.get(path).text
            assert 'href="/calls/' not in page and "/report" not in page
    with opened_as(filled, "manager", name="nights-manager") as browser:
        assert 'href="/calls/' in browser.get("/nights/1").text and "/nights/1/report" in browser.get("/nights").text
