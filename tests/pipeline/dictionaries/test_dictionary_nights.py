"""E1 and E5 through whole nights: a night keeps the dictionary it began with, and old reports keep theirs."""

from dataclasses import replace
from typing import Any

import pytest

from phrases.entry import Phrase, PhraseSet
from pipeline.nights.night import Recognition
from pipeline.store import dictionary
from pipeline.store.pages import Pins, report_of_night
from pipeline.store.review_units import units
from tests.pipeline import fake_speech
from tests.pipeline.centre import PROPOSAL, Centre

QUOTE = Phrase("p.quote", "proposal", "お見積もりをお送りしましょう")
FIRST = PhraseSet((QUOTE,))
SECOND = PhraseSet((Phrase("p.seats", "proposal", "追加ライセンス"),))


@pytest.fixture
def centre(quick_centre: Centre) -> Centre:
    """One call, the small dictionary, the product's own tagger."""
    with quick_centre.open() as store, store.writing() as connection:
        dictionary.seed(connection, FIRST)
    quick_centre.record("a.wav", PROPOSAL)
    return replace(quick_centre, recognition=Recognition(fake_speech.start, fake_speech.transcribe))


def publish(centre: Centre, phrase_set: PhraseSet) -> None:
    """As the end of a review does it."""
    with centre.open() as store, store.writing() as connection:
        dictionary.publish_items(connection, dictionary.items_of(phrase_set), "draft", "sato", {})


def report(centre: Centre, run_id: int) -> dict[str, Any]:
    with centre.open() as store, store.reading() as connection:
        body = report_of_night(connection, run_id)
    assert body is not None
    return body


def test_e1_what_is_published_while_a_night_runs_is_the_next_nights(centre: Centre) -> None:
    published: list[str] = []

    def somebody_publishes() -> bool:
        if not published:
            published.append(SECOND.version)
            publish(centre, SECOND)
        return False

    centre.night(stop=somebody_publishes)
    assert published
    assert centre.report["versions"]["dictionary"] == FIRST.version
    assert _hits(centre) == {"p.quote"}
    centre.night()
    assert centre.report["versions"]["dictionary"] == SECOND.version
    assert _hits(centre) == {"p.seats"}


def test_e5_a_rollback_tags_anew_and_leaves_old_reports_as_they_were(centre: Centre) -> None:
    centre.night()
    first = report(centre, 1)
    publish(centre, PhraseSet((replace(QUOTE, phrase="追加のお見積もりをお送りしましょう"),)))
    centre.night()
    second = report(centre, 2)
    with centre.open() as store, store.writing() as connection:
        dictionary.rollback(connection, FIRST.version, "tanaka", "当たりが消えた")
    centre.night()
    third = report(centre, 3)
    assert [body["centre"]["success_phrases"] for body in (first, second, third)] == [1, 0, 1]
    assert report(centre, 1) == first and report(centre, 2) == second
    assert third["versions"] == first["versions"] != second["versions"]


def _hits(centre: Centre) -> set[str | None]:
    """What the last report's tagging found."""

    with centre.open() as store, store.reading() as connection:
        return {unit.phrase_id for unit in units(connection, Pins.of_report(centre.report), "hit")}
