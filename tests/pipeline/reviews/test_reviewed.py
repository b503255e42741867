"""What QA says becomes targets of single sentences; what nobody judged stays unknown."""

from dataclasses import replace

import pytest

from models.moments.calibration import targets_of
from models.moments.labels import HEARD, LABELS
from pipeline.records import Transcript, Utterance
from pipeline.reviews.reviewed import call_from, corrected_call, moved_place, reviewed_calls
from pipeline.store import review_queue, reviews, text_corrections
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.review_units import Queued
from pipeline.store.reviews import Review, ReviewedSentence
from tests.api.world import OFFER, fill, hit, plain_calls

SAID = ("お電話ありがとうございます。", "お調べします。見積もりをお送りしましょうか。")
CALL = Transcript(
    "c1",
    None,
    None,
    {},
    (
        *(Utterance("operator", text) for text in SAID),
        Utterance("customer", "結構です。"),
        Utterance("unknown", "はい"),
    ),
)


def review(utterance: int, *, bears: set[str], lacks: set[str], start: int = 0, end: int = 99) -> ReviewedSentence:
    return ReviewedSentence(
        "c1",
        1,
        utterance,
        utterance,
        start,
        end,
        "operator",
        "",
        frozenset(bears),
        frozenset(lacks),
        False,
        False,
        ("a",),
    )


def known(found: list[ReviewedSentence]) -> list[dict[str, float]]:
    targets = targets_of([call_from(CALL, found)])
    return [{LABELS[k]: row[k] for k in range(len(LABELS)) if row[k] >= 0} for row in targets]


def test_reviewed_label_stays_on_the_sentence_that_holds_the_place() -> None:
    assert known([review(1, bears={"proposal"}, lacks=set(), start=7, end=12)]) == [{}, {}, {"proposal": 1.0}, {}]


def test_reviewed_label_that_is_denied_is_denied_of_every_sentence_of_the_place() -> None:
    assert known([review(1, bears=set(), lacks={"appeal"})]) == [{}, {"appeal": 0.0}, {"appeal": 0.0}, {}]


def test_reviewed_label_moves_where_a_person_says_another_one() -> None:
    relabelled = known([review(0, bears={"enablement"}, lacks={"proposal"})])
    assert relabelled == [{"enablement": 1.0, "proposal": 0.0}, {}, {}, {}]


def test_reviewed_call_is_read_as_a_recogniser_wrote_it_without_unknown_speakers() -> None:
    call = call_from(CALL, [])
    assert (call.form, call.split, len(call.sentences)) == (HEARD, "train", 4)


@pytest.mark.parametrize("in_passing", [False, True])
def test_reviewed_places_of_a_random_sample_measure_and_do_not_teach(store: Store, in_passing: bool) -> None:
    """Whether asked by the queue or marked by somebody who read the call: else the sample would measure itself."""
    item = drawn_item(store)
    said = Review(item.place, "right", "sato", (), None if in_passing else item.item_id, item.phrase_id)
    with store.writing() as connection:
        reviews.mark(connection, said, {"dictionary": "d1c7"})
    assert reviewed_calls(store) == []


def test_reviewed_places_of_no_sample_teach(store: Store) -> None:
    place = replace(drawn_item(store).place, start=0, end=4)
    with store.writing() as connection:
        reviews.mark(connection, Review(place, "right", "sato"), {"dictionary": "d1c7"})
    (call,) = reviewed_calls(store)
    assert [labels for labels in call.labels if labels] == [frozenset({"proposal"})]


def test_reviewed_call_with_corrected_words_teaches_as_it_was_heard_and_as_it_was_said(store: Store) -> None:
    place = replace(drawn_item(store).place, start=0, end=4)
    with store.writing() as connection:
        reviews.mark(connection, Review(place, "right", "sato"), {"dictionary": "d1c7"})
        text_corrections.keep(connection, place.transcript_id, place.utterance, "お見積もりですね。", "sato", ())
    heard, said = reviewed_calls(store)
    assert (heard.call_id, heard.form, said.form) == (said.call_id, HEARD, "clean")
    texts = [call.sentences[call.labels.index(frozenset({"proposal"}))].text for call in (heard, said)]
    assert texts[0] != texts[1] == "お見積もりですね。"


def test_reviewed_place_moves_into_the_corrected_words() -> None:
    """Heard «…お調べします。見積もり…»; said with a longer first sentence: the label stays on the second one."""
    found = [review(1, bears={"proposal"}, lacks=set(), start=7, end=12)]
    call = corrected_call(CALL, found, {1: "ただいまよくお調べいたします。お見積もりをお送りしましょうか。"})
    assert [s.text for s, labels in zip(call.sentences, call.labels, strict=True) if labels] == [
        "お見積もりをお送りしましょうか。"
    ]


@pytest.mark.parametrize(
    ("heard", "said", "at", "expected"),
    [("あいう", "あいう", 2, 2), ("あう", "あいう", 2, 3), ("あいう", "あう", 3, 2), ("", "あ", 99, 1)],
)
def test_reviewed_place_keeps_to_its_words(heard: str, said: str, at: int, expected: int) -> None:
    assert moved_place(heard, said, at) == expected


def drawn_item(store: Store) -> Queued:
    calls = plain_calls(40, "OP-1", "", 1)
    tags = (hit(2, OFFER, "お見積もり", "proposal", "p.quote"),)
    fill(store, [replace(call, tags=tags) for call in calls])
    with store.reading() as connection:
        body = latest_report(connection)
        assert body is not None
        pins = Pins.of_report(body)
    with store.writing() as connection:
        review_queue.draw(connection, pins, "sato", "hit", wanted=40, seed="seed")
    with store.reading() as connection:
        queued = review_queue.queue(connection, pins, "sato", 200)
    return next(item for item in queued if item.item_id is not None)
