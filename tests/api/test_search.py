"""Search pages: the sentence, its match and the second where it is heard, for whoever may read it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipeline.search.searching import index_new
from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.migrate import open_store
from tests.api.conftest import EVERYTHING, opened_as
from tests.api.test_pages import text_of
from tests.api.world import Said, fill, plain_calls, telling_call


def searchable(folder: Path, said: list[Said] | None = None) -> Settings:
    settings = Settings(data_dir=folder)
    store = open_store(settings.store_url)
    fill(store, said)
    index_new(store, lambda: False)
    store.close()
    return settings


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return searchable(tmp_path_factory.mktemp("indexed"))


@pytest.fixture(scope="module")
def browser(indexed: Settings) -> Iterator[TestClient]:
    with opened_as(indexed, *EVERYTHING) as opened:
        yield opened


def test_search_shows_the_match_and_leads_to_its_sentence(browser: TestClient) -> None:
    html = browser.get("/search", params={"q": "そふぁー"}).text
    assert "仕事帰りにビール片手に、<mark>ソファー</mark>で寝そべって" in html
    assert "/calls/20261003-0017?recording=1#u4" in html
    assert "data-sound" not in html  # its recording is not in the archive


def test_search_says_what_to_do_before_and_after_finding_nothing(browser: TestClient) -> None:
    assert "探すことばか、場面・反応・辞書の項目を選んでください" in text_of(browser.get("/search").text)
    assert "見つかりませんでした" in text_of(browser.get("/search", params={"q": "鼈甲"}).text)
    assert "Nothing found" in text_of(browser.get("/search", params={"q": "鼈甲", "lang": "en"}).text)


def test_search_shows_what_was_typed_and_said_as_text_only(browser: TestClient) -> None:
    html = browser.get("/search", params={"q": "<script>"}).text
    assert "<mark>&lt;script&gt;</mark>alert(1)" in html
    assert "<script>alert" not in html and 'value="&lt;script&gt;"' in html


def test_search_keeps_its_filters_in_the_address(browser: TestClient) -> None:
    asked = {"q": "解約", "operator": "OP-002", "since": "2026-10-05", "speaker": "customer"}
    html = browser.get("/search", params=asked).text
    assert "OP-009" not in re.sub(r"<select.*?</select>", "", html, flags=re.DOTALL)
    assert '<option value="OP-002" selected>' in html and 'value="2026-10-05"' in html
    assert "/calls?operator=OP-002&amp;since=2026-10-05" in html
    (shown,) = re.findall(r'<ol class="found".*?</ol>', html, flags=re.DOTALL)
    assert shown.count("<mark>解約</mark>") == 12


def test_search_by_moment_and_reaction_shows_both(browser: TestClient) -> None:
    text = text_of(browser.get("/search", params={"label": "proposal", "reaction": "accepted", "lang": "ja"}).text)
    assert re.search("お見積もりをお送りしましょうか。 +営業提案 +↳ +受諾", text)


def test_search_answers_programs_page_by_page(browser: TestClient) -> None:
    seen: list[tuple[str, int]] = []
    further = ""
    while True:
        answer = browser.get(f"/api/v1/search?q=解&limit=5{further}").json()
        for item in answer["items"]:
            (match,) = item["matches"]
            assert item["text"][match["start"] : match["end"]] == "解"
            seen.append((item["call_id"], item["utterance"]))
        if answer["next_cursor"] is None:
            break
        further = f"&cursor={answer['next_cursor']}"
    assert len(seen) == len(set(seen)) == 16


@pytest.mark.parametrize("word", ["x", "W10", "WzEsMiwzXQ", "W251bGwsMSwtMV0", "W251bGwsMV0"])
def test_search_refuses_a_cursor_that_it_did_not_write(browser: TestClient, word: str) -> None:
    answer = browser.get("/api/v1/search", params={"q": "解", "cursor": word})
    assert answer.status_code == 422 and answer.json()["code"] == "bad_cursor"


def test_search_is_on_record_without_the_words(indexed: Settings) -> None:
    with opened_as(indexed, "manager", name="seeker") as browser:
        browser.get("/search", params={"q": "ソファー ビール", "operator": "OP-017"})
        browser.get("/search")
    store = open_store(indexed.store_url)
    with store.reading() as connection:
        entries = audit.list_entries(connection, actor="seeker", limit=10)
    store.close()
    (entry,) = entries
    assert (entry.action, entry.details) == ("search.words", {"operator": "OP-017", "characters": 8, "found": 1})
    assert "ソファー" not in repr(entries)


def test_search_finds_for_an_operator_their_own_calls_only(indexed: Settings) -> None:
    with opened_as(indexed, "operator", name="own-words", operator_id="OP-002") as browser:
        items = browser.get("/api/v1/search", params={"q": "お", "limit": 100}).json()["items"]
        assert items and {item["operator_id"] for item in items} == {"OP-002"}
        assert browser.get("/api/v1/search", params={"q": "ソファー"}).json() == {"items": [], "next_cursor": None}
        assert "使い方" not in browser.get("/search").text  # not even as a reason to choose from


def test_search_shows_an_analyst_masked_words_only(tmp_path: Path) -> None:
    open_words = [replace(call, is_masked=False) for call in plain_calls(2, "OP-1", "", 5)]
    settings = searchable(tmp_path, [telling_call(), *open_words])
    with opened_as(settings, "analyst", name="analyst") as browser:
        items = browser.get("/api/v1/search", params={"q": "お"}).json()["items"]
        assert items and {item["call_id"] for item in items} == {"20261003-0017"}
        assert "data-sound" not in browser.get("/search", params={"q": "お"}).text
    with opened_as(settings, "qa_editor", name="listener") as browser:
        assert len({item["call_id"] for item in browser.get("/api/v1/search?q=お").json()["items"]}) == 3


def test_search_before_the_first_night_names_the_command(empty_client: TestClient) -> None:
    assert "kouken nightly --archive" in empty_client.get("/search").text
