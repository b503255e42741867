"""On paper: what is printed from the browser is numbered, so that a page that is missing is missed."""

import pypdfium2
import pytest

from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("address", ["/", "/operators/OP-002", "/nights/1/report", "/calls/20261003-0017", "/audit"])
def test_every_printed_page_has_its_number_of_all_and_nothing_is_cut_off(
    centre: str, window: Open, address: str
) -> None:
    page = sign_in(window(centre), "everything")
    page.goto(address)
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as paper:
        written = [sheet.get_textpage().get_text_bounded() for sheet in paper]
        for number, text in enumerate(written, start=1):
            assert f"{number} / {len(written)}" in text and "貢献 Kouken" in text
        heading = page.inner_text("h1").split()[0]
        assert heading in written[0]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 695, "height": 1000})  # A4 less the margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 695
