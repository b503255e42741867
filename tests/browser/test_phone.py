"""Under a finger: what is pressed is large enough, and the page one is on is in sight among its neighbours."""

import pytest

from tests.browser.conftest import Open, sign_in

LEAST = 44  # CSS pixels
PAGES = (
    "/report", "/calls", "/search", "/operators", "/dictionary", "/dictionary/edit", "/dictionary/import", "/tables",
    "/reviews/precision", "/scorecards/forms", "/nights", "/users", "/tokens", "/retention", "/account",
    "/help/figures",
)  # fmt: skip
SMALL = """least => [...document.querySelectorAll(`select, input:not([type=hidden]), button[type=submit]:not(.plain),
    .button, summary, .top nav a, .area a, .tabs a, .pager a`)].map(one => {
  const pressed = one.matches('[type=checkbox], [type=radio]') ? one.closest('label') : one;
  return [one, pressed.getBoundingClientRect().height];
}).filter(([one, height]) => height > 0 && height < least - 0.5)
  .map(([one, height]) => `${location.pathname} ${one.outerHTML.slice(0, 60)} ${height}`)"""
IN_SIGHT = """() => [...document.querySelectorAll('nav a[aria-current]')].every(one => {
  const box = one.getBoundingClientRect();
  return box.height === 0 || (box.left >= -1 && box.right <= innerWidth + 1);
})"""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_pressed_on_a_phone_is_large_enough(centre: str, window: Open, language: str) -> None:
    phone = sign_in(window(centre, width=390, height=780), "everything")
    small, hidden = [], []
    for address in PAGES:
        phone.goto(f"{address}?lang={language}")
        small += phone.evaluate(SMALL, LEAST)
        if not phone.evaluate(IN_SIGHT):
            hidden.append(address)
    assert small == [] and hidden == []


def test_the_other_pages_of_the_help_are_folded_on_a_phone_and_beside_the_text_on_a_desk(
    centre: str, window: Open
) -> None:
    desk = sign_in(window(centre, width=1280, height=800), "everything")
    desk.goto("/help/score")
    assert desk.locator(".contents a").first.is_visible() and not desk.locator(".contents summary").is_visible()
    phone = sign_in(window(centre, width=390, height=780), "everything")
    phone.goto("/help/score")
    first = phone.locator(".contents a").first
    assert not first.is_visible()
    phone.locator(".contents summary").click()
    first.click()
    assert phone.url.endswith("/help/start")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("person", ["op17", "everything"])
def test_the_products_name_is_not_broken_by_a_short_or_a_long_name_beside_it(
    centre: str, window: Open, person: str, language: str
) -> None:
    phone = sign_in(window(centre, width=390, height=780), person)
    phone.goto(f"/account?lang={language}")
    lines = phone.eval_on_selector(".brand b", "one => one.getClientRects().length")
    assert lines == 1 and phone.eval_on_selector(".brand b", "one => one.getBoundingClientRect().height") < 40
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


READ_FIRST = {
    "/nights": ".state", "/audit": ".why", "/calls": "td:nth-child(2)", "/users": "td:last-child",
    "/teams": "td:last-child", "/tables": ".lines", "/retention": "td:nth-child(3)", "/nights/1": ".why",
}  # fmt: skip


@pytest.mark.parametrize(("width", "language"), [(390, "ja"), (320, "en")])
def test_what_is_read_first_in_a_wide_table_is_in_sight_on_a_phone(
    centre: str, window: Open, width: int, language: str
) -> None:
    """320 is also what is left of 1280 for whoever reads at 400 %."""
    phone = sign_in(window(centre, width=width, height=780), "everything")
    for address, read_first in READ_FIRST.items():
        phone.goto(f"{address}?lang={language}")
        edges = phone.eval_on_selector_all(
            f".stack {read_first}", "all => all.map(one => one.getBoundingClientRect().right)"
        )
        assert 0 < max(edges) <= width, address
        assert phone.eval_on_selector(".scroll:has(.stack)", "one => one.scrollWidth - one.clientWidth") <= 0, address
    for address in (*READ_FIRST, "/", "/calls/20261003-0017", "/nights/1/report", "/account", "/operators/OP-002"):
        phone.goto(f"{address}?lang={language}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize(("width", "language"), [(390, "ja"), (320, "en")])
def test_the_player_stays_within_its_frame_while_it_plays(centre: str, window: Open, width: int, language: str) -> None:
    """The word for a pause is longer than that for playing."""
    phone = sign_in(window(centre, width=width, height=780), "everything")
    phone.goto(f"/calls/20261003-0017?lang={language}")
    play = phone.get_by_role("button", name={"ja": "再生", "en": "Play"}[language])
    play.click()
    phone.wait_for_selector("[data-play][aria-pressed=true]")
    assert phone.get_by_role("button", name={"ja": "一時停止", "en": "Pause"}[language]).is_visible()
    edge = phone.eval_on_selector(".timeline", "one => one.getBoundingClientRect().right")
    parts = phone.eval_on_selector_all(".controls *", "all => all.map(one => one.getBoundingClientRect().right)")
    assert max(parts) <= edge


def test_colours_that_mean_something_stay_where_the_system_chooses_the_others(centre: str, window: Open) -> None:
    desk = sign_in(window(centre, width=1280, height=800), "everything")
    desk.emulate_media(forced_colors="active")
    desk.goto("/nights/1")
    seen = "all => new Set(all.map(one => getComputedStyle(one).backgroundColor)).size"
    assert desk.eval_on_selector_all(".files .sw", seen) > 1
    line = "one => getComputedStyle(one).borderBottomColor"
    here, other = (
        desk.eval_on_selector(f".top nav a{which}", line) for which in ("[aria-current]", ":not([aria-current])")
    )
    assert here != other == desk.evaluate("getComputedStyle(document.body).backgroundColor")
    desk.emulate_media(forced_colors="active", color_scheme="dark")
    desk.goto("/")
    paper = "all => [...new Set(all.map(one => getComputedStyle(one).backgroundColor))]"
    assert desk.eval_on_selector_all(".drawn", paper) == ["rgb(255, 255, 255)"]
