"""Pages under a finger: on the narrowest phone, and read at 400 %, nothing hides to the right of page or table."""

import pytest
from playwright.sync_api import Page

from tests.api.world import contract_rows
from tests.browser.conftest import Open, sign_in
from tests.browser.test_every_page import ASKED, pages_from

pytestmark = pytest.mark.slow

CALL = "20261003-0017"
HEADER = "契約番号,顧客ID,契約開始日,月額,プラン"
ROWS = [f"{row['contract_id']},{row['customer_id']},2025/2/1,{row['mrr_yen']},標準" for row in contract_rows()]
UNFOLDED = "() => { for (const folded of document.querySelectorAll('details')) folded.open = true; }"
HIDDEN = """() => [document.documentElement, ...document.querySelectorAll('.scroll')]
  .filter(one => one.scrollWidth > one.clientWidth)
  .map(one => `${location.pathname} ${one.firstElementChild.className} ${one.scrollWidth - one.clientWidth} px`)"""
UNNAMED = """() => [...document.querySelectorAll('table.named:has(thead):has(tbody tr)')]
  .filter(table => [...table.tBodies[0].rows[0].cells].slice(1).some((cell, place) => cell.tagName === 'TD'
    && cell.colSpan === 1 && table.tHead.rows[0].cells[place + 1].textContent.trim() && !cell.dataset.name))
  .map(table => `${location.pathname} ${table.className}`)"""


def submit(page: Page, address: str, action: str, **fields: str) -> None:
    """The form of that action on that page, filled in and sent."""
    page.goto(address)
    page.evaluate(UNFOLDED)
    form = page.locator(f"form[action='{action}']").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]").first
        kind = field.evaluate("one => one.type")
        if kind == "checkbox":
            field.check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        form.locator("button").first.click()


def upload(page: Page, rows: list[str]) -> None:
    page.goto("/tables")
    content = "\r\n".join([HEADER, *rows, ""]).encode()
    page.select_option("select[name=kind]", "contracts")
    page.set_input_files("input[type=file]", {"name": "contracts.csv", "mimeType": "text/csv", "buffer": content})
    with page.expect_navigation():
        page.click("form[action='/tables/upload'] button")


def fill_lists(page: Page) -> None:
    """A row in every list that a new centre has empty."""
    submit(page, "/account/tokens", "/account/tokens", label="社内ダッシュボードへ毎晩送る集計", permissions="yes")
    submit(page, "/notifications", "/notifications", targets="sato@example.jp")
    submit(page, "/holds", "/holds", kind="call", value=CALL, reason="係争中のため、結論が出るまで残します")
    submit(
        page, "/kpi/new", "/kpi/new", name="解約を減らす", owner="佐伯", measure="grr", value="95", since="2026-04",
        by="2027-03",
    )  # fmt: skip
    submit(page, "/dictionary/drafts", "/dictionary/drafts", title="聞き返しの言い方を増やす")
    submit(page, "/scorecards/forms", "/scorecards/forms", title="応対の基本", text="名乗りましたか")
    submit(page, "/scorecards", "/scorecards/new", call=CALL)
    with page.expect_navigation():
        page.click("form[action='/scorecards/evaluations'] button")
    submit(page, "/scorecards/calibrations", "/scorecards/calibrations", call=CALL)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_hides_to_the_right_and_every_figure_has_its_name(
    dictionary_centre: str, window: Open, language: str
) -> None:
    phone = sign_in(window(dictionary_centre, width=320, height=780), "everything")
    fill_lists(phone)
    hidden, unnamed, tables = [], [], 0
    phone.goto(f"/?lang={language}")

    def look() -> None:
        nonlocal tables
        phone.evaluate(UNFOLDED)
        hidden.extend(phone.evaluate(HIDDEN))
        unnamed.extend(phone.evaluate(UNNAMED))
        tables += phone.locator("table.stack").count()

    for address in [*pages_from(phone, "/"), *ASKED]:
        phone.goto(address)
        look()
    for rows in (ROWS, [ROWS[0].replace("2025/2/1", "二月のはじめ"), *ROWS[1:]]):
        upload(phone, rows)
        look()
    assert not hidden and not unnamed, "\n".join(hidden + unnamed)
    assert tables > 35
