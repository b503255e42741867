"""Nobody reads a whole archive by the pages: what customers said is given so many times in an hour, and no more."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api.app import create_app
from api.policy import ROUTES, permission_of
from api.rate import Window
from api.reads import GIVES_WORDS, NEW_EACH_TIME, WITH_WORDS, WITHOUT_WORDS, Reads, is_counted
from phrases.entry import Phrase, PhraseSet
from pipeline.search.searching import index_new
from pipeline.settings import READS_PER_HOUR, Settings, WebSettings
from pipeline.store import audit, dictionary, tokens
from pipeline.store.migrate import open_store
from tests.api.conftest import BASE, EVERYTHING, opened_as
from tests.api.test_access import OWN, filled_in
from tests.api.world import NO_PLAN, OFFER, SCENE, TELLING, fill

CALL, OTHER, THIRD = "/calls/20261003-0017", f"/calls/{OWN}-000", f"/calls/{OWN}-001"
SAID = (TELLING, SCENE, NO_PLAN, OFFER, "もう解約したいんです", "え、そんなのあるんですか", "うちは結構です")
PARTS = [words[:8] for words in SAID]  # a page may mark words within a sentence


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path, web=WebSettings(reads_per_hour=2))
    with open_store(settings.store_url) as store:
        fill(store)
    return settings


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, *EVERYTHING) as browser:
        yield browser


def recorded(settings: Settings) -> list[audit.Entry]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return audit.list_entries(connection, action="reads")[::-1]


@pytest.mark.parametrize("route", [key for key, permission in ROUTES.items() if permission in GIVES_WORDS])
def test_what_gives_words_or_sound_is_counted_unless_it_is_listed_as_giving_none(route: tuple[str, str]) -> None:
    assert is_counted(*route) is (route not in WITHOUT_WORDS and (route[0] == "GET" or route in WITH_WORDS))


def test_every_route_that_is_listed_is_there() -> None:
    assert ROUTES.keys() >= WITH_WORDS | WITHOUT_WORDS | NEW_EACH_TIME
    assert all(permission_of(*route) in GIVES_WORDS for route in WITHOUT_WORDS | NEW_EACH_TIME)


def test_no_page_shows_what_was_said_uncounted(tmp_path: Path) -> None:
    """Whatever its permission, by the answers of every route that only reads."""
    settings = Settings(data_dir=tmp_path)
    with open_store(settings.store_url) as store:
        fill(store)
        index_new(store, lambda: False)
        with store.writing() as connection:
            dictionary.seed(connection, PhraseSet((Phrase("enablement-014", "enablement", "設定してみましょうか"),)))
    with opened_as(settings, *EVERYTHING) as browser:
        telling = {path for method, path in ROUTES if method == "GET" and tells(browser, path)}
    assert {"/calls/{call_id:path}", "/api/v1/calls/{call_id:path}", "/search", "/api/v1/search"} <= telling
    assert telling >= {path for _, path in WITH_WORDS if ("GET", path) in WITH_WORDS}
    assert [path for path in sorted(telling) if not is_counted("GET", path)] == []


def tells(browser: TestClient, path: str) -> bool:
    """Whether the answer holds what was said in a call."""
    named = path.replace("{entry_id:path}", "enablement-014").replace("{operator_id:path}", "OP-017")
    asked = {"q": OFFER[:8]} if path.endswith("/search") else None
    answer = browser.get(filled_in(named), params=asked, follow_redirects=False)
    shown = re.sub(r"<[^>]+>", "", answer.text.replace(f'value="{OFFER[:8]}"', ""))
    return answer.status_code == 200 and any(part in shown for part in PARTS)


def test_beyond_the_limit_a_page_says_what_happened_and_what_to_do(browser: TestClient) -> None:
    assert [browser.get(path).status_code for path in (CALL, OTHER, THIRD)] == [200, 200, 429]
    answer = browser.get(THIRD)
    assert "一時間に開ける数に達しました" in answer.text and "一時間に 2 件まで" in answer.text
    assert "約 60 分後" in answer.text and "web.reads_per_hour" in answer.text
    assert 3_500 < int(answer.headers["retry-after"]) <= 3_600
    assert "as much as one may in an hour" in browser.get(THIRD, params={"lang": "en"}).text
    assert SCENE not in answer.text
    for path in ("/calls", "/report", "/help", "/account", "/calls.csv"):
        assert browser.get(path).status_code == 200, path


def test_what_was_opened_is_opened_again_for_nothing(browser: TestClient) -> None:
    assert [browser.get(CALL).status_code for _ in range(5)] == [200] * 5
    assert browser.get("/search", params={"q": "解約"}).status_code == 200
    assert browser.get("/search", params={"q": "結構"}).status_code == 429
    assert browser.get(CALL).status_code == 200


def test_the_api_answers_429_with_a_stable_code_in_both_languages(browser: TestClient) -> None:
    for path in (CALL, OTHER):
        assert browser.get(f"/api/v1{path}").status_code == 200
    for path in (f"/api/v1{THIRD}", "/api/v1/search?q=解約"):
        answer = browser.get(path)
        assert answer.status_code == 429 and answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "too_many_reads" and answer.json()["title"] == "一時間に開ける数に達しました。"
        assert int(answer.headers["retry-after"]) > 3_500
    assert "in an hour" in browser.get(f"/api/v1{THIRD}?lang=en").json()["title"]
    assert browser.get("/api/v1/calls").status_code == 200


def test_each_person_and_each_token_has_an_hour_of_their_own(settings: Settings) -> None:
    app = create_app(settings)
    with opened_as(settings, "manager", name="sato"), opened_as(settings, "manager", name="kato"):
        pass
    with open_store(settings.store_url) as store, store.writing() as connection:
        secrets = [tokens.make_token(connection, "sato", "sato", "x", ["calls.words"], 30)[1] for _ in range(2)]
    with TestClient(app, base_url=BASE) as program:
        for secret in secrets:
            bearer = {"Authorization": f"Bearer {secret}"}
            found = [program.get(f"/api/v1{path}", headers=bearer).status_code for path in (CALL, OTHER, THIRD)]
            assert found == [200, 200, 429]
    for name in ("sato", "kato"):
        with opened_as(settings, "manager", name=name) as browser:
            browser.app = app
            browser._transport.app = app  # type: ignore[attr-defined]
            assert [browser.get(path).status_code for path in (CALL, OTHER, THIRD)] == [200, 200, 429]
    told = [(entry.actor, "token" in entry.details) for entry in recorded(settings)]
    assert told == [("sato", True), ("sato", True), ("sato", False), ("kato", False)]


def test_an_hour_later_it_goes_on_and_only_the_first_refusal_is_on_record(
    browser: TestClient, settings: Settings
) -> None:
    clock = Clock()
    browser.app.state.reads = Reads(2, clock)  # type: ignore[attr-defined]
    for path in (CALL, OTHER):
        assert browser.get(path).status_code == 200
    assert [browser.get(path).status_code for path in (THIRD, "/search?q=解約", THIRD)] == [429] * 3
    (entry,) = recorded(settings)
    assert (entry.action, entry.actor, entry.object) == ("reads.limit", "tester", "tester")
    assert entry.details == {"path": "/calls/{call_id:path}", "most": 2}
    assert "一時間に開ける数に達した" in browser.get("/audit").text
    clock.now = 3_601
    assert [browser.get(path).status_code for path in (THIRD, OTHER, CALL)] == [200, 200, 429]
    assert len(recorded(settings)) == 2


def test_a_recording_counts_once_however_many_parts_are_played(heard: tuple[TestClient, Path]) -> None:
    browser, _ = heard
    browser.app.state.reads = Reads(1)  # type: ignore[attr-defined]
    ranges = ("bytes=0-", "bytes=100-199", "bytes=1000-")
    assert {browser.get("/sound/1", headers={"Range": one}).status_code for one in ranges} == {206}
    assert browser.get("/sound/1/peaks").status_code == 200
    assert browser.get(CALL).status_code == 429


def test_the_review_queue_counts_every_time_since_it_shows_another_call(browser: TestClient) -> None:
    assert [browser.get("/reviews").status_code for _ in range(3)] == [200, 200, 429]


def test_the_document_tells_of_it_wherever_it_can_happen(browser: TestClient) -> None:
    limited = set()
    for path, operations in browser.get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            assert "None" not in str(operation["security"]), path
            if "429" in operation["responses"]:
                limited.add((method.upper(), path))
                assert "Retry-After" in operation["responses"]["429"]["headers"]
                assert "application/problem+json" in operation["responses"]["429"]["content"]
    counted = {(method, path) for method, path in ROUTES if path.startswith("/api/") and is_counted(method, path)}
    assert limited == {(method, path.replace(":path}", "}")) for method, path in counted}
    assert ("GET", "/api/v1/calls/{call_id}") in limited


def test_there_is_no_value_that_silently_means_without_limit() -> None:
    for value in (0, -1):
        with pytest.raises(ValidationError):
            WebSettings(reads_per_hour=value)


def test_a_listener_who_judges_a_call_every_three_seconds_never_meets_the_limit(settings: Settings) -> None:
    """One judgement asks for the next question, its sound and, now and then, the whole call."""
    for_each: list[tuple[str, str]] = [
        ("POST", "/reviews/answers"),
        ("GET", "/reviews"),
        ("GET", "/sound/{recording_id}"),
        ("GET", "/sound/{recording_id}/peaks"),
        ("GET", "/calls/{call_id:path}"),
    ]
    assert sum(is_counted(*route) for route in for_each) * 3_600 / 3 < READS_PER_HOUR == WebSettings().reads_per_hour


def test_a_window_counts_each_thing_once_and_forgets_what_is_older() -> None:
    clock = Clock()
    window = Window(2, 10, clock)
    found: list[Any] = [window.take("a", "x"), window.take("a", "x"), window.take("a", "y"), window.take("b", "z")]
    assert found == [0, 0, 0, 0]
    clock.now = 4
    assert window.take("a", "z") == 6 and window.take("a", "x") == 0 and window.take("a") == 6
    clock.now = 11
    assert window.take("a", "z") == 0 and window.take("a") == 0 and window.take("a") == 10
    clock.now = 40
    assert window.wait_s("a") == 0 and not window._of
