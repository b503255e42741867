"""Each page shows what the store holds, in both languages, and says what to do where there is nothing yet."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.policy import ROUTES
from pipeline.audio.notes import NOTES
from pipeline.reports.explained import estimate_options
from pipeline.settings import Settings
from pipeline.store.reports import latest_report
from pipeline.store.users import Role
from tests.api.conftest import BASE, EVERYTHING, opened_as
from tests.api.test_access import filled_in
from tests.api.world import NO_PLAN

PAGES = (
    "/",
    "/report?period=2026-10&team=第二課",
    "/report?period=FY2026-Q3&segment=plan:ベーシック",
    "/report?period=FY2020",
    "/nights/1/report",
    "/operators",
    "/operators/OP-002",
    "/operators/OP-009",
    "/calls",
    "/calls?label=proposal&reaction=declined",
    "/calls?operator=nobody",
    "/calls?segment=plan:ベーシック&team=第二課&without=proposal&outcome=churned&outcome_until=2026-12-31",
    "/calls/20261003-0017",
    "/calls/no-row-in-the-table",
    "/nights",
    "/nights/1",
    "/nights/1?state=quarantined",
    *(
        f"/help/{topic}"
        for topic in ("start", "score", "labels", "estimate", "figures", "dictionary", "limits", "nights", "api")
    ),
)


def text_of(html: str) -> str:
    """What a reader sees, tags and line breaks left out."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def links(html: str) -> Iterator[str]:
    for found in re.findall(r'href="(/[^"]*)"', html):
        yield unescape(found)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_open_in_both_languages(client: TestClient, path: str, language: str) -> None:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"。\s*。|[^.]\.\.\s", re.sub(r"<[^>]*>", "", answer.text))  # no sentence ends twice


def walked(client: TestClient) -> set[str]:
    """Every address that a link leads to, from the first page on; all of them open."""
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            waiting.extend(links(answer.text))
    return seen


def test_pages_all_offer_to_sign_out(client: TestClient) -> None:
    missing = [path for path in PAGES if 'action="/sign-out"' not in client.get(path).text]
    assert missing == []


def test_pages_every_link_leads_somewhere_and_leaves_the_report_as_it_is_stored(filled: Settings) -> None:
    """It is parsed once for all of them: what one page changed in it, the next ones would show."""
    with opened_as(filled, *EVERYTHING) as browser:
        app: Any = browser.app
        with app.state.store.reading() as connection:
            shared = app.state.newest.body(connection)
        linked = {"/calls/20261003-0017?recording=1", "/operators/OP-002", "/nights/1", "/static/kouken.css"}
        assert linked <= walked(browser)
        for method, path in ROUTES:
            if method == "GET":
                assert browser.get(filled_in(path), follow_redirects=False).status_code < 500, path
        with app.state.store.reading() as connection:
            assert app.state.newest.body(connection) is shared
            assert shared == latest_report(connection)


def test_pages_the_language_is_remembered(client: TestClient) -> None:
    assert "Contribution dashboard" in client.get("/?lang=en").text
    assert "Contribution dashboard" in client.get("/").text
    assert "貢献ダッシュボード" in client.get("/?lang=ja").text


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        (f"{BASE}/account?lang=ja&x=1", "/account?x=1&amp;lang=en"),
        ("https://elsewhere.example/account", "/?lang=en"),
        (f"{BASE}//elsewhere.example", "/?lang=en"),
        ("", "/?lang=en"),
    ],
)
def test_pages_language_of_a_refused_form_is_that_of_the_page_it_is_on(
    filled: Settings, referer: str, leads_to: str
) -> None:
    with opened_as(filled, "manager", name="changing") as browser:
        csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/account").text)
        assert csrf
        form = {"csrf": csrf[1], "old": "wrong", "new": "a", "repeated": "b"}
        answer = browser.post("/account/password", data=form, headers={"Referer": referer})
        assert answer.status_code in (403, 422)
        assert f'<a href="{leads_to}" lang="en"' in answer.text


@pytest.mark.parametrize("path", ["/", "/operators", "/calls", "/nights"])
def test_pages_an_empty_store_names_the_command(empty_client: TestClient, path: str) -> None:
    answer = empty_client.get(path)
    assert answer.status_code == 200
    assert "kouken nightly --archive" in answer.text


def test_report_shows_what_was_counted_and_what_not(client: TestClient) -> None:
    text = text_of(client.get("/").text)
    assert re.search(r"22 見つかった録音 = 19 解析済み .* \+ 1 待機 .* \+ 1 隔離 .* \+ 1 重複など", text)
    assert "音声ファイルではありません" in text
    assert "模擬データ" in text and "通話 18件、契約 13件、成果 4件" in text


def test_report_shows_figures_with_their_definition_and_n(client: TestClient) -> None:
    html = client.get("/").text
    assert "新規は含みません" in html
    assert re.search(r"売上継続率 NRR .*?n = 13人", text_of(html))


@pytest.mark.parametrize("path", ["/report", "/contribution/any"])
def test_without_an_estimate_the_pages_say_what_it_needs(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert "貢献の推定は、まだありません" in html and 'href="/tables"' in html
    assert "まだレポートがありません" not in html
    assert "There is no estimate of the contribution yet" in client.get(path, params={"lang": "en"}).text


def test_operators_are_in_order_of_id_and_say_why_an_interval_is_missing(client: TestClient) -> None:
    html = client.get("/operators").text
    ids = re.findall(r'<th scope="row"><a href="/operators/([^"]+)"', html)
    assert ids == ["OP-002", "OP-009", "OP-017", "OP%2F%3Ci%3Ex"]
    rows = {key: text_of(row) for key, row in zip(ids, html.split('<th scope="row">')[1:], strict=True)}
    assert "10通話未満" in rows["OP-009"] and "10通話未満" not in rows["OP-002"]
    assert re.search(r"\d+\.\d〜\d+\.\d", rows["OP-002"])


def test_calls_are_filtered_by_the_address(client: TestClient) -> None:
    html = client.get("/calls?operator=OP-009").text
    assert "OP-009-000" in html and "OP-002-000" not in html
    assert "20261003-0017" in client.get("/calls?since=2026-10-03&until=2026-10-03").text
    assert "20261003-0017" not in client.get("/calls?since=2026-10-04").text


def test_calls_day_is_the_day_in_tokyo(client: TestClient) -> None:
    # 15:30 UTC on the 9th is half past midnight on the 10th
    assert "/calls/C%2F" in client.get("/calls?since=2026-10-10&until=2026-10-10").text
    assert "/calls/C%2F" not in client.get("/calls?since=2026-10-09&until=2026-10-09").text


def test_call_shows_evidence_at_its_characters(client: TestClient) -> None:
    html = client.get("/calls/20261003-0017").text
    assert '<mark class="hit h-enablement">一緒に設定してみましょうか</mark>' in html
    cancelled = '<s class="hit cancelled h-proposal">おすすめできるプラン</s>'
    assert cancelled in html
    assert NO_PLAN.replace("おすすめできるプラン", cancelled) in html


def test_call_says_what_is_not_counted_and_what_is_masked(client: TestClient) -> None:
    text = text_of(client.get("/calls/20261003-0017").text)
    assert "数えません : 否定" in text or "数えません: 否定" in text
    assert "聞き違いの疑い(定型句) · 数えません" in text
    assert "伏せた情報: 電話番号" in text
    assert NOTES["silent_channel_1"].ja in text and "98.0%" in text


def test_call_without_an_archive_copy_offers_no_player(client: TestClient) -> None:
    assert "<audio" not in client.get("/calls/20261003-0017").text


def test_night_shows_each_file_with_reason_and_remedy(client: TestClient) -> None:
    text = text_of(client.get("/nights/1").text)
    assert "正しいファイルに置き換えてください" in text
    assert "tomorrow.wav" in text and "待機" in text


def test_downloads_open_in_excel_and_hold_every_call(client: TestClient) -> None:
    answer = client.get("/calls.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"] == 'attachment; filename="kouken-calls.csv"'
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert len(rows) == 19
    (told,) = [row for row in rows if row["通話ID"] == "20261003-0017"]
    assert (told["開始日時"], told["契約の成果"], told["営業提案"]) == ("2026-10-03 14:05:00", "renewed", "1")
    assert told["模擬データ"] == "True"
    assert len(client.get("/calls.csv?operator=OP-009").text.splitlines()) == 5


def test_downloads_in_cp932_mark_what_it_lacks(client: TestClient) -> None:
    text = client.get("/operators.csv?encoding=cp932").content.decode("cp932")
    assert "高橋 﨑子" in text and "〓田 一" in text


def test_help_writes_the_formula_out_from_its_constants(client: TestClient) -> None:
    text = text_of(client.get("/help/score").text)
    assert "score-1" in text and "30 秒" in text
    # 4 plain and 2 accepted in 8 minutes: (4 + 2 × 1.5) ÷ 8 × 10 = 8.75; 100 × (1 − 2^(−8.75 ÷ 12)) = 39.7
    assert re.search(r"成功の手助け 反応なし 4、受諾 2 7\.00 8\.75 39\.7", text)


def test_help_writes_the_lines_of_the_estimate_out(client: TestClient) -> None:
    lines = estimate_options().lines
    assert f"使える契約の数 {lines.refuse_terms}件未満" in text_of(client.get("/help/estimate").text)


def test_unknown_things_are_a_page_that_says_what_to_do(client: TestClient) -> None:
    for path in ("/calls/nothing", "/operators/nobody", "/nights/99", "/nights/99/report", "/nowhere"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "<h1>" in answer.text
    assert client.get("/calls?since=yesterday").status_code == 422
    assert client.get("/calls?segment=mrr_yen:1").status_code == 422
    assert client.get("/nights/abc").status_code == 422
    assert client.post("/calls").status_code == 405


def test_before_the_first_night_who_runs_nights_is_told_how_and_everybody_else_to_wait(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with opened_as(settings, "administrator", name="admin") as browser:
        assert "kouken nightly" in browser.get("/nights").text
    with opened_as(settings, "operator", name="own", operator_id="OP-1") as browser:
        page = browser.get("/")
        assert "最初の夜間バッチを待っています" in page.text and "kouken nightly" not in page.text
    with opened_as(settings, "manager", name="manager") as browser:
        assert "kouken nightly" in browser.get("/scorecards/calibrations").text


def test_an_operator_without_calls_yet_is_told_so(filled: Settings) -> None:
    with opened_as(filled, "operator", name="fresh", operator_id="OP-NEW") as browser:
        page = browser.get("/")
    assert page.status_code == 404 and "あなたの通話は、まだレポートにありません" in page.text


@pytest.mark.parametrize(
    ("path", "there_is_none", "who_may", "who_looks"),
    [
        ("/holds", "保全はありません。", "administrator", "auditor"),
        ("/tables", "まだ取り込まれていません。", "manager", "analyst"),
    ],
)
def test_nobody_is_pointed_to_a_form_that_is_not_theirs(
    tmp_path: Path, path: str, there_is_none: str, who_may: Role, who_looks: Role
) -> None:
    for role in (who_may, who_looks):
        with opened_as(Settings(data_dir=tmp_path), role, name=role) as browser:
            page = text_of(browser.get(path).text)
        assert there_is_none in page
        assert ("下" in page.partition(there_is_none)[2]) is (role == who_may)
