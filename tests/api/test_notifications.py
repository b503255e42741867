"""Administrators make, try, change and delete notification rules on a page; a webhook's key is shown once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.messages import notifying
from pipeline.settings import MailSettings, Settings, WebSettings
from pipeline.store.migrate import open_store
from pipeline.store.notification_rules import Rule, list_rules
from tests.api.conftest import opened_as
from tests.api.world import fill
from tests.pipeline.messages.test_webhook import receiver

MAIL = {"event": "churn_risk", "channel": "mail", "targets": "a@example.co.jp、 b@example.co.jp", "active": "yes"}


@pytest.fixture
def server() -> Iterator[Any]:
    with receiver() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, server: Any) -> Settings:
    mail = MailSettings(host="mail.example.co.jp", sender="kouken@example.co.jp")
    web = WebSettings(webhook_hosts=(f"127.0.0.1:{server.server_port}",))
    return Settings(data_dir=tmp_path, mail=mail, web=web)


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "administrator", "auditor", name="admin") as opened:
        yield opened


def hook(server: Any) -> dict[str, str]:
    url = f"http://127.0.0.1:{server.server_port}/hook?token=of-the-url"
    return {"event": "low_reaction", "channel": "webhook", "targets": url, "active": "yes"}


def post(browser: TestClient, path: str, form: dict[str, str]) -> Any:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/notifications").text)
    assert found
    return browser.post(path, data=form | {"csrf": found[1]}, follow_redirects=False)


def rules(settings: Settings) -> list[Rule]:
    store = open_store(settings.store_url)
    with store.reading() as connection:
        found = list_rules(connection)
    store.close()
    return found


def test_a_rule_by_mail_is_made_with_its_addresses(browser: TestClient, settings: Settings) -> None:
    assert "規則はまだありません" in browser.get("/notifications").text
    page = post(browser, "/notifications", MAIL)
    assert page.status_code == 200 and "kouken_hook_" not in page.text
    (rule,) = rules(settings)
    assert rule.wanted.targets == ("a@example.co.jp", "b@example.co.jp")
    assert (rule.made_by, rule.wanted.team, rule.wanted.language, rule.wanted.active) == ("admin", None, "ja", True)


def test_the_key_of_a_webhook_is_shown_once_and_its_url_only_where_it_is_changed(
    browser: TestClient, server: Any
) -> None:
    page = post(browser, "/notifications", hook(server)).text
    (secret,) = re.findall(r"kouken_hook_[\w-]{43}", page)
    assert "of-the-url" not in page
    switch = 'class="languages"'
    assert switch not in page and switch in browser.get("/notifications").text  # a click on it would lose the key
    for path in ("/notifications", "/notifications/1", "/audit"):
        assert secret not in browser.get(path).text, path
    assert "of-the-url" in browser.get("/notifications/1").text
    assert "of-the-url" not in browser.get("/audit").text


def test_a_test_message_is_sent_and_its_answer_shown(browser: TestClient, server: Any) -> None:
    post(browser, "/notifications", hook(server))
    assert "HTTP 204" in post(browser, "/notifications/1/test", {}).text
    server.answer = 500
    assert "HTTP 500" in post(browser, "/notifications/1/test", {}).text
    assert len(server.taken) == 2
    assert "notifications.test" in browser.get("/audit").text


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": "nobody"},
        {"targets": ""},
        {"event": "night_trouble", "team": "第二課"},
        {"channel": "webhook", "targets": "https://elsewhere.example.jp/"},
        {"channel": "webhook", "targets": "http://169.254.169.254/latest"},
        {"channel": "pigeon"},
        {"event": "everything"},
        {"language": "fr"},
    ],
)
def test_what_could_not_be_sent_is_not_made(changes: dict[str, str], browser: TestClient, settings: Settings) -> None:
    assert post(browser, "/notifications", MAIL | changes).status_code == 422
    assert rules(settings) == []


def test_a_rule_is_changed_switched_off_and_deleted(browser: TestClient, settings: Settings, server: Any) -> None:
    post(browser, "/notifications", MAIL)
    changed = MAIL | {"targets": "c@example.co.jp", "language": "en", "team": "第二課"}
    assert post(browser, "/notifications/1", changed).status_code == 303
    (rule,) = rules(settings)
    assert (rule.wanted.targets, rule.wanted.language, rule.wanted.team) == (("c@example.co.jp",), "en", "第二課")
    assert post(browser, "/notifications/1", hook(server)).status_code == 422
    del changed["active"]
    assert post(browser, "/notifications/1", changed).status_code == 303
    assert "止めている" in browser.get("/notifications").text
    assert post(browser, "/notifications/1/test", {}).status_code == 422
    assert post(browser, "/notifications/1/delete", {}).status_code == 303
    assert rules(settings) == []
    for path in ("", "/test", "/delete"):
        assert post(browser, f"/notifications/1{path}", MAIL).status_code == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_last_messages_are_shown_with_their_state(
    language: str, browser: TestClient, settings: Settings, server: Any
) -> None:
    post(browser, "/notifications", hook(server))
    server.answer = 503
    store = open_store(settings.store_url)
    fill(store)
    notifying.tell(store, settings, lambda _: None)
    store.close()
    page = browser.get(f"/notifications?lang={language}").text
    assert "HTTP 503" in page
    assert {"ja": "次の夜にもう一度", "en": "again next night"}[language] in page


def test_the_guide_tells_how_to_verify_a_signature(browser: TestClient) -> None:
    for language in ("ja", "en"):
        page = browser.get(f"/help/notifications?lang={language}").text
        assert "hmac.compare_digest" in page and "webhook_hosts" in page
