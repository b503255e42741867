"""Where one is signed in, seen and ended; and what a listener sees who has opened as much as one may in an hour."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pipeline.settings import Settings, WebSettings
from pipeline.store.migrate import open_store
from tests.api.world import fill
from tests.browser.conftest import Open, add_people, served, sign_in

pytestmark = pytest.mark.slow

SERIOUS = {"serious", "critical"}
SIZES = {"desk": (1280, 800), "phone": (390, 780)}


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[str]:
    """A centre in which nobody opens much in an hour."""
    settings = Settings(data_dir=tmp_path, web=WebSettings(reads_per_hour=3))
    with open_store(settings.store_url) as store:
        fill(store)
        add_people(store)
    with served(settings) as address:
        yield address


def is_sound(page: Page) -> bool:
    found = Axe().run(page).response["violations"]
    sideways = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return not sideways and not [violation for violation in found if violation["impact"] in SERIOUS]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_one_of_two_sign_ins_is_ended_from_the_other(centre: str, window: Open, language: str, size: str) -> None:
    other, page = window(centre), window(centre, *SIZES[size])
    for one in (other, page):
        one.goto(f"/sign-in?lang={language}")
        sign_in(one, "approver")
    page.goto("/account")
    expect(page.locator(".sign-ins .here")).to_have_count(1)
    before = page.locator(".sign-ins li").count()
    assert before >= 2 and is_sound(page)
    page.locator(".sign-ins button").first.click()  # the latest of the others
    expect(page.locator(".sign-ins li")).to_have_count(before - 1)
    expect(page).to_have_url(re.compile("#h-sessions$"))
    other.goto("/account")
    expect(other).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("size", SIZES)
def test_a_listener_at_the_limit_is_told_where_the_next_question_would_be(strict: str, window: Open, size: str) -> None:
    page = window(strict, *SIZES[size])
    sign_in(page, "editor")
    page.goto("/reviews")
    page.locator("main form button").first.click()  # draw the samples
    answers = page.locator("form[action='/reviews/answers'] button")
    answers.first.click()
    expect(page.locator("#progress")).to_contain_text("1件")
    answers.first.click()
    expect(page.locator("main h1", has_text="一時間に開ける数に達しました")).to_be_visible()
    assert is_sound(page)
