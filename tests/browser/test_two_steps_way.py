"""The way through two-factor sign-in: set up, asked for at the next sign-in, and opened without the phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pipeline.settings import Settings, WebSettings
from pipeline.store.migrate import open_store
from tests.browser.conftest import PASSWORD, Open, add_people, served, sign_in

pytestmark = pytest.mark.slow

SERIOUS = {"serious", "critical"}
SIZES = {"desk": (1280, 800), "phone": (390, 780)}


@pytest.fixture
def required(tmp_path: Path) -> Iterator[str]:
    """A centre that asks everybody for a second factor."""
    settings = Settings(data_dir=tmp_path, web=WebSettings(second_factor="required"))
    with open_store(settings.store_url) as store:
        add_people(store)
    with served(settings) as address:
        yield address


def faults_of(page: Page, what: str) -> list[str]:
    """What is wrong with the page as it stands, as lines."""
    wrong = (
        ["scrolls sideways"] if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1") else []
    )
    wrong += [violation["id"] for violation in Axe().run(page).response["violations"] if violation["impact"] in SERIOUS]
    small = page.evaluate(
        "[...document.querySelectorAll('main button:not(.plain), main input:not([type=hidden])')]"
        ".filter(one => one.offsetHeight && one.offsetHeight < 36).length"
    )
    return [f"{what}: {line}" for line in wrong + (["something to press is small"] if small else [])]


def key_on(page: Page) -> str:
    return page.inner_text("code.secret").replace(" ", "")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_two_steps_from_the_set_up_to_a_recovery_code(required: str, window: Open, language: str, size: str) -> None:
    page = window(required, *SIZES[size])
    page.goto(f"/sign-in?lang={language}")
    sign_in(page, "manager")
    expect(page).to_have_url(re.compile(r"/account/factor$"))  # nothing else opens
    wrong = faults_of(page, "before")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".qr svg")).to_be_visible()
    assert page.locator(".qr svg").bounding_box()["width"] > 150  # type: ignore[index]
    wrong += faults_of(page, "picture")
    app = pyotp.TOTP(key_on(page))
    page.fill("input[name=code]", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.fill("input[name=code]", app.now())
    page.keyboard.press("Enter")
    expect(page.locator(".codes code")).to_have_count(10, timeout=15_000)
    expect(page.locator("[data-print]")).to_be_visible()
    wrong += faults_of(page, "recovery codes")
    codes = page.locator(".codes code").all_inner_texts()
    page.click(".on-screen a")
    page.goto("/account")
    wrong += faults_of(page, "account")
    page.click(".who button")
    sign_in_again(page)
    expect(page.locator("input[name=code]")).to_be_focused()
    wrong += faults_of(page, "code")
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    wrong += faults_of(page, "wrong code")
    page.click("summary")
    page.fill("input[name=recovery]", codes[3].upper())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/account/factor$"))
    expect(page.locator(".facts dd").last).to_have_text("9")
    wrong += faults_of(page, "in force")
    assert not wrong, "\n".join(wrong)


def sign_in_again(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("input[name=name]", "manager")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sign-in/code$"))
