"""Signing in and out: one session a sign-in, nothing accepted from elsewhere, nobody locked out by others."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.app import create_app
from api.rate import Window
from pipeline.accounts.passwords import hash_password
from pipeline.settings import Settings, WebSettings
from pipeline.store import audit, users
from pipeline.store.migrate import open_store
from pipeline.store.schema import sessions
from tests.api.conftest import BASE

PASSWORD = "tadashii-uma-denchi"
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def kept() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def settings(tmp_path: Path, kept: str) -> Settings:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    with store.writing() as connection:
        users.add_user(connection, "root", "sato", ["administrator", "manager"], kept, must_change=False)
        users.add_user(connection, "root", "given", ["analyst"], kept)
    store.close()
    return settings


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url=BASE, headers=HERE, follow_redirects=False) as opened:
        yield opened


def sign_in(browser: TestClient, name: str = "sato", password: str = PASSWORD, **more: str) -> int:
    return browser.post("/sign-in", data={"name": name, "password": password, **more}).status_code


def hold(browser: TestClient, token: str) -> None:
    browser.cookies.clear()
    browser.cookies.set("kouken_session", token, domain="127.0.0.1", path="/")


def csrf_of(browser: TestClient, path: str = "/account") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def test_the_right_password_opens_and_signing_out_closes(browser: TestClient) -> None:
    assert browser.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    assert sign_in(browser) == 303
    token = browser.cookies["kouken_session"]
    assert browser.get("/account").status_code == 200
    out = browser.post("/sign-out", data={"csrf": csrf_of(browser)})
    assert out.status_code == 303 and out.headers["clear-site-data"] == '"cache", "storage"'
    hold(browser, token)
    assert browser.get("/account").status_code == 303


def test_wrong_name_and_wrong_password_get_the_same_words(browser: TestClient) -> None:
    answers = [
        browser.post("/sign-in", data={"name": name, "password": "wrong-password-1"}) for name in ("sato", "nobody")
    ]
    assert {answer.status_code for answer in answers} == {403}
    texts = [re.sub(r'value="(sato|nobody)"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]


def test_a_hash_of_less_cost_than_todays_is_replaced_when_its_password_is_there(
    browser: TestClient, settings: Settings
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with open_store(settings.store_url) as store:
        with store.writing() as connection:
            users.set_password(connection, "root", "sato", weak)

        def kept() -> str | None:
            with store.reading() as connection:
                return users.password_hash_of(connection, "sato")

        assert sign_in(browser, password="not the right one") == 403 and kept() == weak
        assert sign_in(browser) == 303
        renewed = kept()
        assert renewed and not PasswordHasher().check_needs_rehash(renewed)
        assert browser.get("/account").status_code == 200  # nobody is signed out by it
        assert sign_in(browser) == 303 and kept() == renewed
        with store.writing() as connection:
            users.renew_hash(connection, "sato", weak, weak)  # the password was changed meanwhile
        assert kept() == renewed


def test_every_sign_in_has_a_token_of_its_own(browser: TestClient) -> None:
    hold(browser, "chosen-by-somebody-else")
    assert sign_in(browser) == 303
    first = browser.cookies["kouken_session"]
    assert first != "chosen-by-somebody-else"
    assert sign_in(browser) == 303
    assert browser.cookies["kouken_session"] != first


@pytest.mark.parametrize(
    ("next", "leads"),
    [
        ("/calls?label=appeal", "/calls?label=appeal"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_after_signing_in_one_stays_here(browser: TestClient, next: str, leads: str) -> None:
    answer = browser.post("/sign-in", data={"name": "sato", "password": PASSWORD, "next": next})
    assert answer.headers["location"] == leads


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: TestClient) -> None:
    answer = browser.post("/sign-in", data={"name": "sato", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie


def test_behind_tls_the_cookie_is_held_to_this_host(settings: Settings) -> None:
    secure = settings.model_copy(update={"web": WebSettings(behind_tls=True, names=("kouken.example",))})
    with TestClient(create_app(secure), base_url="https://kouken.example", headers=HERE) as browser:
        answer = browser.post("/sign-in", data={"name": "sato", "password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-kouken=") and "secure" in cookie.lower() and "domain" not in cookie.lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}]
)
def test_forms_of_other_sites_are_refused(browser: TestClient, headers: dict[str, str]) -> None:
    answer = browser.post("/sign-in", data={"name": "sato", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403 and "not_from_here" in answer.text


def test_browsers_that_tell_no_more_than_the_origin_are_judged_by_it(settings: Settings) -> None:
    data = {"name": "sato", "password": PASSWORD}
    with TestClient(create_app(settings), base_url=BASE, follow_redirects=False) as old:
        assert old.post("/sign-in", data=data).status_code == 403
        assert old.post("/sign-in", data=data, headers={"Origin": "http://evil.example"}).status_code == 403
        assert old.post("/sign-in", data=data, headers={"Origin": BASE}).status_code == 303


def test_a_change_needs_the_token_of_its_own_session(browser: TestClient) -> None:
    sign_in(browser)
    before = csrf_of(browser)
    sign_in(browser)
    for data in ({}, {"csrf": "wrong"}, {"csrf": before}):
        assert browser.post("/account/sign-out-everywhere", data=data).status_code == 403
    assert browser.post("/account/sign-out-everywhere", headers={"X-CSRF-Token": csrf_of(browser)}).status_code == 303


def test_a_given_password_is_replaced_before_anything_else(browser: TestClient) -> None:
    sign_in(browser, "given")
    assert browser.get("/report").headers["location"] == "/account"
    assert browser.get("/api/v1/report").status_code == 403
    data = {
        "csrf": csrf_of(browser),
        "old": PASSWORD,
        "new": "mou-hitotsu-no-himitsu",
        "repeated": "mou-hitotsu-no-himitsu",
    }
    assert browser.post("/account/password", data=data | {"repeated": "different-one"}).status_code == 422
    assert browser.post("/account/password", data=data | {"old": "wrong"}).status_code == 422
    assert browser.post("/account/password", data=data).status_code == 303
    assert browser.get("/help").status_code == 200
    assert sign_in(browser, "given") == 403
    assert sign_in(browser, "given", data["new"]) == 303


def test_who_fails_too_often_waits_and_nobody_else_does(settings: Settings) -> None:
    app = create_app(settings)
    with TestClient(app, base_url=BASE, headers=HERE, follow_redirects=False) as browser:
        app.state.attempts = Window(most=3, window_s=900)
        assert [sign_in(browser, password="wrong-password-1") for _ in range(4)] == [403, 403, 403, 429]
        assert sign_in(browser) == 429
        answer = browser.post("/sign-in", data={"name": "sato", "password": PASSWORD})
        assert 0 < int(answer.headers["retry-after"]) <= 901
        assert sign_in(browser, "given") == 303


def test_attempts_are_forgotten_after_their_window() -> None:
    now = 0.0
    attempts = Window(most=2, window_s=10, clock=lambda: now)
    attempts.add("a")
    attempts.add("a")
    assert attempts.wait_s("a") == 10 and attempts.wait_s("b") == 0
    now = 11.0
    assert attempts.wait_s("a") == 0
    assert not attempts._of


def test_the_first_administrator_is_asked_for_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    data = {"name": "Ｓａｔｏ", "password": PASSWORD, "repeated": PASSWORD}
    with TestClient(create_app(settings), base_url=BASE, headers=HERE, follow_redirects=False) as browser:
        assert browser.get("/").headers["location"] == "/first"
        assert browser.post("/first", data=data | {"password": "short", "repeated": "short"}).status_code == 422
        assert browser.post("/first", data=data | {"repeated": "another-password"}).status_code == 422
        assert browser.post("/first", data=data).status_code == 303
        assert browser.get("/users").status_code == 200
        assert browser.get("/first").status_code == browser.post("/first", data=data).status_code == 404


def test_a_password_that_has_leaked_is_not_taken(tmp_path: Path) -> None:
    leaked, other = "himitsu-no-hanazono", "mou-hitotsu-no-himitsu"
    path = tmp_path / "pwned.txt"
    path.write_text(hashlib.sha1(leaked.encode(), usedforsecurity=False).hexdigest().upper() + ":12\r\n")
    settings = Settings(data_dir=tmp_path, web=WebSettings(breached_passwords=path))
    with TestClient(create_app(settings), base_url=BASE, headers=HERE, follow_redirects=False) as browser:
        first = {"name": "sato", "password": leaked, "repeated": leaked}
        refused = browser.post("/first", data=first)
        assert refused.status_code == 422 and "漏れたパスワードの一覧" in refused.text and leaked not in refused.text
        assert browser.post("/first", data=first | {"password": other, "repeated": other}).status_code == 303
        change = {"csrf": csrf_of(browser), "old": other, "new": leaked, "repeated": leaked}
        refused = browser.post("/account/password", data=change)
        assert refused.status_code == 422 and "漏れたパスワードの一覧" in refused.text and leaked not in refused.text
        assert browser.post("/account/password", data=change | {"new": PASSWORD, "repeated": PASSWORD}).is_redirect


def test_an_administrator_makes_and_stops_people(browser: TestClient) -> None:
    sign_in(browser)
    data = {"csrf": csrf_of(browser), "name": "kato", "roles": ["operator"], "operator_id": "OP-001"}
    assert browser.post("/users", data=data | {"operator_id": ""}).status_code == 422
    made = browser.post("/users", data=data)
    password = re.search(r'class="secret">([^<]+)<', made.text)
    assert made.status_code == 200 and password
    assert sign_in(browser, "kato", password[1]) == 303
    token = browser.cookies["kouken_session"]
    sign_in(browser)
    change = {"csrf": csrf_of(browser), "roles": ["operator"], "operator_id": "OP-001"}  # without `active`
    assert browser.post("/users/kato", data=change).status_code == 303
    hold(browser, token)
    assert browser.get("/account").status_code == 303
    assert sign_in(browser, "kato", password[1]) == 403


def test_the_last_administrator_cannot_leave(browser: TestClient) -> None:
    sign_in(browser)
    answer = browser.post("/users/sato", data={"csrf": csrf_of(browser), "roles": ["manager"], "active": "yes"})
    assert answer.status_code == 422 and "管理者が一人もいなくなります" in answer.text


def test_sign_ins_and_refusals_are_on_record(browser: TestClient, settings: Settings) -> None:
    sign_in(browser, password="wrong-password-1")
    sign_in(browser, "nobody-known")
    sign_in(browser)
    browser.post("/sign-out", data={"csrf": csrf_of(browser)})
    store = open_store(settings.store_url)
    with store.reading() as connection:
        entries = audit.list_entries(connection, action="session")
        kept = connection.execute(sa.select(sessions)).all()
    store.close()
    told = [(entry.action, entry.actor) for entry in reversed(entries)]
    assert told == [
        ("session.sign_in_refused", "sato"),
        ("session.sign_in_refused", "unknown"),
        ("session.sign_in", "sato"),
        ("session.sign_out", "sato"),
    ]
    assert not kept


def test_a_form_beyond_any_sense_is_refused_unread(browser: TestClient) -> None:
    assert browser.post("/sign-in", content=b"x" * 1_000_001).status_code == 413
    assert browser.post("/sign-in", headers={"Content-Length": "many"}).status_code in (400, 413)


def test_the_audit_page_tells_whether_the_chain_is_whole(browser: TestClient) -> None:
    sign_in(browser)
    assert "まだ通して照合していません" in browser.get("/audit").text
    for form in ({}, {}, {"whole": "yes"}):
        checked = browser.post("/audit/verify", data={"csrf": csrf_of(browser), **form})
        assert "鎖はつながっています" in checked.text
    assert "最後の照合" in browser.get("/audit").text
    assert ">session.sign_in<" in browser.get("/audit", params={"actor": "sato", "action": "session"}).text
    assert ">session.sign_in<" not in browser.get("/audit", params={"actor": "nobody"}).text
