"""Operators: as far as one's reach goes at the time of each call, compared on like calls, never ranked."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from fastapi.testclient import TestClient

from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.migrate import open_store
from tests.api import world
from tests.api.conftest import EVERYTHING, opened_as
from tests.api.test_dashboard import cost, listening
from tests.api.test_pages import text_of
from tests.api.world import OFFER, Said, fill, plain_calls, telling_call


def moved(calls: list[Said], team: str) -> list[Said]:
    return [replace(call, row=call.row | {"team": team}) for call in calls]


def with_reason(calls: list[Said], reason: str) -> list[Said]:
    return [replace(call, row=call.row | {"reason": reason}) for call in calls]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """OP-002 took twelve calls in 第二課 and eight more in 第一課; OP-003 asks nobody anything in twelve like calls."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("operators"))
    own = plain_calls(20, "OP-002", "高橋", 5)
    silent = [replace(call, moments=()) for call in plain_calls(12, "OP-003", "上野", 5)]
    asked = [replace(call, moments=call.moments[-1:]) for call in plain_calls(1, "OP-004", "青木", 5) * 12]
    asked = [replace(call, call_id=f"OP-004-{n}") for n, call in enumerate(asked)]
    said = [telling_call(), *with_reason([*own[:12], *moved(own[12:], "第一課"), *silent, *asked], "請求")]
    store = open_store(settings.store_url)
    fill(store, said)
    store.close()
    return settings


@pytest.fixture
def manager(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, *EVERYTHING) as client:
        yield client


@pytest.fixture
def leader(settings: Settings) -> Iterator[TestClient]:
    with opened_as(settings, "manager", name="leader", teams=["第一課"]) as client:
        yield client


def calls_in_list(client: TestClient, query: str = "") -> dict[str, str]:
    rows = csv.DictReader(client.get(f"/operators.csv{query}").content.decode("utf-8-sig").splitlines())
    return {row["担当者ID"]: row["通話数"] for row in rows}


def test_a_leader_sees_the_calls_taken_in_the_team_and_no_others(manager: TestClient, leader: TestClient) -> None:
    assert calls_in_list(manager)["OP-002"] == "20"
    assert calls_in_list(leader) == {"OP-002": "8", "OP-017": "1"}
    assert "8通話" in text_of(leader.get("/operators/OP-002").text)
    assert leader.get("/operators/OP-003").status_code == 404
    assert calls_in_list(manager, "?team=第二課")["OP-002"] == "12"
    assert {item["operator_id"] for item in leader.get("/api/v1/operators").json()["items"]} == {"OP-017"}


def test_those_without_an_analysed_call_stand_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse = world._store_call
    monkeypatch.setattr(
        world,
        "_store_call",
        lambda connection, call, claim: "OP-002" in call.call_id or analyse(connection, call, claim),
    )
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings.store_url)
    fill(store, [telling_call(), *plain_calls(1, "OP-002", "高橋", 5)])
    store.close()
    with opened_as(settings, *EVERYTHING) as client:
        table, _, apart = client.get("/operators").text.partition("解析した通話のない1人")
    assert table.count('href="/operators/') == 1 and "OP-002" not in table
    assert 'href="/operators/OP-002' in apart


def test_another_period_has_other_calls(manager: TestClient) -> None:
    assert calls_in_list(manager, "?period=2026-09") == {}
    assert "この条件の通話はありません" in manager.get("/operators?period=2026-09").text
    assert "解析した通話はありません" in manager.get("/operators/OP-002?period=2026-09").text


def test_moments_that_colleagues_have_more_often_lead_to_the_calls(manager: TestClient) -> None:
    html = manager.get("/operators/OP-003?period=2026-10").text
    row = html[html.index("同じ用件で同僚に多い場面") :]
    assert re.search(r'href="/calls\?[^"]*operator=OP-003[^"]*reason=[^"]*without=proposal"', row)
    assert re.search(r'href="/calls\?[^"]*team=[^"]*reason=[^"]*label=proposal', row)
    found = re.search(r"/calls\?[^\"]*without=proposal", row)
    assert found and manager.get(found[0].replace("&amp;", "&")).text.count("OP-003-0") >= 12


def test_a_clip_leads_to_its_second(manager: TestClient) -> None:
    html = manager.get("/operators/OP-017").text
    assert OFFER in html and "▶ 00:48" in html
    link = re.search(r'href="(/calls/20261003-0017\?recording=\d+)#u8"', html)
    assert link and 'id="u8"' in manager.get(link[1]).text


def test_an_operator_who_says_less_on_like_calls_is_told_with_an_interval(manager: TestClient) -> None:
    rows = csv.DictReader(manager.get("/operators.csv").content.decode("utf-8-sig").splitlines())
    told = {row["担当者ID"]: row for row in rows}
    assert told["OP-017"]["差の読み方"] == "通話が足りません" and told["OP-017"]["営業提案"] == "1"
    page = text_of(manager.get("/operators/OP-003?period=2026-10").text)
    assert re.search(r"営業提案 .*? 0\.0 .*?−\d+\.\d", page)


def test_no_estimate_shows_no_figures_of_it(manager: TestClient) -> None:
    assert "継続率の差" not in manager.get("/operators/OP-002").text


def token(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    assert found
    return found[1]


def test_remarks_are_between_the_operator_and_those_who_lead_them(settings: Settings, leader: TestClient) -> None:
    path, words = "/operator-remarks/OP-002", "締めの確認がていねいでした。<b>"
    answer = leader.post(path, data={"csrf": token(leader), "text": words}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/operators/OP-002#h-remarks"
    with opened_as(settings, "operator", name="own", operator_id="OP-002") as own:
        assert "締めの確認がていねいでした。&lt;b&gt;" in own.get("/operators/OP-002").text
        assert own.post(path, data={"csrf": token(own), "text": "はい。"}, follow_redirects=False).status_code == 303
        refused = own.post("/operator-remarks/OP-003", data={"csrf": token(own), "text": "x"})
        assert refused.status_code == 404
    with opened_as(settings, "qa_editor", "analyst", name="listener") as listener:
        assert listener.get("/operators/OP-002").status_code == 200
        assert "締めの確認" not in listener.get("/operators/OP-002").text
        assert listener.post(path, data={"csrf": token(listener), "text": "x"}).status_code == 403
    assert "本人 own" in text_of(leader.get("/operators/OP-002").text)
    store = open_store(settings.store_url)
    with store.reading() as connection:
        entries = [entry for entry in audit.list_entries(connection) if entry.action.startswith("operator.re")]
    store.close()
    assert any(entry.action == "operator.remark" and entry.actor == "own" for entry in entries)
    assert all("締めの確認" not in str(entry.details) for entry in entries)


@pytest.mark.parametrize("text", ["", "   ", "長" * 2_001])
def test_an_empty_or_endless_remark_is_refused(leader: TestClient, text: str) -> None:
    answer = leader.post("/operator-remarks/OP-002", data={"csrf": token(leader), "text": text})
    assert answer.status_code == 422


def test_the_report_on_paper_tells_reactions_beside_the_colleagues_and_what_made_the_numbers(
    manager: TestClient,
) -> None:
    with pypdfium2.PdfDocument(manager.get("/operator-files/pdf/OP-002").content) as document:
        words = "".join(re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document)
    assert "受諾歓迎保留辞退なし" in words
    assert re.search(r"営業提案本人0\(0%\)", words) and "営業提案同僚" in words
    assert f"数えた夜1版kouken{version('kouken')}" in words


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")])
def test_the_page_is_kept_as_a_file(manager: TestClient, leader: TestClient, form: str, begins: bytes) -> None:
    answer = manager.get(f"/operator-files/{form}/OP-002")
    assert answer.status_code == 200 and BytesIO(answer.content).read(len(begins)) == begins
    assert leader.get(f"/operator-files/{form}/OP-003").status_code == 404
    assert manager.get(f"/operator-files/{form}/nobody").status_code == 404


@pytest.mark.parametrize("store", ["sqlite"])  # another database chooses by the rows that there are, and these are few
def test_clips_are_looked_for_in_the_calls_of_the_operator_alone(manager: TestClient, store: str) -> None:
    with listening(manager) as sent:
        manager.get("/operators/OP-002")
    (found,) = [(statement, values) for statement, values in sent if "utterances.text" in statement]
    with manager.app.state.store.engine.connect() as connection:  # type: ignore[attr-defined]
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found[0]}", found[1])]
    assert "ix_calls_operator_id_started_at" in steps[0]


def test_pages_read_as_little_however_many_calls_there_are(tmp_path: Path) -> None:
    costs = {}
    for number in (30, 60):
        settings = Settings(data_dir=tmp_path / str(number))
        store = open_store(settings.store_url)
        fill(store, [telling_call(), *plain_calls(number, "OP-002", "高橋", 5)])
        store.close()
        with opened_as(settings, *EVERYTHING) as client:
            costs[number] = [cost(client, path) for path in ("/operators", "/operators/OP-002")]
    assert costs[30] == costs[60]
