"""Loading a table from the browser: first a look, then all of it or nothing, and no file is left behind."""

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipeline.settings import Settings, WebSettings
from pipeline.store import audit, tables
from pipeline.store.migrate import open_store
from tests.api.conftest import BASE, opened_as

GOOD = '契約番号,顧客ID,契約開始日,月額,メモ\nC-1,K-1,2026/4/1,"12,000",=cmd\nC-2,K-2,令和8年4月1日,8000,髙橋\n'
BAD = "契約番号,顧客ID,契約開始日,月額\nC-1,K-1,5/1/2026,12000\nC-2,,2026-04-01,千円\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def csrf(browser: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/tables").text)
    assert found
    return found[1]


def send(browser: TestClient, content: bytes, name: str = "契約.csv", kind: str = "contracts") -> tuple[int, str]:
    data = {"csrf": csrf(browser), "kind": kind}
    answer = browser.post("/tables/upload", data=data, files={"file": (name, content)})
    return answer.status_code, answer.text


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def loaded(browser: TestClient, form: dict[str, str]) -> Any:
    """The page to which loading leads, once it has ended."""
    answer = browser.post("/tables/load", data=form)
    for _ in range(600):
        if "hx-trigger" not in answer.text:
            return answer
        time.sleep(0.1)
        answer = browser.get(str(answer.url.path))
    raise AssertionError("loading goes on and on")


def stored(settings: Settings) -> int:
    store = open_store(settings.store_url)
    with store.reading() as connection:
        loads = tables.last_loads(connection)
        count = len(tables.read_table(connection, "contracts", loads["contracts"].load_id)) if loads else 0
    store.close()
    return count


def left(settings: Settings) -> list[Path]:
    folder = settings.data_dir / "uploads"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []


def test_a_look_changes_nothing_and_shows_what_would_be_loaded(settings: Settings) -> None:
    with opened_as(settings, "manager") as browser:
        status, page = send(browser, GOOD.encode("cp932"))
    assert status == 200 and stored(settings) == 0
    for told in ("CP932", "契約.csv", "contract_id", "2026-04-01", "12000", "追加の列", "髙橋"):
        assert told in page, told


def test_what_was_looked_at_is_loaded_and_the_file_is_gone(settings: Settings) -> None:
    with opened_as(settings, "manager", name="boss") as browser:
        _, page = send(browser, GOOD.encode())
        form = {"csrf": csrf(browser), "key": key_of(page)}
        assert len(left(settings)) == 2
        answer = loaded(browser, form)
        assert "取り込みました" in answer.text and "契約.csv" in answer.text
        assert stored(settings) == 2 and left(settings) == []
        assert browser.post("/tables/load", data=form).status_code == 422  # it cannot be loaded twice
    store = open_store(settings.store_url)
    with store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="tables.load")
    store.close()
    assert (entry.actor, entry.object, entry.details["new"]) == ("boss", "contracts", 2)


def test_every_problem_is_named_with_line_and_column_and_nothing_is_kept(settings: Settings) -> None:
    with opened_as(settings, "manager") as browser:
        status, page = send(browser, BAD.encode())
    assert status == 422 and stored(settings) == 0 and left(settings) == []
    assert 'name="key"' not in page
    rows = re.findall(r'<td class="num"[^>]*>(\d+)</td><td class="code">(\w+)</td>', page)
    assert set(rows) == {("2", "started_on"), ("3", "customer_id"), ("3", "mrr_yen")}


def test_leaving_it_removes_the_file(settings: Settings) -> None:
    with opened_as(settings, "manager") as browser:
        _, page = send(browser, GOOD.encode())
        browser.post("/tables/discard", data={"csrf": csrf(browser), "key": key_of(page)})
    assert left(settings) == [] and stored(settings) == 0


def test_loading_that_is_stopped_leaves_everything_as_it_was(settings: Settings) -> None:
    with opened_as(settings, "manager", name="boss") as browser:
        _, page = send(browser, GOOD.encode())
        with open_store(settings.store_url) as store, store.writing():  # loading waits for its turn
            going_on = browser.post("/tables/load", data={"csrf": csrf(browser), "key": key_of(page)})
            assert "hx-trigger" in going_on.text and going_on.url.path.startswith("/tables/work/")
            stopped = browser.post(f"{going_on.url.path}/cancel", data={"csrf": csrf(browser)})
        assert "何も取り込んでいません" in stopped.text
    assert stored(settings) == 0 and len(left(settings)) == 2


def test_nobody_loads_what_somebody_else_sent(settings: Settings) -> None:
    with opened_as(settings, "manager", name="boss") as browser:
        _, page = send(browser, GOOD.encode())
    with opened_as(settings, "manager", name="other") as browser:
        for key in (key_of(page), "../../etc", "x" * 43):
            answer = browser.post("/tables/load", data={"csrf": csrf(browser), "key": key})
            assert answer.status_code == 422 and "もうありません" in answer.text
    assert stored(settings) == 0


def test_what_nobody_came_back_for_is_removed(settings: Settings) -> None:
    with opened_as(settings, "manager") as browser:
        send(browser, GOOD.encode())
        (place,) = (settings.data_dir / "uploads").iterdir()
        os.utime(place, (time.time() - 3601, time.time() - 3601))
        send(browser, GOOD.encode(), name="later.csv")
    assert {path.name for path in left(settings)} == {"later.csv", "upload.json"}


@pytest.mark.parametrize(
    "name", ["../../../evil.csv", "..", "C:\\tables\\a.csv", "長" * 300 + ".csv", "upload.json", "\n"]
)
def test_a_file_name_leads_nowhere(name: str, settings: Settings) -> None:
    with opened_as(settings, "manager") as browser:
        status, _ = send(browser, GOOD.encode(), name=name)
    assert status == 200
    folder = (settings.data_dir / "uploads").resolve()
    assert len(left(settings)) == 2 and all(folder in path.resolve().parents for path in left(settings))


def test_no_file_and_what_is_no_table_are_told(settings: Settings) -> None:
    with opened_as(settings, "manager") as browser:
        answer = browser.post("/tables/upload", data={"csrf": csrf(browser), "kind": "contracts"})
        assert answer.status_code == 422 and "ファイルを選んで" in answer.text
        status, page = send(browser, b"\x89PNG\r\n\x1a\n\x00\x00")
        assert status == 422 and "取り込めません" in page
    assert left(settings) == []


def test_only_this_route_takes_large_bodies_and_only_up_to_the_setting(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, web=WebSettings(upload_mb=2))
    head = "contract_id,customer_id,started_on,mrr_yen\n"
    rows = "".join(f"C-{number},K-{number},2026-04-01,1000\n" for number in range(50_000))
    with opened_as(settings, "manager") as browser:
        assert send(browser, (head + rows).encode())[0] == 200  # 1.5 MB
        assert send(browser, b"x" * 2_100_000)[0] == 413
        assert browser.post("/tables/load", content=b"x" * 1_000_001).status_code == 413


def test_without_the_permission_nothing_is_taken(settings: Settings) -> None:
    with opened_as(settings, "analyst", name="analyst") as browser:
        assert 'action="/tables/upload"' not in browser.get("/tables").text
        answer = browser.post("/tables/upload", data={"kind": "contracts"}, files={"file": ("a.csv", b"x")})
        assert answer.status_code == 403
    with opened_as(settings, "manager", name="of-a-team", teams=["一課"]) as browser:
        assert browser.get("/tables").status_code == 403
    with TestClient(create_app(settings), base_url=BASE, headers={"Sec-Fetch-Site": "same-origin"}) as nobody:
        answer = nobody.post("/tables/upload", data={"kind": "contracts"}, files={"file": ("a.csv", b"x")})
        assert answer.status_code == 401
    assert left(settings) == []


MANY = "契約番号,顧客ID,契約開始日,月額\n" + "".join(f"C-{n},K-{n},5/1/2026,千円\n" for n in range(2_000))


def test_thousands_of_problems_are_grouped_and_counted_and_the_whole_list_can_be_downloaded(settings: Settings) -> None:
    with opened_as(settings, "manager", name="boss") as browser:
        status, page = send(browser, MANY.encode())
        assert status == 422 and "読めないところが 4,000 か所" in page
        assert "全 4,000 件のうち、はじめの 100 件" in page and page.count("5/1/2026") == 50
        groups = page[page.index("同じ問題を") : page.index("全 4,000 件")]
        assert groups.count("<tr>") == 3 and groups.count("2,000") == 2 and "2、3、4、5、6 ほか" in groups
        found = re.search(r'href="(/problems/[^"]+)"', page)
        assert found
        listed = browser.get(found[1])
        assert listed.content.startswith(b"\xef\xbb\xbf") and "attachment" in listed.headers["content-disposition"]
        rows = listed.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "ファイル,行,列,値,種類,理由" and len(rows) == 4_001
    assert rows[-1].startswith("契約.csv,2001,mrr_yen,千円,誤り,")
    with opened_as(settings, "manager", name="other") as browser:
        assert browser.get(found[1]).status_code == 404
