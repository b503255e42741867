"""One's own second factor: set up by a first code, recovery codes shown once, and nothing changed without being asked
again who one is."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.second_step import MOST_HERE
from pipeline.accounts.second_factor import OFFER_LASTS_S, STEP_S
from pipeline.store import factors, sessions
from pipeline.store.migrate import open_store
from pipeline.store.schema import second_factors
from tests.api.two_steps import (
    PASSWORD,
    SECRET,
    Clock,
    browser_of,
    csrf_of,
    entries,
    give_code,
    give_password,
    opened,
    people_in,
    post,
    sign_in,
)


def offered_secret(browser: TestClient) -> str:
    found = re.search(r'<code class="secret long">([^<]+)</code>', browser.get("/account/factor").text)
    assert found
    return found[1].replace(" ", "")


def shown_codes(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code></li>", page)


def set_up(browser: TestClient, clock: Clock, **proof: str) -> tuple[str, list[str]]:
    """The new secret and the recovery codes."""
    assert post(browser, "begin", password=PASSWORD, **proof).headers["location"] == "/account/factor"
    secret = offered_secret(browser)
    done = post(browser, "confirm", code=clock.code(secret=secret))
    assert done.status_code == 200
    return secret, shown_codes(done.text)


def test_a_factor_is_set_up_by_its_first_code_and_asked_for_from_then_on(tmp_path: Path) -> None:
    settings = people_in(tmp_path)
    with opened(settings) as (browser, clock):
        give_password(browser, "kato")
        assert "使っていません" in browser.get("/account").text
        secret, codes = set_up(browser, clock)
        assert len(set(codes)) == 10 and not shown_codes(browser.get("/account/factor").text)
        assert "使っています" in browser.get("/account").text
        browser.cookies.clear()
        assert give_password(browser, "kato").headers["location"] == "/sign-in/code"
        assert give_code(browser, clock.code(secret=secret)).status_code == 403  # the one that set it up is used up
        clock.now += STEP_S
        assert give_code(browser, clock.code(secret=secret)).status_code == 303
        browser.cookies.clear()
        give_password(browser, "kato")
        assert browser.post("/sign-in/code", data={"recovery": codes[4]}).status_code == 303
        assert "<dd>9</dd>" in browser.get("/account/factor").text
    told = str([(entry.action, entry.details) for entry in entries(settings, "users")])
    assert "users.factor" in told and secret not in told and not any(code in told for code in codes)


def test_the_picture_and_the_key_are_shown_until_the_first_code_and_never_again(tmp_path: Path) -> None:
    with opened(people_in(tmp_path)) as (browser, clock):
        give_password(browser, "kato")
        post(browser, "begin", password=PASSWORD)
        page = browser.get("/account/factor").text
        assert '<div class="qr" role="img"' in page and "<svg" in page and "style=" not in page
        secret = offered_secret(browser)
        wrong = post(browser, "confirm", code="000000")
        assert wrong.status_code == 422 and "コードが違います" in wrong.text and secret[:4] in wrong.text
        post(browser, "confirm", code=clock.code(secret=secret))
        after = browser.get("/account/factor").text
        assert "<svg" not in after.partition("<main")[2] and secret[:4] not in after


def test_a_new_session_takes_the_place_of_all_before(tmp_path: Path) -> None:
    settings = people_in(tmp_path)
    with opened(settings) as (browser, clock):
        give_password(browser, "kato")
        before = browser.cookies["kouken_session"]
        with browser_of(browser.app) as other:  # type: ignore[arg-type]
            give_password(other, "kato")
            post(browser, "begin", password=PASSWORD)
            page = post(browser, "confirm", code=clock.code(secret=offered_secret(browser))).text
            assert browser.cookies["kouken_session"] != before
            assert other.get("/account").status_code == 303
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)
        assert set(csrf) == {csrf_of(browser)}  # what stands on the page that shows the codes still works
        assert browser.post("/sign-out", data={"csrf": csrf[0]}).status_code == 303


def test_an_offer_lasts_for_half_an_hour(tmp_path: Path) -> None:
    settings = people_in(tmp_path)
    with opened(settings) as (browser, clock):
        give_password(browser, "kato")
        post(browser, "begin", password=PASSWORD)
        secret = offered_secret(browser)
        with open_store(settings.store_url) as store, store.writing() as connection:
            at = connection.execute(sa.select(second_factors.c.offered_at)).scalar_one()
            connection.execute(sa.update(second_factors).values(offered_at=at - timedelta(seconds=OFFER_LASTS_S + 1)))
        assert post(browser, "confirm", code=clock.code(secret=secret)).status_code == 422
        assert "<svg" not in browser.get("/account/factor").text.partition("<main")[2]


def test_the_phone_is_changed_without_a_time_in_which_no_code_is_asked(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "kato")
    with opened(settings) as (browser, clock):
        sign_in(browser, clock, "kato")
        assert post(browser, "begin", password=PASSWORD).status_code == 422
        clock.now += STEP_S
        used = clock.code()
        assert post(browser, "begin", password=PASSWORD, code=used).status_code == 303
        secret = offered_secret(browser)
        with browser_of(browser.app) as other:  # type: ignore[arg-type]
            clock.now += STEP_S
            give_password(other, "kato")
            assert give_code(other, clock.code()).status_code == 303  # the phone of before is still the one
        clock.now += STEP_S
        assert post(browser, "confirm", code=clock.code(secret=secret)).status_code == 200
        browser.cookies.clear()
        clock.now += STEP_S
        give_password(browser, "kato")
        assert give_code(browser, clock.code()).status_code == 403
        assert browser.post("/sign-in/code", data={"recovery": "abcdefghjk"}).status_code == 403
        assert give_code(browser, clock.code(secret=secret)).status_code == 303
    assert entries(settings, "users.factor")[-1].details == {"replaced": True}


def test_new_recovery_codes_take_the_place_of_the_old(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "kato")) as (browser, clock):
        sign_in(browser, clock, "kato")
        clock.now += STEP_S
        codes = shown_codes(post(browser, "codes", password=PASSWORD, code=clock.code()).text)
        assert len(codes) == 10
        browser.cookies.clear()
        give_password(browser, "kato")
        assert browser.post("/sign-in/code", data={"recovery": "abcdefghjk"}).status_code == 403
        assert browser.post("/sign-in/code", data={"recovery": codes[0]}).status_code == 303


def test_it_is_switched_off_by_password_and_code_and_no_less(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "kato")
    with opened(settings) as (browser, clock):
        sign_in(browser, clock, "kato")
        clock.now += STEP_S
        assert post(browser, "off", password="wrong-password-1", code=clock.code()).status_code == 422
        assert post(browser, "off", password=PASSWORD, code="000000").status_code == 422
        assert post(browser, "off", password=PASSWORD, code=clock.code(-1)).status_code == 422  # used at the sign-in
        assert "使っています" in browser.get("/account").text
        assert post(browser, "off", password=PASSWORD, code=clock.code()).status_code == 303
        browser.cookies.clear()
        assert give_password(browser, "kato").headers["location"] == "/"
    told = [entry.action for entry in entries(settings, "users") if entry.actor == "kato"]
    assert told == ["users.factor", *["users.factor_refused"] * 3, "users.factor_off"]


@pytest.mark.parametrize("action", ["begin", "codes", "off"])
def test_guesses_are_as_few_as_at_the_sign_in(tmp_path: Path, action: str) -> None:
    with opened(people_in(tmp_path, "kato")) as (browser, clock):
        sign_in(browser, clock, "kato")
        statuses = [post(browser, action, password=PASSWORD, code="000000").status_code for _ in range(MOST_HERE + 1)]
        assert statuses == [422] * MOST_HERE + [429]
        clock.now += STEP_S
        assert post(browser, action, password=PASSWORD, code=clock.code()).status_code == 429


def test_a_form_of_another_session_changes_nothing(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, "kato")) as (browser, clock):
        sign_in(browser, clock, "kato")
        for action in ("begin", "confirm", "codes", "off"):
            answer = browser.post(f"/account/factor/{action}", data={"password": PASSWORD, "code": clock.code()})
            assert answer.status_code == 403 and "not_from_here" in answer.text


def test_whoever_came_by_a_company_account_stays_so(tmp_path: Path) -> None:
    """Setting up opens a new session, which still asks for nothing that the provider has not."""
    settings = people_in(tmp_path, second_factor="required")
    with opened(settings) as (browser, clock):
        with open_store(settings.store_url) as store, store.writing() as connection:
            token = sessions.open_session(connection, "kato", by_provider=True)
        browser.cookies.set("kouken_session", token, domain="127.0.0.1", path="/")
        assert browser.get("/calls").status_code == 200
        set_up(browser, clock)
        with open_store(settings.store_url) as store, store.writing() as connection:
            factors.switch_off(connection, "kato")
        assert browser.get("/calls").status_code == 200


def test_an_administrator_resets_another_persons_and_sees_no_secret(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato", "kato")
    with opened(settings) as (browser, clock):
        sign_in(browser, clock, "sato")
        listed = browser.get("/users").text
        assert listed.count(">あり<") == 2
        assert SECRET not in browser.get("/users/kato").text and "二段階認証を解く" in browser.get("/users/kato").text
        with browser_of(browser.app) as other:  # type: ignore[arg-type]
            sign_in(other, clock, "kato")
            csrf = {"csrf": csrf_of(browser)}
            assert browser.post("/users/kato/factor/reset", data=csrf).headers["location"] == "/users/kato"
            assert other.get("/account").status_code == 303  # signed out
            assert give_password(other, "kato").headers["location"] == "/"
        refused = browser.post("/users/sato/factor/reset", data=csrf)
        assert refused.status_code == 422 and "ほかの管理者" in refused.text
        assert browser.post("/users/nobody/factor/reset", data=csrf).status_code == 404
        assert browser.get("/users").text.count(">あり<") == 1
    reset = entries(settings, "users.factor_reset")
    assert [(entry.actor, entry.object, entry.details) for entry in reset] == [("sato", "kato", {"was_on": True})]
