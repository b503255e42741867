"""Administrators keep, hold and erase on pages; what is removed was counted or shown first; auditors only look."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.settings import RetentionSettings, Settings
from pipeline.store import audit, erasures, holds
from pipeline.store.migrate import open_store
from tests.api.conftest import opened_as
from tests.api.world import fill

CUSTOMER = {"kind": "customer", "value": "C-00003", "reference": "R-7"}
THEIRS = ("OP-009-003", "OP-002-003")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(data_dir=tmp_path, retention=RetentionSettings(score_days=1))
    with open_store(found.store_url) as store:
        fill(store)
    return found


@pytest.fixture
def browser(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "administrator", "auditor", name="admin") as opened:
        yield opened


def post(browser: TestClient, path: str, form: dict[str, str]) -> Any:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/holds").text)
    assert found
    return browser.post(path, data=form | {"csrf": found[1]}, follow_redirects=False)


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def ended(browser: TestClient, path: str) -> Any:
    """The work's page once it has stopped, or the page that it leads to."""
    for _ in range(300):
        if "hx-trigger" not in browser.get(path).text:
            return browser.get(path)  # again: it may have ended between looking where it leads to and showing it
        time.sleep(0.1)
    raise AssertionError("the work goes on and on")


def actions(settings: Settings) -> list[str]:
    with open_store(settings.store_url) as store, store.reading() as connection:
        return [entry.action for entry in audit.list_entries(connection, actor="admin")]


def test_periods_are_shown_by_class_and_counting_removes_nothing(browser: TestClient, settings: Settings) -> None:
    page = browser.get("/retention").text
    assert "再生用の音声の写し" in page and "1 日" in page and "数えたとおりに消す" not in page
    counted = browser.get("/retention?count=yes").text
    assert "数えたとおりに消す" in counted and "<b>18</b>" in counted
    assert actions(settings) == []


def test_what_was_counted_is_removed_with_a_tick_and_is_on_record(browser: TestClient, settings: Settings) -> None:
    page = browser.get("/retention?count=yes").text
    counted = {name: hidden(page, name) for name in ("counted_at", "seen")}
    refused = post(browser, "/retention", counted)
    assert refused.status_code == 422 and "印を付けて" in refused.text
    begun = post(browser, "/retention", counted | {"sure": "yes"})
    assert begun.status_code == 303
    assert "通話 18 件" in ended(browser, begun.headers["location"]).text
    assert actions(settings) == ["retention.calls"]
    assert "期間を過ぎたものはありません" in browser.get("/retention?count=yes").text


def test_without_any_period_the_page_offers_to_set_one(tmp_path: Path) -> None:
    with opened_as(Settings(data_dir=tmp_path), "administrator", name="admin") as browser:
        page = browser.get("/retention").text
    assert (
        "期限なしで残しています" in page
        and 'action="/retention/preview"' in page
        and "いま消えるものを数える" not in page
    )


DAYS = {"audio_days": "", "transcript_days": "", "score_days": "36500", "audit_days": "30"}


def test_a_period_is_set_after_its_count_was_seen_and_is_on_record(browser: TestClient, settings: Settings) -> None:
    preview = post(browser, "/retention/preview", DAYS).text
    assert "まだ何も変えていません" in preview and "<b>36,500 日</b>" in preview and "<b>18</b>" not in preview
    assert actions(settings) == [] and "1 日" in browser.get("/retention").text
    seen = hidden(preview, "seen")
    unsure = post(browser, "/retention/periods", DAYS | {"seen": seen})
    assert unsure.status_code == 422 and "印を付けて" in unsure.text and actions(settings) == []
    assert post(browser, "/retention/periods", DAYS | {"seen": seen, "sure": "yes"}).status_code == 303
    page = browser.get("/retention").text
    assert "36,500 日" in page and "この画面" in page and "admin" in page and "1 → 36500" in page
    assert "期間を過ぎたものはありません" in browser.get("/retention?count=yes").text  # though the file says one day
    classes = browser.get("/api/v1/retention").json()["classes"]
    by_name = {one["name"]: (one["days"], one["set_by"]) for one in classes}
    assert (by_name["calls"], by_name["words"]) == ((36500, "admin"), (0, None))
    with open_store(settings.store_url) as store, store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="periods")
    assert entry.details == {"score_days": "1 → 36500", "audit_days": "0 → 30"} and entry.actor == "admin"
    assert "通話とスコア(日): 1 → 36500" in browser.get("/audit").text


def test_a_period_that_is_left_empty_follows_the_settings_file_again(browser: TestClient, settings: Settings) -> None:
    for days in (DAYS, dict.fromkeys(DAYS, "")):
        seen = hidden(post(browser, "/retention/preview", days).text, "seen")
        post(browser, "/retention/periods", days | {"seen": seen, "sure": "yes"})
    assert "<b>18</b>" in browser.get("/retention?count=yes").text
    again = post(browser, "/retention/preview", dict.fromkeys(DAYS, ""))
    assert again.status_code == 422 and "いまの保存期間と同じ" in again.text


def test_whoever_counted_before_another_set_a_period_changes_and_removes_nothing(
    browser: TestClient, settings: Settings
) -> None:
    mine, theirs = DAYS | {"score_days": "2"}, DAYS
    counted = browser.get("/retention?count=yes").text
    seen = hidden(post(browser, "/retention/preview", mine).text, "seen")
    post(browser, "/retention/periods", theirs | {"seen": seen, "sure": "yes"})
    late = post(browser, "/retention/periods", mine | {"seen": seen, "sure": "yes"})
    assert late.status_code == 409 and "ほかの方が先に" in late.text and "36,500 日" in late.text
    old = {name: hidden(counted, name) for name in ("counted_at", "seen")}
    begun = post(browser, "/retention", old | {"sure": "yes"})
    assert "何も消していません" in ended(browser, begun.headers["location"]).text
    assert actions(settings) == ["periods.choose"]


@pytest.mark.parametrize("days", ["-1", "1.5", "36501", "三十", "１２"])
def test_days_that_are_none_are_said_beside_the_form(browser: TestClient, days: str) -> None:
    page = post(browser, "/retention/preview", DAYS | {"score_days": days})
    assert page.status_code == 422 and "0 から 36500" in page.text and f'value="{days}"' in page.text


def test_a_hold_is_placed_with_its_reason_keeps_calls_and_is_released(browser: TestClient, settings: Settings) -> None:
    assert "保全はありません" in browser.get("/holds").text
    without = post(browser, "/holds", {"kind": "customer", "value": "C-00003", "reason": " "})
    assert without.status_code == 422 and 'value="C-00003"' in without.text
    placed = post(browser, "/holds", {"kind": "customer", "value": "C-00003", "reason": "第1号"})
    page = browser.get(placed.headers["location"]).text
    assert "第1号" in page and "admin" in page and all(call_id in page for call_id in THEIRS)
    assert "残す通話: 2 件" in browser.get("/retention?count=yes").text
    assert post(browser, "/holds/1/release", {}).status_code == 303
    assert post(browser, "/holds/1/release", {}).status_code == 404
    assert "第1号" not in browser.get("/holds").text and "第1号" in browser.get("/holds?released=yes").text
    assert actions(settings) == ["holds.release", "holds.place"]


def test_an_erasure_is_shown_typed_carried_out_and_certified(browser: TestClient, settings: Settings) -> None:
    page = post(browser, "/erasures/preview", CUSTOMER).text
    assert all(call_id in page for call_id in THEIRS) and "通話 2 件、録音 2 件" in page
    shown = CUSTOMER | {"calls": hidden(page, "calls")}
    wrong = post(browser, "/erasures", shown | {"typed": "C-0003"})
    assert wrong.status_code == 422 and "何も消していません" in wrong.text
    begun = post(browser, "/erasures", shown | {"typed": " C-00003 "})
    certificate = ended(browser, begun.headers["location"])
    assert certificate.url.path == "/erasures/1" and "R-7" in certificate.text
    assert "C-00003" not in certificate.text and THEIRS[0] not in certificate.text
    file = browser.get("/erasures/1/certificate.json")
    assert file.headers["content-disposition"].startswith("attachment") and file.json()["calls"] == 2
    assert "R-7" in browser.get("/erasures").text
    again = post(browser, "/erasures/preview", CUSTOMER)
    assert again.status_code == 404 and "当てはまる通話はありません" in again.text
    assert browser.get(f"/calls/{THEIRS[0]}").status_code in (403, 404)
    assert actions(settings)[:3] == ["erasures.look", "export.certificate", "calls.erase"]
    paper = browser.get("/erasures/1/certificate.pdf")
    assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF")


def test_what_is_no_phone_number_is_said_beside_the_form(browser: TestClient) -> None:
    page = post(browser, "/erasures/preview", {"kind": "phone", "value": "non-number"})
    assert page.status_code == 422 and "電話番号として読めません" in page.text


def test_under_a_hold_there_is_no_way_to_erase(browser: TestClient, settings: Settings) -> None:
    post(browser, "/holds", {"kind": "customer", "value": "C-00003", "reason": "第1号"})
    page = post(browser, "/erasures/preview", CUSTOMER).text
    assert 'href="/holds/1"' in page and 'name="typed"' not in page
    begun = post(browser, "/erasures", CUSTOMER | {"calls": "2", "typed": "C-00003"})
    assert "法的な保全" in ended(browser, begun.headers["location"]).text
    assert actions(settings)[0] == "calls.erase_refused"
    with open_store(settings.store_url) as store, store.reading() as connection:
        assert erasures.list_erasures(connection) == []


def test_an_auditor_sees_everything_and_changes_nothing(settings: Settings) -> None:
    with open_store(settings.store_url) as store, store.writing() as connection:
        holds.place(connection, "call", THEIRS[0], "第1号", "admin")
    with opened_as(settings, "auditor", name="auditor") as browser:
        for path in ("/retention?count=yes", "/holds", "/holds/1", "/erasures"):
            page = browser.get(path)
            assert page.status_code == 200 and 'method="post" action="/sign-out"' in page.text
            assert page.text.count('method="post"') == 1, path
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        assert browser.post("/holds/1/release", data={"csrf": token[1]}).status_code == 403


def test_programs_read_and_erase_as_shown(browser: TestClient, settings: Settings) -> None:
    assert browser.get("/api/v1/retention").json()["due"] is None
    assert browser.get("/api/v1/retention?count=yes").json()["due"]["calls"] == 18
    post(browser, "/holds", {"kind": "call", "value": THEIRS[0], "reason": "第1号"})
    assert browser.get("/api/v1/holds").json()["items"][0]["calls"] == 1
    csrf = {"X-CSRF-Token": hidden(browser.get("/holds").text, "csrf")}
    wanted = {"kind": "call", "value": THEIRS[1]}
    found = browser.post("/api/v1/erasures/preview", json=wanted, headers=csrf).json()
    assert [call["call_id"] for call in found["calls"]] == [THEIRS[1]] and found["holds"] == []
    other = browser.post("/api/v1/erasures", json=wanted | {"calls": 2}, headers=csrf)
    assert (other.status_code, other.json()["code"]) == (422, "not_as_shown")
    held = browser.post("/api/v1/erasures", json={"kind": "call", "value": THEIRS[0], "calls": 1}, headers=csrf)
    assert (held.status_code, held.json()["code"]) == (422, "under_legal_hold")
    done = browser.post("/api/v1/erasures", json=wanted | {"calls": 1}, headers=csrf)
    assert done.status_code == 201 and done.json()["certificate"]["calls"] == 1
    listed = browser.get("/api/v1/erasures").json()["items"]
    assert listed == [browser.get("/api/v1/erasures/1").json()]
    assert browser.get("/api/v1/erasures/9").json()["code"] == "erasure_not_found"
