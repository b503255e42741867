"""Signing in by two steps: no session before the second, each code once, few guesses, nobody else locked out."""

import re
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.pending import LASTS_S
from api.second_step import MOST_ANYWHERE, MOST_HERE
from pipeline.accounts.passwords import hash_password
from pipeline.accounts.second_factor import STEP_S
from pipeline.store import factors, sessions, users
from pipeline.store.migrate import open_store
from pipeline.store.schema import sessions as kept_sessions
from tests.api.two_steps import (
    PASSWORD,
    Clock,
    browser_of,
    csrf_of,
    entries,
    give_code,
    give_password,
    opened,
    people_in,
    sign_in,
)

SESSION = "kouken_session"


def is_in(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


def test_a_password_alone_opens_no_session(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato")
    with opened(settings) as (browser, clock):
        answer = give_password(browser, next="/calls?label=appeal")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code")
        assert SESSION not in browser.cookies and not is_in(browser)
        with open_store(settings.store_url) as store, store.reading() as connection:
            assert connection.execute(sa.select(kept_sessions)).all() == []
        page = browser.get("/sign-in/code").text
        assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page
        answer = give_code(browser, clock.code())
        assert (answer.status_code, answer.headers["location"]) == (303, "/calls?label=appeal")
        assert is_in(browser)


def test_nobody_without_one_is_asked(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato")) as (browser, _):
        assert give_password(browser, "kato").headers["location"] == "/"
        assert is_in(browser)


def test_without_a_right_password_there_is_no_page_for_codes(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato")) as (browser, clock):
        assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
        assert give_password(browser, password="wrong-password-1").status_code == 403
        assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
        answer = give_code(browser, clock.code())
        assert answer.status_code == 403 and SESSION not in browser.cookies
        browser.cookies.set("kouken_code", "made-up", domain="127.0.0.1", path="/")
        assert give_code(browser, clock.code()).status_code == 403 and SESSION not in browser.cookies


def test_the_session_after_the_second_step_is_a_new_one(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato")
    with opened(settings) as (browser, clock):
        with open_store(settings.store_url) as store, store.writing() as connection:
            planted = sessions.open_session(connection, "kato")
        browser.cookies.set(SESSION, planted, domain="127.0.0.1", path="/")
        give_password(browser)
        assert browser.cookies[SESSION] == planted and "kato" in browser.get("/account").text
        give_code(browser, clock.code())
        held = [cookie.value for cookie in browser.cookies.jar if cookie.name == SESSION]
        assert planted not in held[-1:] and "sato" in browser.get("/account").text


def test_a_code_is_good_once(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato", "kato")
    with opened(settings) as (browser, clock):
        sign_in(browser, clock)
        with browser_of(browser.app) as other:  # type: ignore[arg-type]
            give_password(other)
            refused = give_code(other, clock.code())
            assert refused.status_code == 403 and "もう使われています" in refused.text and not is_in(other)
            assert give_code(other, clock.code(-1)).status_code == 403  # from before one that was taken
            clock.now += STEP_S
            assert give_code(other, clock.code()).status_code == 303 and is_in(other)


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 303), (0, 303), (1, 303), (2, 403)])
def test_the_phones_clock_may_be_one_step_off(tmp_path: Path, steps: int, status: int) -> None:
    with opened(people_in(tmp_path, "sato")) as (browser, clock):
        give_password(browser)
        assert give_code(browser, clock.code(steps)).status_code == status


def test_digits_of_a_japanese_keyboard_are_digits(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato")) as (browser, clock):
        give_password(browser)
        wide = clock.code().translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
        assert give_code(browser, f" {wide[:3]}　{wide[3:]} ").status_code == 303


def test_a_recovery_code_opens_once_and_leads_to_ones_second_factor(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato", "kato")
    with opened(settings) as (browser, _):
        give_password(browser)
        answer = browser.post("/sign-in/code", data={"recovery": "ABCDE-fghjk"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/factor") and is_in(browser)
        assert "残り少なく" in browser.get("/account/factor").text
        browser.cookies.clear()
        give_password(browser)
        again = browser.post("/sign-in/code", data={"recovery": "abcde-fghjk"})
        assert again.status_code == 403 and "<details open>" in again.text and not is_in(browser)
        give_password(browser, "kato")  # whose code of the same letters is another
        assert browser.post("/sign-in/code", data={"recovery": "abcde-fghjk"}).status_code == 303


def test_what_the_browser_keeps_between_the_steps_is_good_once_and_for_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(people_in(tmp_path, "sato")) as (browser, clock):
        give_password(browser)
        now = time.time()
        with monkeypatch.context() as patch:
            patch.setattr("api.pending.time.time", lambda: now + LASTS_S + 1)
            assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
            assert give_code(browser, clock.code()).status_code == 403
        give_password(browser)
        waiting = browser.cookies["kouken_code"]
        assert give_code(browser, clock.code()).status_code == 303
        assert "kouken_code" not in browser.cookies
        browser.cookies.clear()
        browser.cookies.set("kouken_code", waiting, domain="127.0.0.1", path="/")
        clock.now += STEP_S
        assert give_code(browser, clock.code()).status_code == 403 and not is_in(browser)


@pytest.mark.parametrize("change", ["password", "stopped", "reset"])
def test_whoever_is_changed_between_the_steps_begins_again(tmp_path: Path, change: str) -> None:
    settings = people_in(tmp_path, "kato")
    with opened(settings) as (browser, clock):
        give_password(browser, "kato")
        with open_store(settings.store_url) as store, store.writing() as connection:
            if change == "password":
                users.set_password(connection, "root", "kato", hash_password(PASSWORD))
            elif change == "stopped":
                users.change_user(connection, "root", "kato", active=False)
            else:
                factors.reset(connection, "root", "kato")
        assert give_code(browser, clock.code()).status_code == 403
        assert SESSION not in browser.cookies


def test_a_new_password_from_an_administrator_leaves_the_second_step(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato", "kato")
    with opened(settings) as (browser, clock):
        sign_in(browser, clock)
        page = browser.post("/users/kato/password", data={"csrf": csrf_of(browser)}).text
        given = re.search(r'class="secret">([^<]+)<', page)
        browser.cookies.clear()
        assert given and give_password(browser, "kato", given[1]).headers["location"] == "/sign-in/code"


def test_few_guesses_are_heard_and_nobody_else_waits(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato", "kato")) as (browser, clock):
        give_password(browser)
        answers = [give_code(browser, "000000") for _ in range(MOST_HERE + 1)]
        assert [answer.status_code for answer in answers] == [403] * MOST_HERE + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 901
        assert give_code(browser, clock.code()).status_code == 429
        recovery = browser.post("/sign-in/code", data={"recovery": "abcde-fghjk"})
        assert recovery.status_code == 429
        browser.cookies.clear()
        sign_in(browser, clock, "kato")
        assert is_in(browser)


def test_guesses_from_many_places_are_counted_together(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato", "kato")) as (browser, clock):
        step = browser.app.state.second_step  # type: ignore[attr-defined]
        give_password(browser)
        for _ in range(MOST_ANYWHERE - 1):
            step._anywhere.add("sato")
        assert give_code(browser, "000000").status_code == 403
        assert give_code(browser, clock.code()).status_code == 429
        browser.cookies.clear()
        sign_in(browser, clock, "kato")


def test_both_steps_are_on_record_without_a_code(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato")
    with opened(settings) as (browser, clock):
        give_password(browser)
        give_code(browser, "000000")
        browser.post("/sign-in/code", data={"recovery": "wrong-wrong"})
        give_code(browser, clock.code())
    told = [(entry.actor, entry.action, entry.details) for entry in entries(settings, "session")]
    assert told == [
        ("sato", "session.code_asked", {}),
        ("sato", "session.sign_in_refused", {"by": "code"}),
        ("sato", "session.sign_in_refused", {"by": "recovery_code"}),
        ("sato", "session.sign_in", {"by": "code"}),
    ]


def test_behind_tls_what_the_browser_keeps_is_held_to_this_host(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato", behind_tls=True, names=["kouken.example"])
    with opened(settings) as (browser, _):
        browser.base_url = "https://kouken.example"
        cookie = give_password(browser).headers["set-cookie"]
    assert cookie.startswith("__Host-kouken-code=") and "domain" not in cookie.lower()
    assert all(word in cookie.lower() for word in ("secure", "httponly", "samesite=strict"))


def test_codes_of_other_sites_forms_are_refused(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato")) as (browser, clock):
        give_password(browser)
        answer = browser.post("/sign-in/code", data={"code": clock.code()}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403 and "not_from_here" in answer.text and SESSION not in browser.cookies


def test_switched_off_in_the_settings_nobody_is_asked_and_nothing_is_offered(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "sato", second_factor="off")) as (browser, _):
        assert give_password(browser).headers["location"] == "/"
        assert "二段階認証" not in browser.get("/account").text
        assert browser.get("/account/factor").status_code == 404


def test_where_the_key_is_another_the_recovery_codes_still_open(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato")
    (tmp_path / "phone.key").unlink()
    with opened(settings) as (browser, clock):
        give_password(browser)
        answer = give_code(browser, clock.code())
        assert answer.status_code == 503 and "phone.key" in answer.text and "復旧コード" in answer.text
        assert browser.post("/sign-in/code", data={"recovery": "abcdefghjk"}).status_code == 303


def test_two_at_once_with_the_same_code_are_one(tmp_path: Path) -> None:
    """The same request sent twice: the second finds both the wait and the code used up."""
    settings = people_in(tmp_path, "sato")
    with opened(settings, Clock()) as (browser, clock):
        give_password(browser)
        waiting = browser.cookies["kouken_code"]
        assert give_code(browser, clock.code()).status_code == 303
        with browser_of(browser.app) as other:  # type: ignore[arg-type]
            other.cookies.set("kouken_code", waiting, domain="127.0.0.1", path="/")
            assert give_code(other, clock.code()).status_code == 403 and SESSION not in other.cookies
    assert PASSWORD not in str(entries(settings, "session"))
