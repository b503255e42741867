"""The way of a phrase: written in a draft, tried, weighed, approved by a second person, in force, and back again."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow

BROKEN = "(見積もりをお送りしましょう|お待ちください"
MENDED = BROKEN + ")"
WORK_MS = 60_000  # for what looks through every call in a process of its own


def written_with_a_mistake_and_mended(page: Page) -> None:
    """The published entry is opened in the editor; the lint names the character and leads to it."""
    page.click("th a:has-text('見積もりをお送りしましょう')")
    page.click("text=Change in a draft")
    page.fill("[data-query]", BROKEN)
    page.click("#lint .problem[data-position='0']")
    assert page.inner_text("#lint .echo mark") == "("
    assert page.evaluate("document.getSelection().toString()") == "("
    page.fill("[data-query]", MENDED)
    page.wait_for_selector("#lint .problem", state="detached")


def test_a_phrase_is_mended_tried_weighed_approved_by_another_published_and_rolled_back(
    dictionary_centre: str, window: Open
) -> None:
    editor = sign_in(window(dictionary_centre), "editor")
    editor.goto("/dictionary?lang=en")
    written_with_a_mistake_and_mended(editor)

    editor.keyboard.press("Control+Enter")
    editor.wait_for_selector("#trial .tried:has-text('18calls')", timeout=WORK_MS)
    assert "お待ちください" in editor.inner_text("#trial .hit-lines")
    editor.click("text=Save in the draft")
    assert MENDED in editor.inner_text(".versus")

    editor.click("button:text-is('Look')")
    editor.wait_for_selector("h3:has-text('Hits gained') + p:has-text('16hits')", timeout=WORK_MS)
    editor.click("text=Ask for review")
    editor.wait_for_selector("[aria-current=step]:has-text('review')", timeout=WORK_MS)
    assert editor.locator("button:text-is('Approve')").count() == 0

    approver = sign_in(window(dictionary_centre), "approver")
    approver.goto("/dictionary/drafts")
    approver.click(".notice a:has-text('下書き 1')")
    approver.click("text=承認する")
    approver.click("text=公開する")
    approver.wait_for_selector("[aria-current=step]:has-text('公開')", timeout=WORK_MS)
    assert in_force(approver) == MENDED

    approver.goto("/dictionary/versions")
    approver.click("summary:has-text('この版に戻す')")
    approver.fill("input[name=remark]", "当たりが増えすぎた")
    approver.click("button:text-is('戻す')")
    approver.wait_for_selector("td:has-text('当たりが増えすぎた')")
    assert in_force(approver) == "見積もりをお送りしましょう"


def in_force(page: Page) -> str:
    """The phrase as the dictionary in force has it."""
    page.goto("/dictionary/entries/p.quote")
    return page.inner_text("h1.query")
