"""Every page that a person can reach by links: usable by everybody, in both languages, on a desk and on a phone."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from api.policy import ROUTES
from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow

SERIOUS = {"serious", "critical"}
FILES = re.compile(r"\.(csv|xlsx|pdf|json|vtt|yaml|zip)$|^/(sound|static|api)/|/(export|download)\b|-files/")
LINKS = "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)"  # SVG has links, too
ASKED = ["/retention?count=yes"]  # behind a button
ACTIONS = ("/sign-out", "/sign-in")


def template_of(path: str) -> str:
    """The route behind a path: of pages of one kind, one is enough."""
    for method, route in ROUTES:
        pattern = re.sub(r"\{\w+(:path)?\}", lambda match: ".+" if match[1] else "[^/]+", route)
        if method == "GET" and re.fullmatch(pattern, path):
            return route
    return path


def pages_from(page: Page, start: str) -> list[str]:
    """One address of every kind of page that links lead to from the first, in the order they are found."""
    found, waiting = {template_of(start): start}, [start]
    while waiting:
        page.goto(waiting.pop(0))
        for href in page.eval_on_selector_all("a[href]", LINKS):
            place = urlsplit(href)
            if place.netloc != urlsplit(page.url).netloc or FILES.search(place.path) or place.path in ACTIONS:
                continue
            if template_of(place.path) not in found:
                found[template_of(place.path)] = place.path
                waiting.append(place.path)
    return list(found.values())


def check(page: Page, address: str, language: str) -> list[str]:
    """What is wrong with a page, as lines."""
    answer = page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"status {answer.status}"]
    if page.evaluate("document.documentElement.lang") != language:
        wrong.append("the language of the page is not the one asked for")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        wrong.append("scrolls sideways")
    if page.locator("h1").count() != 1:
        wrong.append(f"{page.locator('h1').count()} main headings")
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in SERIOUS:
            targets = [node["target"] for node in violation["nodes"][:3]]
            wrong.append(f"{violation['id']}: {targets}")
    return [f"{address} [{language}, {page.viewport_size}]: {line}" for line in wrong]


def test_every_page_is_sound_on_a_desk_in_japanese_and_on_a_phone_in_english(centre: str, window: Open) -> None:
    desk = sign_in(window(centre), "everything")
    linked = pages_from(desk, "/")
    known = {"/report", "/calls", "/operators", "/nights", "/help", "/retention", "/holds", "/erasures"}
    assert known <= {template_of(page) for page in linked}
    pages = linked + ASKED
    wrong = [line for address in pages for line in check(desk, address, "ja")]
    phone = sign_in(window(centre, width=390, height=780), "everything")
    wrong += [line for address in pages for line in check(phone, address, "en")]
    assert not wrong, "\n".join(wrong)
