"""Reviews measure only where chance chose what was reviewed, teach everywhere, and outlive every tagging."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.records import Tag
from pipeline.store import audit, review_figures, review_queue, review_units, reviews, transcripts, trials
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.review_queue import Draw
from pipeline.store.review_units import Queued
from pipeline.store.reviews import Review
from tests.api.world import OFFER, TAGGING, Said, fill, hit, plain_calls, telling_call

VERSIONS = {"dictionary": "d1c7"}


def many_calls(number: int = 60) -> list[Said]:
    """Calls with a hit each; of the moments a third are proposals."""
    calls = plain_calls(number, "OP-1", "", 1)
    tag = hit(2, OFFER, "お見積もり", "proposal", "p.quote")
    return [replace(call, tags=(replace(tag, confidence=0.5 + n / 200),)) for n, call in enumerate(calls)]


@pytest.fixture
def pins(store: Store) -> Pins:
    fill(store, many_calls())
    with store.reading() as connection:
        body = latest_report(connection)
    assert body is not None
    return Pins.of_report(body)


def draw(store: Store, pins: Pins, unit: str, wanted: int, *, seed: str | None = "seed") -> list[Draw]:
    with store.writing() as connection:
        return review_queue.draw(connection, pins, "sato", unit, wanted=wanted, seed=seed)


def queue(store: Store, pins: Pins, reviewer: str, limit: int = 200, unit: str | None = None) -> list[Queued]:
    with store.reading() as connection:
        return review_queue.queue(connection, pins, reviewer, limit, unit=unit)


def mark(store: Store, item: Queued, verdict: str, reviewer: str = "sato", labels: Sequence[str] = ()) -> None:
    review = Review(item.place, verdict, reviewer, tuple(labels), item.item_id, item.phrase_id)  # type: ignore[arg-type]
    with store.writing() as connection:
        reviews.mark(connection, review, VERSIONS)


def precision(store: Store, pins: Pins, unit: str, limit: float = 0.8) -> review_figures.Precision:
    with store.reading() as connection:
        (one,) = review_figures.precisions(connection, pins, unit, limit)
    return one


def test_a_drawing_is_recorded_with_seed_chance_and_population(store: Store, pins: Pins) -> None:
    (drawn,) = draw(store, pins, "hit", 20)
    assert (drawn.stratum, drawn.seed, drawn.population) == ("p.quote", "seed", 60)
    assert drawn.probability == pytest.approx(20 / 60)
    assert 8 <= drawn.added <= 32  # a sample by chance, not a count by decree
    with store.reading() as connection:
        (entry,) = audit.list_entries(connection, action="reviews.draw")
    assert (entry.actor, entry.object, entry.details["added"]) == ("sato", "p.quote", drawn.added)


def test_the_same_seed_draws_the_same_and_a_larger_sample_holds_the_smaller(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 10)
    small = {item.place for item in queue(store, pins, "a", unit="hit") if item.is_random}
    (again,) = draw(store, pins, "hit", 10)
    (larger,) = draw(store, pins, "hit", 40, seed=None)
    (fallen,) = draw(store, pins, "hit", 5)
    large = {item.place for item in queue(store, pins, "a", unit="hit") if item.is_random}
    assert again.added == 0 and small < large and len(large) == len(small) + larger.added
    assert fallen.probability == larger.probability
    with pytest.raises(BadInput):
        draw(store, pins, "hit", 10, seed="a luckier one")


def test_every_unit_has_the_chance_that_is_recorded() -> None:
    place = review_units.Place("hit", 7, 2, 2, 0, 5, "proposal")
    below = sum(review_units.ordinal(f"seed-{n}", "p.quote", place) < 0.3 for n in range(4000))
    assert below / 4000 == pytest.approx(0.3, abs=0.03)


def test_the_queue_mixes_random_items_in_marks_them_and_puts_uncertain_ones_first(store: Store, pins: Pins) -> None:
    (drawn,) = draw(store, pins, "hit", 20)
    found = queue(store, pins, "sato", 30, unit="hit")
    assert [item.is_random for item in found[:6]] == [True, False, False, True, False, False]
    assert all(item.probability == drawn.probability and item.item_id for item in found if item.is_random)
    confidences = [item.confidence for item in found if item.confidence is not None]
    assert confidences == sorted(confidences)
    assert not {item.place for item in found if item.is_random} & {i.place for i in found if not i.is_random}


def test_labels_that_the_classifier_nearly_gave_are_asked_about_too(store: Store) -> None:
    near = Tag(2, 0, 4, "enablement", "classifier", None, None, 0.3, "threshold")
    nearer = replace(near, utterance=0, label="appeal", confidence=0.35)
    (call,) = many_calls(1)
    fill(store, [replace(call, tags=(*call.tags, near, nearer))])
    with store.reading() as connection:
        body = latest_report(connection)
        assert body is not None
        pins = Pins.of_report(body)
        found = review_queue.queue(connection, pins, "sato", 10, unit="hit")
        assert review_figures.precisions(connection, pins, "hit", 0.8) == []
    assert [(item.place.label, item.phrase_id) for item in found] == [
        ("proposal", "p.quote"),
        ("appeal", None),
        ("enablement", None),
    ]
    mark(store, found[1], "right")
    with store.reading() as connection:
        (taught,) = reviews.reviewed_sentences(connection)
    assert taught.bears == {"appeal"}


def test_nobody_gets_what_he_has_judged_and_some_items_are_judged_twice(store: Store, pins: Pins) -> None:
    (drawn,) = draw(store, pins, "hit", 60)
    for item in queue(store, pins, "sato", 200, unit="hit"):
        mark(store, item, "right")
    assert queue(store, pins, "sato", unit="hit") == []
    again = queue(store, pins, "suzuki", unit="hit")
    assert 0 < len(again) < drawn.added / 2 and all(item.is_random for item in again)
    for item in again:
        mark(store, item, "right", "suzuki")
    assert queue(store, pins, "tanaka", unit="hit") == []


def test_uncertain_first_reviews_teach_but_never_measure(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 20)
    for item in queue(store, pins, "sato", unit="hit"):
        if not item.is_random:
            mark(store, item, "wrong")
    assert precision(store, pins, "hit").right.n == 0
    assert precision(store, pins, "hit").standing == "unknown"
    with store.reading() as connection:
        taught = list(reviews.reviewed_sentences(connection))
    assert taught and all(one.lacks == {"proposal"} and not one.drawn for one in taught)


def test_precision_comes_with_its_interval_and_number(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 60)
    items = [item for item in queue(store, pins, "sato", unit="hit") if item.is_random]
    for number, item in enumerate(items):
        mark(store, item, "wrong" if number < 15 else "unsure" if number < 17 else "right")
    found = precision(store, pins, "hit", limit=0.9)
    assert (found.population, found.drawn, found.unsure) == (60, 60, 2)
    assert (found.right.n, found.right.hits) == (58, 43)
    assert found.right.ci_low == pytest.approx(0.6162, abs=0.0001)  # by hand from Wilson's formula
    assert found.right.ci_high == pytest.approx(0.8365, abs=0.0001)
    assert found.standing == "under"
    assert precision(store, pins, "hit", limit=0.8).standing == "doubtful"
    assert precision(store, pins, "hit", limit=0.7).standing == "likely"
    assert precision(store, pins, "hit", limit=0.6).standing == "fine"


def test_the_latest_word_on_an_item_counts(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 60)
    item = next(item for item in queue(store, pins, "sato", unit="hit") if item.is_random)
    mark(store, item, "wrong")
    mark(store, item, "right")
    assert (precision(store, pins, "hit").right.n, precision(store, pins, "hit").right.hits) == (1, 1)


def test_reviews_survive_a_new_tagging(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 60)
    for item in queue(store, pins, "sato", unit="hit"):
        mark(store, item, "right")
    newer = transcripts.Tagging("d2", TAGGING.rules_version)
    with store.writing() as connection:
        for transcript_id in [call.transcript_id for call in trials.stored_calls(connection, pins)]:
            kept = hit(2, OFFER, "お見積もり", "proposal", "p.other")
            added = Tag(2, 0, 5, "proposal", "phrase", "p.other", "surface", 0.9)
            transcripts.save_tagging(connection, transcript_id, newer, (kept, added), ())
    later = replace(pins, tagging=newer)
    with store.writing() as connection:
        review_queue.draw(connection, later, "sato", "hit", wanted=120, seed="seed")
    with store.reading() as connection:
        told = {one.stratum: one for one in review_figures.precisions(connection, later, "hit", 0.8)}
        assert len(list(reviews.reviewed_sentences(connection))) == 60
    assert (told["p.other"].population, told["p.other"].right.n) == (120, 60)
    assert (told["p.quote"].drawn, told["p.quote"].right.n) == (0, 0)


def test_recall_is_of_utterances_that_chance_chose_whatever_was_found_in_them(store: Store, pins: Pins) -> None:
    draw(store, pins, "utterance", 1000)
    items = queue(store, pins, "sato", 1000, unit="utterance")
    assert len(items) == 240 and {item.place.label for item in items} == {""}
    for item in items:
        labels = {2: ["proposal"], 1: ["churn_risk"]}.get(item.place.utterance, [])
        mark(store, item, "labels", labels=labels)
    with store.reading() as connection:
        told = {one.label: one for one in review_figures.recalls(connection, pins)}
    assert (told["proposal"].found.n, told["proposal"].found.hits, told["proposal"].reviewed) == (60, 20, 120)
    assert told["proposal"].found.estimate == pytest.approx(1 / 3)
    assert (told["appeal"].found.n, told["appeal"].found.estimate) == (0, None)


def test_agreement_of_two_reviewers_is_cohens_kappa(store: Store, pins: Pins) -> None:
    items = queue(store, pins, "sato", 10, unit="hit")
    for number, item in enumerate(items):
        mark(store, item, "right" if number < 6 else "wrong", "sato")
        mark(store, item, "right" if number < 5 or number == 9 else "wrong", "suzuki")
    with store.reading() as connection:
        (one,) = review_figures.agreements(connection)
    assert (one.one, one.other, one.unit, one.kappa.n, one.kappa.agreed) == ("sato", "suzuki", "hit", 10, 8)
    assert one.kappa.kappa == pytest.approx((0.8 - 0.52) / (1 - 0.52))


def test_a_missed_moment_and_another_label_become_training_data(store: Store, pins: Pins) -> None:
    (item, *_) = queue(store, pins, "sato", 1, unit="hit")
    mark(store, item, "relabel", labels=["enablement"])
    missed = replace(item.place, unit="moment", utterance=0, last_utterance=0, start=0, end=0, label="enablement")
    mark(store, replace(item, place=missed, item_id=None), "missed")
    with store.reading() as connection:
        added, changed = reviews.reviewed_sentences(connection)
    assert (set(added.bears), added.speaker) == ({"enablement"}, "operator")
    assert added.text == "お調べいたします。このままお待ちください。"
    assert (set(changed.bears), set(changed.lacks), changed.text) == ({"enablement"}, {"proposal"}, "お見積もり")
    assert not added.complete


def test_whole_utterances_teach_what_they_lack_too(store: Store, pins: Pins) -> None:
    draw(store, pins, "utterance", 1000)
    item = next(one for one in queue(store, pins, "sato", 1000, unit="utterance") if one.place.utterance == 1)
    mark(store, item, "labels", labels=["churn_risk"])
    with store.reading() as connection:
        (sentence,) = reviews.reviewed_sentences(connection)
    assert sentence.bears == {"churn_risk"}
    assert sentence.lacks == {"interest", "decline", "satisfaction", "complaint"}
    assert sentence.complete and sentence.drawn and sentence.text == "もう解約したいんです。"


@pytest.mark.parametrize(
    ("change", "verdict", "labels"),
    [
        ({}, "labels", ["proposal"]),
        ({}, "relabel", []),
        ({}, "relabel", ["proposal"]),
        ({}, "relabel", ["interest"]),
        ({}, "right", ["appeal"]),
        ({}, "perhaps", []),
        ({"label": "decline"}, "right", []),
        ({"label": "nothing"}, "right", []),
        ({"utterance": 99, "last_utterance": 99}, "right", []),
        ({"end": 999}, "right", []),
        ({"last_utterance": 3}, "right", []),
        ({"transcript_id": 999}, "right", []),
    ],
)
def test_a_review_that_makes_no_sense_is_refused(
    change: dict[str, object], verdict: str, labels: list[str], store: Store, pins: Pins
) -> None:
    (item, *_) = queue(store, pins, "sato", 1, unit="hit")
    with pytest.raises(BadInput):
        mark(store, replace(item, place=replace(item.place, **change)), verdict, labels=labels)  # type: ignore[arg-type]


def test_an_item_is_answered_at_its_own_place(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 60)
    one, other, *_ = (item for item in queue(store, pins, "sato", unit="hit") if item.is_random)
    with pytest.raises(BadInput):
        mark(store, replace(one, item_id=other.item_id), "right")


def test_reviews_go_with_a_transcript_that_is_erased(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 60)
    for item in queue(store, pins, "sato", 200, unit="hit"):
        mark(store, item, "right")
    with store.writing() as connection:
        for table in ("call_scores", "tags", "moments", "taggings", "utterances", "transcripts"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
    with store.reading() as connection:
        assert reviews.read_reviews(connection) == []


def test_a_moment_over_several_utterances_is_read_whole(store: Store) -> None:
    fill(store, [telling_call()])
    with store.writing() as connection:
        place = review_units.Place("moment", 1, 7, 8, 0, 0, "proposal")
        reviews.mark(connection, Review(place, "wrong", "sato"), VERSIONS)
        (sentence,) = reviews.reviewed_sentences(connection)
    assert sentence.text.count("\n") == 1 and sentence.text.endswith(OFFER)
    assert (sentence.call_id, sentence.last_utterance) == ("20261003-0017", 8)
