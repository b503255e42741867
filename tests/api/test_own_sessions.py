"""On one's own account stands where one is signed in, and each of these can be ended; nobody else's can."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response

from api.devices import BROWSERS, SYSTEMS
from pipeline.settings import Settings
from pipeline.store.migrate import open_store
from pipeline.store.schema import sessions
from tests.api.two_steps import browser_of, csrf_of, entries, give_password, opened, people_in, post, sign_in

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
EDGE += " Edg/141.0.0.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"
)
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0"
SAFARI += " Mobile/15E148 Safari/604.1"
FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0"
HOSTILE = "<script>alert(1)</script>\"'><b>" + "x" * 5000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return people_in(tmp_path)


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with opened(settings) as (browser, _):
        yield browser


def come(browser: TestClient, name: str = "sato", agent: str = EDGE) -> None:
    browser.headers["user-agent"] = agent
    assert give_password(browser, name).status_code == 303


def another(browser: TestClient) -> TestClient:
    return browser_of(browser.app)  # type: ignore[arg-type]


def listed(browser: TestClient, language: str = "ja") -> list[str]:
    """What stands of each sign-in, as text, its form with it."""
    page = browser.get("/account", params={"lang": language}).text
    (items,) = re.findall(r'<ul class="sign-ins">(.*?)</ul>', page, re.DOTALL)
    return [unescape(item) for item in re.findall(r"<li>(.*?)</li>", items, re.DOTALL)]


def ids(browser: TestClient) -> list[str]:
    """Of the others: this one has no button."""
    return re.findall(r'action="/account/sessions/(\w+)/end"', browser.get("/account").text)


def end(browser: TestClient, session_id: str, **data: str) -> Response:
    return browser.post(f"/account/sessions/{session_id}/end", data={"csrf": csrf_of(browser, "/account"), **data})


@pytest.mark.parametrize(
    ("agent", "browser_name", "system"),
    [
        (EDGE, "Edge", "Windows"),
        (CHROME, "Chrome", "Android"),
        (SAFARI, "Safari", "iPhone"),
        (FIREFOX, "Firefox", "macOS"),
        ("curl/8.5.0", "不明なブラウザー", "不明な機器"),
        (HOSTILE, "不明なブラウザー", "不明な機器"),
        ("", "不明なブラウザー", "不明な機器"),
        ("x" * 500 + " Firefox/144.0", "不明なブラウザー", "不明な機器"),
    ],
)
def test_a_sign_in_is_told_by_the_names_of_its_browser_and_system(
    browser: TestClient, agent: str, browser_name: str, system: str
) -> None:
    come(browser, agent=agent)
    (only,) = listed(browser)
    assert f"<b>{browser_name}</b> · {system}" in only and "このブラウザー" in only
    assert "ほかの場所ではサインインしていません" in browser.get("/account").text
    assert "alert(1)" not in browser.get("/account").text


def test_names_of_browsers_fit_where_they_are_kept() -> None:
    longest = sessions.c.browser.type.length, sessions.c.system.type.length  # type: ignore[attr-defined]
    for names, room in zip((BROWSERS, SYSTEMS), longest, strict=True):
        assert all(len(name) <= room for _, name in names)


def test_one_is_ended_and_the_others_stay(browser: TestClient, settings: Settings) -> None:
    come(browser)
    with another(browser) as phone, another(browser) as home:
        come(phone, agent=SAFARI)
        come(home, agent=FIREFOX)
        assert len(listed(browser)) == 3 and len(ids(browser)) == 2
        (row,) = [item for item in listed(browser) if "iPhone" in item]
        (session_id,) = re.findall(r"/account/sessions/(\w+)/end", row)
        answer = end(browser, session_id)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account#h-sessions")
        assert phone.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
        assert home.get("/account").status_code == browser.get("/account").status_code == 200
    (entry,) = entries(settings, "session.end")
    assert (entry.actor, entry.details) == ("sato", {"session": session_id})
    assert "サインイン中の場所を一つ、サインアウトさせた" in browser.get("/audit").text


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "a token's hash"])
def test_what_is_not_ones_own_is_not_found_and_goes_on(browser: TestClient, settings: Settings, whose: str) -> None:
    come(browser)
    with another(browser) as other:
        come(other, "kato")
        with open_store(settings.store_url) as store, store.reading() as connection:
            kato = connection.execute(sa.select(sessions).where(sessions.c.name == "kato")).one()
        tried = {"somebody else's": kato.session_id, "nobody's": "0" * 16, "a token's hash": kato.token_sha256}[whose]
        answer = end(browser, tried)
        assert answer.status_code == 404 and "session_not_found" in answer.text
        assert other.get("/account").status_code == 200
        assert tried not in browser.get("/account").text
    assert not entries(settings, "session.end")


def test_ending_needs_the_token_of_this_very_session(browser: TestClient) -> None:
    come(browser)
    with another(browser) as other:
        come(other)
        (session_id,) = ids(browser)
        for csrf in ("", "wrong", csrf_of(other, "/account")):
            assert end(browser, session_id, csrf=csrf).status_code == 403
        assert end(browser, session_id).status_code == 303


def test_ending_this_one_by_its_id_is_signing_out(browser: TestClient, settings: Settings) -> None:
    come(browser)
    with open_store(settings.store_url) as store, store.reading() as connection:
        session_id = connection.execute(sa.select(sessions.c.session_id)).scalar_one()
    answer = end(browser, session_id)
    assert answer.headers["location"] == "/sign-in" and "clear-site-data" in answer.headers
    assert browser.get("/account").status_code == 303


def test_neither_a_token_nor_its_hash_is_on_the_page(browser: TestClient, settings: Settings) -> None:
    come(browser)
    with another(browser) as other:
        come(other)
        page = browser.get("/account").text
        with open_store(settings.store_url) as store, store.reading() as connection:
            rows = connection.execute(sa.select(sessions)).all()
        secrets = {row.token_sha256 for row in rows} | {other.cookies["kouken_session"], csrf_of(other, "/account")}
        assert len(rows) == 2 and not any(secret in page for secret in secrets)


def test_what_was_left_alone_is_listed_no_more_and_what_is_too_old_is_kept_no_more(
    browser: TestClient, settings: Settings
) -> None:
    come(browser)
    with another(browser) as left, another(browser) as old:
        come(left, agent=SAFARI)
        come(old, agent=FIREFOX)
        with open_store(settings.store_url) as store, store.writing() as connection:
            seen = connection.execute(sa.select(sessions.c.seen_at)).scalars().first()
            assert seen is not None
            set_back(connection, "iPhone", seen_at=seen - timedelta(minutes=settings.web.idle_minutes + 1))
            set_back(connection, "macOS", created_at=seen - timedelta(hours=settings.web.session_hours + 1))
        (only,) = listed(browser)
        assert "Edge" in only
        come(browser)
        with open_store(settings.store_url) as store, store.reading() as connection:
            kept = connection.execute(sa.select(sessions.c.system)).scalars().all()
        assert sorted(map(str, kept)) == ["Windows", "Windows", "iPhone"]


def set_back(connection: sa.Connection, system: str, **values: object) -> None:
    connection.execute(sa.update(sessions).where(sessions.c.system == system).values(**values))


def test_the_list_is_in_english_too(browser: TestClient) -> None:
    come(browser, agent="curl/8.5.0")
    (only,) = listed(browser, "en")
    assert "Unknown browser" in only and "unknown system" in only and "this browser" in only
    assert "signed in nowhere else" in browser.get("/account?lang=en").text


def test_every_way_to_sign_in_notes_the_browser(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "kato")
    with opened(settings) as (browser, clock):
        browser.headers["user-agent"] = CHROME
        sign_in(browser, clock, "kato")
        assert "<b>Chrome</b> · Android" in listed(browser)[0]
    with opened(settings) as (browser, clock):
        come(browser, agent=FIREFOX)
        post(browser, "begin", password="tadashii-uma-denchi")
        secret = re.search(r'<code class="secret long">([^<]+)</code>', browser.get("/account/factor").text)
        assert secret
        browser.headers["user-agent"] = SAFARI
        post(browser, "confirm", code=clock.code(secret=secret[1].replace(" ", "")))
        assert "<b>Safari</b> · iPhone" in listed(browser)[0]
        browser.headers["user-agent"] = EDGE
        new = {"old": "tadashii-uma-denchi", "new": "mou-hitotsu-no-himitsu", "repeated": "mou-hitotsu-no-himitsu"}
        browser.post("/account/password", data={"csrf": csrf_of(browser, "/account"), **new})
        assert "<b>Edge</b> · Windows" in listed(browser)[0]


def test_the_first_administrator_s_browser_is_noted_too(tmp_path: Path) -> None:
    with opened(Settings(data_dir=tmp_path)) as (browser, _):
        browser.headers["user-agent"] = EDGE
        first = {"name": "sato", "password": "mou-hitotsu-no-himitsu", "repeated": "mou-hitotsu-no-himitsu"}
        assert browser.post("/first", data=first).status_code == 303
        assert "<b>Edge</b> · Windows" in listed(browser)[0]


def one_time_pages(browser: TestClient) -> dict[str, Response]:
    """Pages that show something once, by where one stands after them."""
    csrf = {"csrf": csrf_of(browser, "/account")}
    made = {"label": "x", "permissions": "calls.read", "days": "30"}
    return {
        "/users": browser.post("/users", data=csrf | {"name": "ito2", "roles": ["analyst"]}),
        "/users/ito": browser.post("/users/ito/password", data=csrf),
        "/account/tokens": browser.post("/account/tokens", data=csrf | made),
        "/tokens": browser.post("/tokens", data=csrf | made | {"owner": "kato"}),
    }


SWITCH = '<div class="languages"'


def test_no_click_on_a_language_loses_what_is_shown_once(browser: TestClient) -> None:
    come(browser)
    for path, answer in one_time_pages(browser).items():
        assert answer.status_code == 200 and 'class="secret' in answer.text, path
        assert SWITCH not in answer.text, path
        assert SWITCH in browser.get(path).text, path


def test_nor_the_recovery_codes(settings: Settings) -> None:
    with opened(settings) as (browser, clock):
        come(browser)
        post(browser, "begin", password="tadashii-uma-denchi")
        page = browser.get("/account/factor").text
        secret = re.search(r'<code class="secret long">([^<]+)</code>', page)
        assert secret and SWITCH in page  # the picture is shown again in the other language
        codes = post(browser, "confirm", code=clock.code(secret=secret[1].replace(" ", ""))).text
        assert '<ol class="codes">' in codes and SWITCH not in codes
        assert SWITCH in browser.get("/account/factor").text
