"""What people put right in a call: masked like the call itself, shown beside what was heard, gone with the call."""

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.playing.sound import muted_spans
from pipeline.records import Transcript
from pipeline.reviews import call_reviews, reviewing
from pipeline.store import audit, erasure, reviews, text_corrections
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from pipeline.store.review_units import Place
from pipeline.store.schema import metadata
from pipeline.store.transcripts import read_transcript
from tests.api.world import fill, telling_call

CALL = telling_call().call_id
CARD = "カード番号は4111 1111 1111 1111です。"


@pytest.fixture
def pins(store: Store) -> Pins:
    fill(store, [telling_call()])
    with store.reading() as connection:
        return reviewing.current_pins(connection)


def line(store: Store, pins: Pins, utterance: int) -> call_reviews.ReviewedLine:
    with store.reading() as connection:
        return call_reviews.read_line(connection, pins, 1, utterance)


def transcript(store: Store) -> Transcript:
    with store.reading() as connection:
        return read_transcript(connection, 1, CALL)


def test_a_line_offers_what_was_found_and_what_could_be_missing(store: Store, pins: Pins) -> None:
    told = line(store, pins, 2)
    assert [(one.place.unit, one.place.label) for one in told.found] == [("moment", "enablement")]
    assert told.missing == ("appeal", "proposal")
    cancelled = line(store, pins, 7)  # a hit that was taken back is no moment, and may be marked all the same
    assert [(one.place.unit, one.place.label) for one in cancelled.found] == [("hit", "proposal")]
    with pytest.raises(BadInput):
        line(store, pins, 99)


def test_marks_show_at_their_utterance_each_persons_latest(store: Store, pins: Pins) -> None:
    reference = line(store, pins, 2).found[0].place.reference
    with store.writing() as connection:
        reviewing.answer(connection, reference, "right", "sato")
        reviewing.answer(connection, reference, "wrong", "sato")
        reviewing.answer(connection, reference, "relabel", "suzuki", ("appeal",))
    assert [(mark.reviewer, mark.verdict) for mark in line(store, pins, 2).marks] == [
        ("sato", "wrong"),
        ("suzuki", "relabel"),
    ]


def test_a_missed_moment_may_be_added_and_teaches(store: Store, pins: Pins) -> None:
    with store.writing() as connection:
        reference = Place("moment", 1, 4, 4, 0, 0, "enablement").reference
        reviewing.answer(connection, reference, "missed", "sato")
        (taught,) = reviews.reviewed_sentences(connection)
    assert taught.bears == {"enablement"} and not taught.drawn


def test_what_belongs_to_a_sample_never_teaches_whoever_marks_it(store: Store, pins: Pins) -> None:
    reviewing.draw_first_samples(store, "sato")
    reference = line(store, pins, 2).found[0].place.reference
    with store.writing() as connection:
        reviewing.answer(connection, reference, "wrong", "sato")
        (kept,) = reviews.reviewed_sentences(connection)
    assert kept.drawn


def test_a_correction_stands_beside_what_was_heard(store: Store, pins: Pins) -> None:
    before = transcript(store)
    kept = call_reviews.correct_text(store, 1, 3, "え、  そんな機能があるんですか。", "sato")
    assert (kept.text, kept.corrected_by) == ("え、 そんな機能があるんですか。", "sato")
    assert transcript(store) == before
    newer = call_reviews.correct_text(store, 1, 3, "ええ、そんな機能が。", "suzuki")
    told = line(store, pins, 3).text
    assert told is not None and (told.text, told.corrected_by) == (newer.text, "suzuki")
    with store.reading() as connection:
        (pair,) = text_corrections.corrected_utterances(connection)
    assert (pair.call_id, pair.heard, pair.said) == (CALL, "え、そんなのあるんですか。", "ええ、そんな機能が。")


def test_a_correction_may_be_withdrawn_by_its_author_only(store: Store, pins: Pins) -> None:
    kept = call_reviews.correct_text(store, 1, 3, "え、そんな機能が。", "sato")
    with store.writing() as connection, pytest.raises(BadInput):
        text_corrections.withdraw(connection, kept.correction_id, "suzuki")
    with store.writing() as connection:
        text_corrections.withdraw(connection, kept.correction_id, "sato")
        assert text_corrections.corrections_of(connection, 1) == {}
        assert [entry.action for entry in audit.list_entries(connection, action="transcripts")] == [
            "transcripts.correct_withdraw",
            "transcripts.correct",
        ]


@pytest.mark.parametrize("text", ["", "   ", "え、そんなのあるんですか。", "あ" * 2_001])
def test_a_correction_says_something_else_and_not_too_much(store: Store, pins: Pins, text: str) -> None:
    with pytest.raises(BadInput):
        call_reviews.correct_text(store, 1, 3, text, "sato")


def test_personal_data_in_a_correction_is_masked_before_it_is_written_and_silenced(store: Store, pins: Pins) -> None:
    kept = call_reviews.correct_text(store, 1, 3, CARD, "sato")
    assert "4111" not in kept.text and "＊" in kept.text and kept.text.startswith("カード番号は")
    with store.reading() as connection:
        for table in metadata.sorted_tables:
            held = repr(connection.execute(sa.select(table)).all())
            # with what stands beside them: four digits alone are in many a time of day
            assert "は4111" not in held and "1111で" not in held and "1111 1111" not in held, table.name
    spans = muted_spans(transcript(store))
    assert spans is not None and (25_000, 27_100) in spans
    call_reviews.correct_text(store, 1, 3, CARD + "はい。", "sato")
    assert muted_spans(transcript(store)) == spans  # silent already


def test_corrections_and_marks_are_erased_with_the_call(store: Store, pins: Pins) -> None:
    call_reviews.correct_text(store, 1, 3, "ひみつの合言葉はアジサイです。", "sato")
    with store.writing() as connection:
        reviewing.answer(connection, Place("moment", 1, 2, 2, 0, 0, "enablement").reference, "wrong", "sato")
        gone = erasure.erase(connection, erasure.scope_of(connection, call_ids=[CALL]))
        assert (gone["text_corrections"], gone["reviews"]) == (1, 1)
        for table in metadata.sorted_tables:
            assert "アジサイ" not in repr(connection.execute(sa.select(table)).all()), table.name
