"""The way of a table from somebody's desk: refused line by line, mended, looked at, loaded, and held against aims."""

import pytest
from playwright.sync_api import Page

from tests.api.world import contract_rows
from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow

HEADER = "契約番号,顧客ID,契約開始日,月額,プラン"
ROWS = [f"{row['contract_id']},{row['customer_id']},2025/2/1,{row['mrr_yen']},髙橋プラン" for row in contract_rows()]
BROKEN = [ROWS[0], ROWS[1].replace("2025/2/1", "二月のはじめ"), *ROWS[2:]]


def send(page: Page, rows: list[str]) -> None:
    """A file as a spreadsheet of the office saves it."""
    content = "\r\n".join([HEADER, *rows, ""]).encode("cp932")
    page.select_option("select[name=kind]", "contracts")
    page.set_input_files("input[type=file]", {"name": "契約.csv", "mimeType": "text/csv", "buffer": content})
    with page.expect_navigation():
        page.click("text=中身を確かめる")


def write_goal(page: Page) -> None:
    page.click("nav.area a:has-text('KPI シート')")
    page.locator("a:has-text('ゴールを加える')").first.click()
    page.fill("input[name=name]", "解約を減らす")
    page.fill("input[name=owner]", "佐伯")
    page.locator("select[name=measure]").first.select_option("grr")
    page.locator("input[name=value]").first.fill("95")
    page.locator("input[name=since]").first.fill("2026-04")
    page.locator("input[name=by]").first.fill("2027-03")
    page.click("text=保存する")


def test_contracts_are_refused_by_line_mended_previewed_loaded_and_seen_in_joins_and_aims(
    centre: str, window: Open
) -> None:
    page = sign_in(window(centre), "manager")
    page.click("header nav a:has-text('契約・成果')")
    send(page, BROKEN)
    assert "取り込めません" in page.inner_text("[role=alert]")
    row = page.inner_text("section:has(#h-problems) tbody tr")
    assert row.split()[:3] == ["3", "started_on", "二月のはじめ"]
    assert page.locator("text=この内容で取り込む").count() == 0

    page.click("text=戻る")
    send(page, ROWS)
    assert "CP932" in page.inner_text(".title") and "髙橋プラン" in page.inner_text("section:has(#h-rows)")
    page.click("text=この内容で取り込む")
    assert "13 行" in page.inner_text(".notice[role=status]")
    assert "契約.csv" in page.inner_text("section:has(#h-tables)")

    page.click("nav.area a:has-text('結び付き')")
    assert "このあとに表が取り込まれています" in page.inner_text(".notice")
    assert "件が契約に結び付きました" in page.inner_text("section:has(#h-sum)")
    page.click("text=お客様が不明")
    assert "no-row-in-the-table" in page.inner_text("section:has(#h-left)")

    write_goal(page)
    goal = page.inner_text("section:has(h2:has-text('解約を減らす'))")
    assert "95" in goal and "2026-04" in goal and "実績" in goal
