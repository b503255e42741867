"""Two reviewers do not judge the same by accident, what teaches most comes first, and a slip can be taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.errors import BadInput
from pipeline.records import Moment, Tag
from pipeline.store import audit, review_claims, review_queue, reviews
from pipeline.store.connect import Store
from pipeline.store.pages import Pins
from pipeline.store.reports import latest_report
from pipeline.store.review_units import Queued
from pipeline.store.reviews import Review
from tests.api.world import Said, fill, plain_calls, say
from tests.pipeline.store.test_reviews import VERSIONS, draw, many_calls, mark, queue


@pytest.fixture
def pins(store: Store) -> Pins:
    return filled(store, many_calls(20))


def filled(store: Store, calls: Sequence[Said]) -> Pins:
    fill(store, calls)
    with store.reading() as connection:
        body = latest_report(connection)
    assert body is not None
    return Pins.of_report(body)


def take(store: Store, reviewer: str, found: Sequence[Queued]) -> None:
    with store.writing() as connection:
        review_claims.take(connection, reviewer, found)


def test_what_one_reviewer_holds_nobody_else_is_asked(store: Store, pins: Pins) -> None:
    mine = queue(store, pins, "sato", 5, unit="hit")
    take(store, "sato", mine)
    others = queue(store, pins, "suzuki", unit="hit")
    assert len(mine) == 5 and len(others) == 15
    assert not {item.place for item in mine} & {item.place for item in others}
    with store.reading() as connection:
        assert [claim.place for claim in review_claims.open_claims(connection, "Sato ")] == [i.place for i in mine]
        assert review_claims.open_claims(connection, "sato", of="p.none") == []
        assert len(review_claims.open_claims(connection, "sato", "hit", "p.quote")) == 5


def test_random_items_may_be_held_by_two_only_if_chance_has_chosen_them_for_agreement(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 20)
    mine = queue(store, pins, "sato", 20, unit="hit")
    take(store, "sato", mine)
    twice = queue(store, pins, "suzuki", 20, unit="hit")
    assert 0 < len(twice) < 20 and all(item.is_random for item in twice)
    take(store, "suzuki", twice)
    assert queue(store, pins, "tanaka", 20, unit="hit") == []


def test_a_claim_that_nobody_answers_is_void_after_a_while(
    store: Store, pins: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(store, "sato", queue(store, pins, "sato", 20, unit="hit"))
    assert queue(store, pins, "suzuki", unit="hit") == []
    monkeypatch.setattr(review_claims, "HELD_FOR", timedelta(0))
    assert len(queue(store, pins, "suzuki", unit="hit")) == 20
    with store.reading() as connection:
        assert review_claims.open_claims(connection, "sato") == []


def test_a_claim_is_answered_withdrawn_and_asked_again(store: Store, pins: Pins) -> None:
    (item,) = queue(store, pins, "sato", 1, unit="hit")
    take(store, "sato", [item])
    with store.writing() as connection:
        (claim,) = review_claims.open_claims(connection, "sato")
        review_id = reviews.mark(connection, Review(item.place, "wrong", "sato"), VERSIONS)
        review_claims.settle(connection, claim.claim_id, review_id)
        assert review_claims.open_claims(connection, "sato") == []
        last = review_claims.last_answered(connection, "sato")
        assert last is not None and last.review_id == review_id
        with pytest.raises(BadInput):
            reviews.withdraw(connection, review_id, "suzuki")
        reviews.withdraw(connection, review_id, "sato")
        review_claims.reopen(connection, last)
        assert [claim.place for claim in review_claims.open_claims(connection, "sato")] == [item.place]
        assert reviews.read_reviews(connection) == [] == list(reviews.reviewed_sentences(connection))
        assert review_claims.last_answered(connection, "sato") is None
        with pytest.raises(BadInput):
            reviews.withdraw(connection, review_id, "sato")
        (entry,) = audit.list_entries(connection, action="reviews.withdraw")
        assert (entry.actor, entry.object) == ("sato", str(review_id))


def test_anothers_claim_cannot_be_answered(store: Store, pins: Pins) -> None:
    take(store, "sato", queue(store, pins, "sato", 1))
    with store.reading() as connection:
        (claim,) = review_claims.open_claims(connection, "sato")
        assert review_claims.read_claim(connection, claim.claim_id, "sato") == claim
        with pytest.raises(BadInput):
            review_claims.read_claim(connection, claim.claim_id, "suzuki")


def test_what_one_cannot_tell_another_is_asked(store: Store, pins: Pins) -> None:
    draw(store, pins, "hit", 10)
    everything = queue(store, pins, "sato", unit="hit")
    for item in everything:
        mark(store, item, "unsure")
    assert queue(store, pins, "sato", unit="hit") == []
    again = queue(store, pins, "suzuki", unit="hit")
    assert {item.place for item in again} == {item.place for item in everything}


def test_nearest_to_its_own_threshold_comes_first(store: Store) -> None:
    """A label with a low threshold is undecided at a low probability."""
    (call,) = plain_calls(1, "OP-1", "", 1)
    found = (Moment("enablement", (0,), 0.55, ("classifier",)), Moment("churn_risk", (1,), 0.7, ("classifier",)))
    near = Tag(2, 0, 4, "proposal", "classifier", None, None, 0.3, "threshold")
    pins = filled(store, [replace(call, moments=found, tags=(near,))])
    thresholds = {"enablement": 0.2, "churn_risk": 0.68, "proposal": 0.4}
    with store.reading() as connection:
        told = review_queue.queue(connection, pins, "sato", 10, thresholds=thresholds)
    assert [item.place.label for item in told] == ["churn_risk", "proposal", "enablement"]


def test_words_that_were_asked_about_come_last(store: Store) -> None:
    (call,) = plain_calls(1, "OP-1", "", 1)
    said = ("お安くなります。", "お安くなります", "使い方をご案内します。")
    utterances = tuple(say("operator", 1000 * n, 1000 * n + 900, text) for n, text in enumerate(said))
    found = tuple(Moment("appeal", (n,), 0.5 + n / 10, ("classifier",)) for n in range(3))
    pins = filled(store, [replace(call, utterances=utterances, moments=found)])
    first, second, third = (item.place.utterance for item in queue(store, pins, "sato"))
    assert (first, second, third) == (0, 2, 1)
    mark(store, queue(store, pins, "sato", 1)[0], "right")
    assert [item.place.utterance for item in queue(store, pins, "sato")] == [2, 1]
