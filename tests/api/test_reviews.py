"""The review desk: blind, by one key, one person at a time; and figures from the random sample alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipeline.settings import Settings
from pipeline.store import audit, reviews
from pipeline.store.migrate import open_store
from pipeline.store.reviews import Review
from tests.api.conftest import opened_as
from tests.api.test_pages import text_of
from tests.api.world import fill, telling_call


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path)
    with open_store(made.store_url) as store:
        fill(store, [telling_call()])
    return made


@pytest.fixture
def desk(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "qa_editor", name="sato") as browser:
        yield browser


def send(browser: TestClient, path: str, page: str, **values: object) -> str:
    """What a form of `page` sends; the page that it leads to."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    answer = browser.post(path, data={"csrf": found[1], **values})
    assert answer.status_code == 200, answer.text
    return answer.text


def begun(browser: TestClient, query: str = "") -> str:
    """The desk after the first sample was drawn."""
    page = browser.get("/reviews").text
    if 'action="/reviews/draws"' in page:
        send(browser, "/reviews/draws", page)
    return browser.get(f"/reviews{query}").text


def answered(browser: TestClient, page: str, answer: str, **more: object) -> str:
    return send(browser, "/reviews/answers", page, claim=claim_of(page), answer=answer, **more)


def claim_of(page: str) -> str:
    found = re.search(r'name="claim" value="(\d+)"', page)
    assert found is not None
    return found[1]


def kept(settings: Settings) -> list[Review]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return reviews.read_reviews(connection)


def test_reviews_begin_with_a_sample_that_somebody_draws(desk: TestClient, settings: Settings) -> None:
    assert "標本を引いて始める" in desk.get("/reviews").text
    page = begun(desk)
    assert 'name="claim"' in page
    with open_store(settings.store_url) as store, store.reading() as connection:
        drawn = audit.list_entries(connection, action="reviews.draw")
        looks = audit.list_entries(connection, action="reviews.look")
    assert {entry.actor for entry in drawn} == {"sato"} and {entry.object for entry in looks} == {"20261003-0017"}


def test_reviews_show_the_words_around_and_the_evidence(desk: TestClient) -> None:
    page = begun(desk, "?unit=moment&of=appeal")
    text = text_of(page)
    assert "ソファーで寝そべって" in text and "え、そんなのあるんですか" in text  # the words before
    assert '<mark class="hit h-appeal">ソファーで寝そべって</mark>' in page
    assert "appeal-021" in text and "読みで一致" in text and "0.72" in text
    assert page.count('value="relabel ') == 2  # the operator's other two labels


def test_reviews_do_not_tell_before_the_answer_what_is_random(desk: TestClient) -> None:
    page = begun(desk, "?unit=moment")
    assert "無作為の標本でした" not in page and "迷いやすいものでした" not in page and "item:" not in page
    after = answered(desk, page, "right", unit="moment")
    assert "無作為の標本でした" in after  # the samples of so few moments hold them all


def test_reviews_answers_are_kept_with_versions_and_taken_back(desk: TestClient, settings: Settings) -> None:
    page = begun(desk, "?unit=moment&of=proposal")
    after = answered(desk, page, "relabel appeal", unit="moment", of="proposal")
    (review,) = kept(settings)
    assert (review.verdict, review.labels, review.reviewer) == ("relabel", ("appeal",), "sato")
    assert review.item_id is not None and review.place.label == "proposal"
    again = send(desk, "/reviews/withdrawals", after, unit="moment", of="proposal")
    assert kept(settings) == [] and claim_of(again) == claim_of(page)


def test_reviews_of_an_utterance_ask_for_all_its_labels(desk: TestClient, settings: Settings) -> None:
    page = begun(desk, "?unit=utterance")
    assert 'class="why"' not in page  # what the machine found is not told: recall would be measured on it
    answered(desk, page, "labels", unit="utterance")
    (review,) = kept(settings)
    assert (review.verdict, review.labels, review.place.unit) == ("labels", (), "utterance")


def test_reviews_of_another_person_cannot_be_answered(settings: Settings, desk: TestClient) -> None:
    page = begun(desk)
    with opened_as(settings, "qa_approver", name="suzuki") as other:
        own = begun(other)
        assert claim_of(own) != claim_of(page)
        csrf = re.search(r'name="csrf" value="([^"]+)"', own)
        assert csrf is not None
        values = {"csrf": csrf[1], "claim": claim_of(page), "answer": "right"}
        answer = other.post("/reviews/answers", data=values)
    assert answer.status_code == 422 and "bad_review" in answer.text
    assert kept(settings) == []


def test_reviews_run_out_and_say_where_to_go(desk: TestClient, settings: Settings) -> None:
    page = begun(desk)
    for _ in range(60):
        if 'name="claim"' not in page:
            break
        page = answered(desk, page, "labels" if 'value="labels"' in page else "right")
    assert "確認するものはありません" in page
    assert len(kept(settings)) > 10
    figures = desk.get("/api/v1/reviews/precision").json()
    told = {row["stratum"]: row for row in figures["labels"]}
    assert told["proposal"]["right"]["n"] == 1 and told["proposal"]["right"]["estimate"] == 1.0
    assert {row["reviewed"] for row in figures["recall"]} == {5, 4}
    text = text_of(desk.get("/reviews/precision").text)
    assert "n = 0" not in text.split("場面ごとの再現率")[0] and "基準以上の見込み" in text


def test_reviews_precision_of_a_phrase_from_a_sample_that_is_asked_for(desk: TestClient) -> None:
    begun(desk)
    page = desk.get("/reviews/precision").text
    after = send(desk, "/reviews/draws", page, unit="hit", of="appeal-021", wanted=5)
    assert "appeal-021" in after and "/reviews?unit=hit&amp;of=appeal-021" in after


def test_reviews_are_read_by_analysts_and_judged_by_qa_only(settings: Settings) -> None:
    with opened_as(settings, "analyst", name="analyst") as browser:
        assert browser.get("/reviews", follow_redirects=False).headers["location"] == "/reviews/precision"
        assert "標本を引く" not in browser.get("/reviews/precision").text
    with opened_as(settings, "manager", name="manager") as browser:
        assert browser.get("/reviews").status_code == 403


@pytest.mark.parametrize("path", ["/reviews", "/reviews?unit=hit", "/reviews/precision", "/help/reviewing"])
def test_reviews_pages_open_in_english(desk: TestClient, path: str) -> None:
    begun(desk)
    answer = desk.get(path, params={"lang": "en"} if "?" not in path else None)
    assert answer.status_code == 200
