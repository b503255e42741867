"""Programs read the API by a token: as far as the token says and its owner may, and nowhere else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.policy import ROUTES
from pipeline.settings import Settings
from pipeline.store import audit, tokens, users
from pipeline.store.migrate import open_store
from tests.api.conftest import BASE, opened_as
from tests.api.world import fill

OWN, FOREIGN = "OP-002", "OP-009"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store)
    with store.writing() as connection:
        users.add_user(connection, "root", "admin", ["administrator"], None, must_change=False)
        users.add_user(connection, "root", "boss", ["manager"], None)  # has never signed in
        users.add_user(connection, "root", "kato", ["operator"], None, operator_id=OWN, must_change=False)
    store.close()
    return settings


@pytest.fixture
def program(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url=BASE, follow_redirects=False) as client:
        yield client


def bearer(settings: Settings, owner: str, *permissions: str) -> dict[str, str]:
    store = open_store(settings.store_url)
    with store.writing() as connection:
        _, secret = tokens.make_token(connection, "root", owner, "test", permissions, 30)
    store.close()
    return {"Authorization": f"Bearer {secret}"}


def change(settings: Settings, name: str, **changes: object) -> None:
    store = open_store(settings.store_url)
    with store.writing() as connection:
        users.change_user(connection, "root", name, **changes)
    store.close()


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_token_reads_what_it_names_and_nothing_else(settings: Settings, program: TestClient) -> None:
    headers = bearer(settings, "boss", "calls.read")
    assert program.get("/api/v1/calls", headers=headers).json()["items"]
    for path in ("/api/v1/calls/20261003-0017", "/api/v1/report", "/api/v1/operators"):
        answer = program.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), path


def test_a_token_reaches_no_further_than_its_owner(settings: Settings, program: TestClient) -> None:
    headers = bearer(settings, "kato", "calls.read", "calls.words", "report.read")
    items = program.get("/api/v1/calls?limit=500", headers=headers).json()["items"]
    assert {item["operator_id"] for item in items} == {OWN}
    assert program.get(f"/api/v1/calls/{FOREIGN}-000", headers=headers).status_code == 404
    assert program.get("/api/v1/report", headers=headers).status_code == 403


def test_whoever_loses_a_role_loses_it_for_their_tokens_at_once(settings: Settings, program: TestClient) -> None:
    headers = bearer(settings, "boss", "calls.read")
    change(settings, "boss", roles=["auditor"])
    assert program.get("/api/v1/calls", headers=headers).status_code == 403
    change(settings, "boss", active=False)
    answer = program.get("/api/v1/calls", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer kouken_wrong", "bearer x y", "Bearer あ"])
def test_anything_else_than_a_living_token_is_refused(value: str, program: TestClient) -> None:
    answer = program.get("/api/v1/calls", headers={b"Authorization": value.encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_a_wrong_token_is_not_made_good_by_a_session(settings: Settings) -> None:
    with opened_as(settings, "manager", name="signed-in") as browser:
        assert browser.get("/api/v1/calls").status_code == 200
        assert browser.get("/api/v1/calls", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_no_page_opens_by_a_token(settings: Settings, program: TestClient) -> None:
    headers = bearer(settings, "admin", "users.manage", "audit.read", "nights.read")
    asked = {path for (method, path), wanted in ROUTES.items() if method == "GET" and wanted != "public"}
    pages = sorted(re.sub(r"\{\w+\}", "1", path) for path in asked if not path.startswith("/api/"))
    assert len(pages) > 50
    for page in pages:
        answer = program.get(page, headers=headers)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"), page


def test_looks_are_on_record_with_owner_and_token(settings: Settings, program: TestClient) -> None:
    program.get("/api/v1/calls/20261003-0017", headers=bearer(settings, "boss", "calls.words"))
    store = open_store(settings.store_url)
    with store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="call.read")
        (token,) = tokens.list_tokens(connection)
    store.close()
    assert entry.actor == "boss" and entry.details["token"] == token.token_id
    assert token.used_at is not None


def test_one_makes_and_revokes_ones_own_token_on_the_page(settings: Settings, program: TestClient) -> None:
    with opened_as(settings, name="kato") as browser:
        form = {"csrf": csrf(browser.get("/account/tokens").text), "label": "Excel", "days": "30"}
        assert browser.post("/account/tokens", data=form).status_code == 422  # no permission chosen
        assert browser.post("/account/tokens", data=form | {"permissions": "audit.read"}).status_code == 422
        made = browser.post("/account/tokens", data=form | {"permissions": "calls.read"})
        secret = re.search(r"kouken_[\w-]{40,}", made.text)
        assert made.status_code == 200 and secret
        assert secret[0] not in browser.get("/account/tokens").text
        headers = {"Authorization": f"Bearer {secret[0]}"}
        assert program.get("/api/v1/calls", headers=headers).status_code == 200
        revoke = re.search(r"/account/tokens/\d+/revoke", made.text)
        assert revoke and browser.post(revoke[0], data={"csrf": form["csrf"]}).status_code == 200
    assert program.get("/api/v1/calls", headers=headers).status_code == 401


def test_nobody_revokes_a_token_of_somebody_else_but_an_administrator(settings: Settings, program: TestClient) -> None:
    headers = bearer(settings, "boss", "calls.read")
    with opened_as(settings, name="kato") as browser:
        form = {"csrf": csrf(browser.get("/account/tokens").text)}
        assert browser.post("/account/tokens/1/revoke", data=form).status_code == 404
        assert browser.post("/tokens/1/revoke", data=form).status_code == 403
    assert program.get("/api/v1/calls", headers=headers).status_code == 200
    with opened_as(settings, name="admin") as browser:
        assert "boss" in browser.get("/tokens").text
        form = {"csrf": csrf(browser.get("/tokens").text)}
        assert browser.post("/tokens/1/revoke", data=form).status_code == 200
    assert program.get("/api/v1/calls", headers=headers).status_code == 401


def test_an_administrator_makes_tokens_no_wider_than_their_owner(settings: Settings) -> None:
    with opened_as(settings, name="admin") as browser:
        form = {"csrf": csrf(browser.get("/tokens").text), "label": "BI", "days": "30", "permissions": "report.read"}
        assert browser.post("/tokens", data=form | {"owner": "kato"}).status_code == 422
        assert browser.post("/tokens", data=form | {"owner": "nobody"}).status_code == 422
        assert "kouken_" in browser.post("/tokens", data=form | {"owner": "boss"}).text


def test_the_api_document_says_which_permission_each_operation_wants(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["paths"]["/api/v1/calls"]["get"]["security"] == [{"token": ["calls.read"]}, {"session": []}]
    assert document["paths"]["/api/v1/health"]["get"]["security"] == []
