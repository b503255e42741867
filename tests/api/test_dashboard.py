"""The dashboard counts what its address asks for, says what it cannot, and reads little however many the calls are."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from pipeline.settings import Settings
from pipeline.store.kept import kept_facts
from pipeline.store.migrate import open_store
from pipeline.store.schema import kept_figures
from pipeline.values import TOKYO
from tests.api.conftest import EVERYTHING, opened_as
from tests.api.test_pages import text_of
from tests.api.world import Said, fill, plain_calls, telling_call

REFUSED: dict[str, Any] = {
    "status": "refuse",
    "as_of": "2026-10-28",
    "messages": [{"code": "few_terms", "ja": "更新期が到来した契約は13件です。", "en": "13 terms have matured."}],
    "dropped": {},
    "moments": {},
    "operators": {},
}


def effect(estimate: float, low: float, high: float) -> dict[str, Any]:
    return {"estimate": estimate, "ci_low": low, "ci_high": high, "claim": False}


FOUND: dict[str, Any] = REFUSED | {
    "status": "ok",
    "messages": [],
    "moments": {
        "any": {
            "status": "ok",
            "messages": [],
            "sentences": [],
            "renewal": effect(0.031, 0.01, 0.05),
            "upsell": effect(0.02, -0.01, 0.05),
            "mrr_delta_yen": effect(1_000, 100, 2_000),
            "yen_total_per_year": effect(12_400_000, 4_800_000, 20_100_000),
        }
    },
    "nrr_without_contribution": {
        "12M-2026-10": {"nrr": 0.97, "estimate": 0.91, "ci_low": 0.88, "ci_high": 0.95, "n_exposed": 9}
    },
}


@contextmanager
def opened(folder: Path, calls: int = 12, contribution: dict[str, Any] | None = None) -> Iterator[TestClient]:
    settings = Settings(data_dir=folder)
    store = open_store(settings.store_url)
    fill(store, [telling_call(), *plain_calls(calls, "OP-002", "高橋", 5)], contribution=contribution)
    store.close()
    with opened_as(settings, *EVERYTHING) as client:
        yield client


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[TestClient]:
    with opened(tmp_path, contribution=REFUSED) as client:
        yield client


@pytest.fixture
def found(tmp_path: Path) -> Iterator[TestClient]:
    with opened(tmp_path, contribution=FOUND) as client:
        yield client


def moments_in(html: str) -> dict[str, int]:
    """Label → number, as its link to the calls says."""
    return {label: int(n) for label, n in re.findall(r'&amp;label=(\w+)">(\d+)</a></td>', html)}


def test_a_team_is_counted_apart_and_its_links_lead_to_its_calls(client: TestClient) -> None:
    assert moments_in(client.get("/report?team=第一課").text)["appeal"] == 1
    html = client.get("/report?team=第二課&period=2026-10").text
    assert moments_in(html)["appeal"] == 0 and moments_in(html)["proposal"] == 6
    link = re.search(r'href="(/calls\?[^"]*label=proposal)"', html)
    assert link and "since=2026-10-01" in link[1] and "until=2026-10-31" in link[1] and "team=" in link[1]
    assert "チームでは絞り込めません" in html


def test_another_period_has_other_numbers_beside_those_before(client: TestClient) -> None:
    september = text_of(client.get("/report?period=2026-09").text)
    assert "この条件の解析済みの通話はありません" in september
    october = text_of(client.get("/report?period=2026-10").text)
    # 12 customers opened September, one of whom left on its last day; nobody of the 11 who opened October did
    assert re.search(r"n = 11人", october) and re.search(r"0\.0% 前の期間 8\.3%", october) and "期間の途中" in october
    assert re.search(r"この期間の初めに契約のあったお客様がいない", text_of(client.get("/report?period=FY2020").text))


@pytest.mark.parametrize("query", ["period=2026-13", "period=yesterday", "segment=mrr_yen:1", "team=" + "x" * 201])
def test_what_is_no_period_or_group_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/report?{query}").status_code == 422


def test_the_filters_show_what_the_address_asks_for_even_if_it_is_no_choice(client: TestClient) -> None:
    page = client.get("/report?period=FY2031&team=ない課&segment=plan:ない").text
    chosen = re.findall(r"<option[^>]* ?selected>([^<]+)</option>", page)
    assert chosen == ["2031年度", "ない課", "ない"]
    assert "契約の記録がこの期間まで届いていない" in page


def test_a_group_s_link_keeps_the_team(client: TestClient) -> None:
    page = client.get("/report?period=2026-10&team=第二課").text
    links = re.findall(r'href="(/report\?[^"]*segment=[^"]*)"', page)
    assert links and all("team=" in link for link in links)


def test_a_refused_estimate_is_its_reason_and_no_number(refused: TestClient) -> None:
    text = text_of(refused.get("/report").text)
    assert "更新期が到来した契約は13件です。" in text
    assert "貢献がなければ : 推定できません。" in text or "貢献がなければ: 推定できません。" in text
    assert "場面のあった契約の差" not in text


def test_retention_stands_beside_itself_without_the_contribution(found: TestClient) -> None:
    text = text_of(found.get("/report?period=12M-2026-10").text)
    assert re.search(r"貢献がなければ 91\.0% 95%区間 88\.0% ?〜 ?95\.0%", text)
    assert "+2.0pt" in text
    html = found.get("/report").text
    assert "12,400,000円" in html


@pytest.mark.parametrize("query", ["team=第一課", "segment=plan:ベーシック"])
def test_the_estimate_is_never_narrowed_in_silence(found: TestClient, query: str) -> None:
    text = text_of(found.get(f"/report?{query}").text)
    assert "貢献の推定は、チームや契約の区分では絞り込めません" in text
    assert "1,240万円" not in text and "+2.0pt" not in text
    if query.startswith("segment"):
        assert "91.0%" not in text


def test_short_periods_say_why_they_have_no_figure_without_the_contribution(found: TestClient) -> None:
    text = text_of(found.get("/report?period=FY2026-Q3").text)
    assert "12か月より短い期間では出しません" in text and "91.0%" not in text


def test_a_small_group_has_no_rates(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, figures={"minimum_group": 20})
    store = open_store(settings.store_url)
    fill(store, [telling_call()])
    store.close()
    with opened_as(settings, *EVERYTHING) as client:
        text = text_of(client.get("/report").text)
    assert "お客様が13人で、20人に足りないため、率は出しません。" in text


def test_a_change_of_versions_is_marked_on_the_trend(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store)
    with store.writing() as connection:
        facts = kept_facts(connection)
        assert facts is not None
        facts["changes"] = [{"on": "2026-10-03", "run_id": 1, "names": ["dictionary", "formula"]}]
        connection.execute(sa.update(kept_figures).values(facts=facts))
    store.close()
    with opened_as(settings, *EVERYTHING) as client:
        html = client.get("/report").text
    assert "data-change>2026-10-03 フレーズ辞書・スコアの式" in html
    assert html.count('class="change"') == 2  # on both trends of conversations, not on those of contracts


def test_downloads_hold_exact_yen_and_every_month(client: TestClient) -> None:
    rows = list(csv.DictReader(client.get("/report.csv?period=2026-10").content.decode("utf-8-sig").splitlines()))
    (october,) = [row for row in rows if row["月"] == "2026-10"]
    assert october["模擬データ"] == "はい"
    # ten of 30,000 and 1,000 for each of their numbers but 5 and 8, one of them upsold by 8,000; and one of 451,000
    assert (october["期首のお客様"], october["期首の月額(円)"]) == ("11", "812000")
    assert client.get("/report.csv?encoding=cp932").content.decode("cp932").startswith("月,")
    answer = client.get("/report.xlsx")
    assert answer.status_code == 200 and BytesIO(answer.content).read(2) == b"PK"


def test_programs_read_the_same_numbers(client: TestClient) -> None:
    told = client.get("/api/v1/dashboard?period=2026-10&team=第二課").json()
    assert (told["period"], told["closing"], told["complete"]) == ("2026-10", "2026-11-01", False)
    assert told["retention"]["now"]["opening_yen"] == 812_000 and told["retention"]["before"]["n"] == 12
    assert told["conversations"]["now"]["moments"]["proposal"]["n"] == 6
    assert client.get("/api/v1/dashboard?period=2026-13").status_code == 422
    described = client.get("/openapi.json").json()["paths"]["/api/v1/dashboard"]["get"]
    assert described["operationId"] == "getDashboard"


@contextmanager
def listening(client: TestClient) -> Iterator[list[tuple[str, Any]]]:
    """Every statement sent meanwhile, with its parameters."""
    engine, sent = client.app.state.store.engine, list[tuple[str, Any]]()  # type: ignore[attr-defined]

    def hear(_: Any, __: Any, statement: str, parameters: Any, ___: Any, ____: Any) -> None:
        sent.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def cost(client: TestClient, path: str) -> tuple[int, int]:
    """How many questions a page asks of the store, and how many rows they bring."""
    client.get(path)
    with listening(client) as sent:
        assert client.get(path).status_code == 200
    reads = [(statement, parameters) for statement, parameters in sent if statement.startswith("SELECT")]
    with client.app.state.store.engine.connect() as connection:  # type: ignore[attr-defined]
        rows = [
            connection.exec_driver_sql(f"SELECT count(*) FROM ({statement})", parameters).scalar_one()
            for statement, parameters in reads
        ]
    return len(reads), sum(rows)


def test_a_page_reads_as_little_however_many_calls_there_are(tmp_path: Path) -> None:
    costs = {}
    for calls in (12, 60):
        with opened(tmp_path / str(calls), calls) as client:
            costs[calls] = [cost(client, path) for path in ("/report", "/report?team=第二課&period=2026-10")]
    assert costs[12] == costs[60]
    assert max(costs[60]) <= (10, 40)


def test_calls_of_which_no_time_is_known_are_named_where_no_period_shows_them(tmp_path: Path) -> None:
    """The first night of whoever gives recordings alone: the period is one of today, not of the beginning of time."""
    settings = Settings(data_dir=tmp_path)
    with open_store(settings.store_url) as store:
        fill(store, [Said("unlisted", telling_call().utterances)])
        with store.writing() as connection:
            nothing: dict[str, Any] = {"first_month": None, "last_month": None, "as_of": None, "spans": []}
            connection.execute(sa.update(kept_figures).values(facts={**(kept_facts(connection) or {}), **nothing}))
    with opened_as(settings, *EVERYTHING) as browser:
        for address in ("/report", "/operators"):
            page = browser.get(address).text
            assert "日時のわからない 1通話 は、どの期間にも入りません" in text_of(page)
            assert f"{datetime.now(TOKYO):%Y}年" in text_of(page) and "1970年" not in page
            for link in re.findall(r'href="(/calls\?[^"]+)"', page):
                assert browser.get(unescape(link)).status_code == 200
