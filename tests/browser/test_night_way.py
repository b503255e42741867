"""A recording that could not be used: found by its state, its reason read, and sent into the next night again."""

import pytest

from tests.browser.conftest import Open, sign_in

pytestmark = pytest.mark.slow


def test_a_quarantined_recording_tells_its_reason_and_is_sent_into_the_next_night(centre: str, window: Open) -> None:
    page = sign_in(window(centre), "admin")
    page.goto("/nights?lang=en")
    page.click("th a:has-text('night 1')")
    page.click(".tabs a:has-text('Quarantined')")
    row = page.locator("table.files tr:has-text('tomorrow.wav')")
    assert "The analysis failed" in row.inner_text()
    row.locator("button:text-is('Retry')").click()
    assert "1 recording is waiting again for the next night." in page.inner_text(".notice[role=status]")
    page.click(".tabs a:has-text('Waiting')")
    assert "tomorrow.wav" in page.inner_text("table.files")
