"""Candidates: shown with their interval and the warning, taken into a draft, or never offered again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.association import Association
from pipeline.dictionaries.phrase_discovery import Candidate, Context, Discovery
from pipeline.progress import Progress
from pipeline.settings import Settings
from pipeline.store import audit, dismissals
from pipeline.store.migrate import open_store
from tests.api.dictionary_world import Desk, copy_of, seen

WORDS = "来月の締めまで毎週"


def found(settings: Settings, progress: Progress) -> Discovery:
    """As if a year of calls had been read."""
    places = (Context("20261003-0017", 4, "では、", WORDS, "ご様子を伺います。"),)
    sure = Association(2.5, 1.4, 4.4, 0.001, 0.01, 50, 40, 200, 100)
    return Discovery("outcome", (Candidate(WORDS, 50, 6, sure, None, places),), 300, 250, 1200)


@pytest.fixture
def settings(dictionary_folder: Path, tmp_path: Path) -> Settings:
    return copy_of(dictionary_folder, tmp_path / "data")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    opened = Desk(settings, "sato", "qa_editor")
    job = opened.browser.app.state.jobs.start("sato", "candidates", found)  # type: ignore[attr-defined]
    assert job.wait(120) and job.state == "done"
    yield opened
    opened.close()


def test_a_candidate_shows_its_interval_its_place_and_the_warning(desk: Desk) -> None:
    page = desk.get("/dictionary/candidates")
    text = seen(page)
    assert "オッズ比 2.50 (95%区間 1.40〜4.40)" in text.replace("2.50(", "2.50 (")
    assert "これは関連であり、効果ではありません" in text
    assert 'href="/calls/20261003-0017#u4"' in page.text


def test_a_candidate_is_taken_into_the_editor_with_its_words(desk: Desk) -> None:
    page = desk.post("/dictionary/edit/begin", phrase=WORDS, examples=[f"では、{WORDS}ご様子を伺います。"])
    assert page.status_code == 200 and f">{WORDS}</textarea>" in page.text
    assert f"では、{WORDS}ご様子を伺います。</textarea>" in page.text


def test_what_is_dismissed_is_not_offered_again_and_the_log_holds_no_words(desk: Desk, settings: Settings) -> None:
    text = seen(desk.post("/dictionary/candidates/dismiss", text=WORDS))
    assert WORDS not in text and "1 見送ったもの" in text
    assert "どれも見送ったもの" in text
    with open_store(settings.store_url) as store:
        with store.writing() as connection:
            dismissals.dismiss(connection, WORDS, "sato")  # a second time changes nothing
        with store.reading() as connection:
            entries = audit.list_entries(connection, action="phrases.dismiss")
            assert dismissals.dismissed(connection) == {WORDS}
    assert len(entries) == 1 and WORDS not in str(entries)


def test_looking_for_candidates_in_too_few_calls_says_so(desk: Desk) -> None:
    text = seen(desk.finished(desk.post("/dictionary/candidates")))
    assert "比べるには少なすぎます" in text and "18 通話" in text
