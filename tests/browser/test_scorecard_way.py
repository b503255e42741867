"""The way of an evaluation: shared by QA, appealed by its operator, decided by somebody else."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow

CALL = "20261003-0017"


def shared_evaluation(page: Page) -> None:
    """A scorecard of one automatic question and one by hand, filled in for the call."""
    page.goto("/scorecards/forms?lang=en")
    page.fill("input[name=title]", "Basics")
    page.locator("input[name=text]").first.fill("An offer was made")
    page.locator("select[name=kind]").first.select_option("automatic")
    page.locator("select[name=measure]").first.select_option("proposal")
    page.locator("input[name=text]").nth(1).fill("Gave their name")
    page.click("text=Make it")
    page.goto(f"/calls/{CALL}")
    page.click("main a[href^='/scorecards/new']")
    page.click("text=Make a draft")
    assert "met" in page.inner_text("fieldset:has-text('An offer was made') .a")
    page.click("fieldset:has-text('Gave their name') label:has-text('No')")
    page.click("text=Save and share with the operator")
    assert "Shared" in page.inner_text("h1") and "50%" in page.inner_text(".points")


def test_an_evaluation_is_shared_appealed_by_its_operator_and_made_final_by_another(centre: str, window: Open) -> None:
    editor = sign_in(window(centre), "editor")
    shared_evaluation(editor)

    operator = sign_in(window(centre), "op17")
    operator.goto("/scorecards")
    operator.click("main td a[href^='/scorecards/evaluations/'], main th a[href^='/scorecards/evaluations/']")
    operator.click("text=読みました(確認)")
    operator.fill("textarea[name=reason]", "名乗っています。")
    operator.click("button:text-is('申し立てる')")
    assert "申し立て中" in operator.inner_text("h1")
    address = operator.url

    editor.goto(address)
    assert "somebody other than the evaluator" in editor.inner_text(".notice")
    assert editor.locator("textarea[name=decision]").count() == 0

    manager = sign_in(window(centre), "manager")
    manager.goto(address)
    manager.click("fieldset:has-text('Gave their name') label:has-text('はい')")
    manager.fill("textarea[name=decision]", "認めます。")
    manager.click("text=この内容で確定")
    assert "確定" in manager.inner_text("h1") and "100%" in manager.inner_text(".points")

    operator.reload()
    assert "認めます。" in operator.inner_text("main") and operator.locator("textarea").count() == 0
