"""Where a second factor is required, nobody who lacks one can do anything but set it up, on any route."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.access import OPEN_WHILE_FACTOR_MISSING
from api.policy import ROUTES
from pipeline.errors import BadInput
from pipeline.store import sessions, tokens, users
from pipeline.store.migrate import open_store
from tests.api.test_access import filled_in
from tests.api.test_factor import set_up
from tests.api.two_steps import csrf_of, give_password, opened, people_in, post, sign_in

SIGN_OUT = ("POST", "/sign-out")
GUARDED = [key for key, permission in ROUTES.items() if permission != "public" and key != SIGN_OUT]


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The administrator, who has given a right password and has no second factor."""
    settings = people_in(tmp_path_factory.mktemp("required"), second_factor="required")
    with opened(settings) as (browser, _):
        assert give_password(browser).headers["location"] == "/"
        yield browser


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_no_route_opens_but_those_of_the_set_up(without: TestClient, method: str, path: str) -> None:
    headers = {"X-CSRF-Token": csrf_of(without)}
    answer = without.request(method, filled_in(path), headers=headers)
    if path in OPEN_WHILE_FACTOR_MISSING:
        assert answer.status_code in (200, 422) and "second_factor_missing" not in answer.text
    elif answer.status_code == 303:
        assert method == "GET" and answer.headers["location"] == "/account/factor"
    else:
        assert answer.status_code == 403
        assert "second_factor_missing" in answer.text or "not_allowed" in answer.text


def test_one_may_sign_out_and_come_back_to_the_same(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, second_factor="required")) as (browser, _):
        give_password(browser)
        assert browser.post("/sign-out", data={"csrf": csrf_of(browser)}).status_code == 303
        give_password(browser)
        assert browser.get("/users").headers["location"] == "/account/factor"


def test_once_it_is_set_up_everything_opens_and_it_cannot_be_switched_off(tmp_path: Path) -> None:
    with opened(people_in(tmp_path, second_factor="required")) as (browser, clock):
        give_password(browser)
        assert "設定するまで、ほかの画面は開けません" in browser.get("/account/factor").text
        secret, _ = set_up(browser, clock)
        assert browser.get("/users").status_code == 200
        clock.now += 30
        refused = post(browser, "off", password="tadashii-uma-denchi", code=clock.code(secret=secret))
        assert refused.status_code == 422 and "やめられません" in refused.text
        assert browser.get("/users").status_code == 200


def test_a_role_that_needs_it_is_asked_from_the_next_sign_in_on(tmp_path: Path) -> None:
    settings = people_in(tmp_path, second_factor_roles=["administrator"])
    with opened(settings) as (browser, clock):
        give_password(browser, "kato")
        assert browser.get("/calls").status_code == 200
        with open_store(settings.store_url) as store, store.writing() as connection:
            users.change_user(connection, "root", "kato", roles=["manager", "administrator"])
        assert browser.get("/calls").headers["location"].startswith("/sign-in")
        give_password(browser, "kato")
        assert browser.get("/calls").headers["location"] == "/account/factor"
        set_up(browser, clock)
        assert browser.get("/calls").status_code == 200
        with open_store(settings.store_url) as store, store.writing() as connection:
            users.change_user(connection, "root", "kato", roles=["manager"])
        sign_in_answer = give_password(browser, "kato")
        assert sign_in_answer.headers["location"] == "/sign-in/code"  # who has one is asked, whatever the role


def test_whoever_loses_it_is_led_to_set_it_up_anew(tmp_path: Path) -> None:
    settings = people_in(tmp_path, "sato", "kato", second_factor="required")
    with opened(settings) as (browser, clock):
        sign_in(browser, clock, "sato")
        browser.post("/users/kato/factor/reset", data={"csrf": csrf_of(browser)})
        browser.cookies.clear()
        assert give_password(browser, "kato").headers["location"] == "/"
        assert browser.get("/calls").headers["location"] == "/account/factor"


def test_a_given_password_is_replaced_first(tmp_path: Path) -> None:
    settings = people_in(tmp_path, second_factor="required")
    with open_store(settings.store_url) as store, store.writing() as connection:
        known = users.password_hash_of(connection, "kato")
        assert known
        users.set_password(connection, "root", "kato", known, must_change=True)
    with opened(settings) as (browser, _):
        give_password(browser, "kato")
        assert browser.get("/calls").headers["location"] == "/account"
        assert browser.get("/account").status_code == 200
        old, new = "tadashii-uma-denchi", "mou-hitotsu-no-himitsu"
        data = {"csrf": csrf_of(browser, "/account"), "old": old, "new": new, "repeated": new}
        assert browser.post("/account/password", data=data).status_code == 303
        assert browser.get("/").headers["location"] == "/account/factor"


def test_company_accounts_and_programs_are_not_asked(tmp_path: Path) -> None:
    settings = people_in(tmp_path, second_factor="required")
    with open_store(settings.store_url) as store, store.writing() as connection:
        by_provider = sessions.open_session(connection, "kato", by_provider=True)
        _, secret = tokens.make_token(connection, "root", "kato", "集計", ["nights.read"], 30)
    with opened(settings) as (browser, _):
        given = browser.get("/api/v1/nights", headers={"Authorization": f"Bearer {secret}"})
        assert given.status_code == 200
        browser.cookies.set("kouken_session", by_provider, domain="127.0.0.1", path="/")
        assert browser.get("/calls").status_code == 200


def test_settings_that_ask_nobody_stop_the_start(tmp_path: Path) -> None:
    for web in ({"second_factor_roles": ["root"]}, {"second_factor": "off", "second_factor_roles": ["manager"]}):
        with pytest.raises(BadInput), opened(people_in(tmp_path / str(len(web)), **web)):
            pass
