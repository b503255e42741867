"""A call of which only another program's transcript is there has no player, and a row without a recording no link."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipeline.errors import ExitCode
from tests.api.conftest import EVERYTHING, opened_as
from tests.pipeline.centre import PLAIN, QUICK, small_centre
from tests.pipeline.faults import inline
from tests.pipeline.test_nightly_texts import SAID, reads

CALLS = (
    "c,2026-10-01 09:00,OP-1,,\na,2026-10-01 10:00,OP-1,,\nb,2026-10-01 11:00,OP-1,,\ngone,2026-10-01 12:00,OP-1,,\n"
)


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A night of calls a, a recording, b, a transcript, c, one without times, and "gone", of which nothing is there."""
    monkeypatch.setattr("pipeline.nights.transcribing.map_items", inline.map_items)
    url = f"sqlite:///{tmp_path / 'kouken.db'}"
    centre = small_centre(tmp_path, url, replace(QUICK, transcribe=reads))
    centre.record("a.wav", PLAIN)
    centre.record("b.vtt", SAID)
    said = {"speaker": "operator", "text": "お見積もりをお送りしましょうか。"}
    centre.record("c.json", json.dumps({"call_id": "c", "utterances": [said]}))
    assert centre.night(CALLS) is ExitCode.DONE
    with opened_as(centre.settings, *EVERYTHING) as opened:
        yield opened


@pytest.mark.parametrize(("call", "is_recorded"), [("a", True), ("b", False)])
def test_player_is_there_where_a_recording_is(browser: TestClient, call: str, is_recorded: bool) -> None:
    page = browser.get(f"/calls/{call}").text
    assert ("<audio" in page) is is_recorded
    assert ("録音のない通話です" in page) is not is_recorded


def test_what_is_not_known_without_times_is_not_shown_as_zero(browser: TestClient) -> None:
    page = browser.get("/calls/c").text
    assert re.search(r"長さ\s+—", page) and "0 Hz" not in page and "ほかの製品の書き起こしです。" in page
    items = {item["call_id"]: item for item in browser.get("/api/v1/calls").json()["items"]}
    assert items["c"]["duration_s"] is None and items["a"]["duration_s"] == 54.0


@pytest.mark.sqlite
def test_length_that_is_not_known_is_empty_for_bi_tools(browser: TestClient, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kouken.db")) as seen_by_bi_tools:
        lengths = dict(seen_by_bi_tools.execute("SELECT call_id, duration_s FROM bi_calls"))
    assert (lengths["c"], lengths["a"]) == (None, 54.0)


def test_moments_without_times_are_counted_and_in_no_score(browser: TestClient) -> None:
    """Of two quotes that were offered one has no time; the minutes are those of the other calls."""
    operator = browser.get("/api/v1/operators/OP-1").json()
    proposal = operator["moments"]["proposal"]
    assert proposal["n"] == 2
    assert proposal["rate"] == pytest.approx(10 / operator["operator_minutes"], abs=0.01)
    page = browser.get("/report?period=2026-10").text
    assert re.search(r"13\.3", page)  # one in 45 seconds of the operator's speech, not 26.7


@pytest.mark.parametrize(("words", "is_recorded"), [("住所を変えたい", True), ("お見積もり", False)])
def test_search_offers_to_listen_where_a_recording_is(browser: TestClient, words: str, is_recorded: bool) -> None:
    page = browser.get("/search", params={"q": words}).text
    assert 'class="sentence' in page
    assert bool(re.search(r'data-sound="/sound/\d+" data-from="\d+\.\d"', page)) is is_recorded


def test_sound_of_a_transcript_is_refused_in_words(browser: TestClient) -> None:
    items = browser.get("/api/v1/calls").json()["items"]
    recording = next(item["recording_id"] for item in items if item["call_id"] == "b")
    assert browser.get(f"/sound/{recording}").status_code == 404
    assert browser.get(f"/sound/{recording}/peaks").status_code == 404


def test_list_of_what_was_not_joined_leads_to_no_missing_page(browser: TestClient) -> None:
    page = browser.get("/joins", params={"of": "no_customer"}).text
    assert "gone" in page
    assert 'href="/calls/a"' in page and 'href="/calls/gone"' not in page
