"""The review queue without a mouse: hear, judge, take back, tick, look up the keys."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow


def tab_to(page: Page, words: str) -> None:
    """The next place with these words in it, in the order of the Tab key."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"{words} cannot be reached by Tab")


def question(page: Page) -> str:
    return page.input_value("#desk input[name=claim]")


def answer(page: Page, key: str) -> str:
    """Press the key; what the page tells about the answer when the next question stands there."""
    before = question(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => { const claim = document.querySelector('#desk input[name=claim]');"
        " return claim === null || claim.value !== before; }",
        arg=before,
    )
    return page.inner_text("#told")


def test_reviews_are_begun_heard_judged_and_taken_back_by_keys_alone(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "editor")
    page.goto("/reviews")
    tab_to(page, "標本を引いて始める")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    tab_to(page, "場面")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "正しい" in answer(page, "y")
    page.wait_for_selector("#desk h2:focus")  # a screen reader goes on with the question
    assert "違う" in answer(page, "n")
    third = question(page)
    assert "正しくは" in answer(page, "1")
    assert "今日 3件" in page.inner_text("#progress")
    assert "違う" in answer(page, "z")  # again the last answer but one
    assert question(page) == third and "今日 2件" in page.inner_text("#progress")

    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
