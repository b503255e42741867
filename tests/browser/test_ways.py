"""The main ways through the pages, as the people go them."""

import pytest

from tests.browser.conftest import PASSWORD, Open, sign_in

pytestmark = pytest.mark.slow


def test_the_first_start_asks_for_the_administrator_and_then_says_what_to_do(empty_centre: str, window: Open) -> None:
    page = window(empty_centre)
    page.goto("/")
    assert "/first" in page.url
    page.fill("input[name=name]", "tanaka")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    with page.expect_navigation():
        page.click("main form button")
    page.goto("/")
    assert "kouken" in page.inner_text("main")


def test_a_wrong_password_is_refused_in_words_and_the_right_one_opens(centre: str, window: Open) -> None:
    page = window(centre)
    page.goto("/report")
    page.fill("input[name=name]", "manager")
    page.fill("input[name=password]", "not it")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/report")
    page.click("text=English")
    assert page.inner_text("h1") and page.evaluate("document.documentElement.lang") == "en"


def test_an_operator_sees_only_their_own(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "op17")
    names = page.inner_text("header nav")
    assert "通話" in names and "利用者" not in names and "管理" not in names
    page.goto("/calls")
    assert "OP-002" not in page.content()
    answer = page.goto("/operators/OP-002")
    assert answer is not None and answer.status in (403, 404)


def test_from_a_number_to_the_second_behind_it_takes_three_clicks(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "manager")
    page.goto("/report")
    page.click("main a[href^='/calls?since=']")
    page.click("main a[href*='/calls/20261003-0017']")
    page.wait_for_selector("audio", state="attached")
    page.click("button:has-text('再生')")
    page.wait_for_function("() => [...document.querySelectorAll('audio')].some((sound) => sound.currentTime > 0.2)")


def test_the_player_works_by_keys_alone(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "manager")
    page.goto("/calls/20261003-0017")
    page.wait_for_selector("audio", state="attached")
    page.keyboard.press("Space")
    page.wait_for_function("() => [...document.querySelectorAll('audio')].some((sound) => sound.currentTime > 0.2)")
    page.keyboard.press("Space")
    page.wait_for_function("() => [...document.querySelectorAll('audio')].every((sound) => sound.paused)")
    page.keyboard.press("?")
    page.wait_for_selector("dd:has-text('この一覧')")
    page.keyboard.press("?")
    page.wait_for_selector("dd:has-text('この一覧')", state="hidden")


def test_a_searched_word_is_heard_in_the_list_and_leads_to_its_second(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "manager")
    page.goto("/search")
    page.fill("input[name=q]", "見逃し")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("button.hear").first.click()
    page.wait_for_selector("button.hear[aria-pressed=true]")
    page.locator("main a[href*='/calls/20261003-0017'][href*='#u']").first.click()
    page.wait_for_selector(".line.now")
    assert "見逃し" in page.inner_text(".transcript")


def test_help_is_found_from_a_figure_and_reads_in_both_languages(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "manager")
    page.goto("/report")
    with page.expect_navigation():
        page.locator("main a[href^='/help']").first.click()
    assert page.evaluate("document.documentElement.lang") == "ja"
    japanese = page.inner_text("h1")
    with page.expect_navigation():
        page.click("text=English")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "/help" in page.url and page.inner_text("h1") != japanese
