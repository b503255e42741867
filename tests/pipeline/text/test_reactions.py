"""Pairs of an offer and its answer, all five outcomes: the rules have seen them, so they hold what was reached."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from models.moments.classify import load_classifier
from models.moments.labels import Sentence
from pipeline.records import Utterance
from pipeline.text.reactions import answer_to

PAIRS = Path(__file__).parent / "reactions.tsv"
OUTCOMES = {"accepted", "welcomed", "deferred", "declined", "none"}


class Pair(NamedTuple):
    reaction: str
    utterances: tuple[Utterance, ...]


def pairs() -> Iterator[Pair]:
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            reaction, said, answers = line.split("\t")
            customer = [Utterance("customer", text) for text in answers.split("|") if text]
            yield Pair(reaction, (Utterance("operator", said), *customer))


def right(labels_of: Mapping[Pair, Mapping[int, set[str]]]) -> Counter[str]:
    """How many of each outcome are recognised, with the classifier's labels of the utterances of each pair."""
    found: Counter[str] = Counter()
    for pair in pairs():
        labels = labels_of.get(pair, {})
        answer = answer_to(pair.utterances, 0, len(pair.utterances), labels, offer=True)
        found[pair.reaction] += answer.reaction == pair.reaction
    return found


def test_reactions_every_outcome_is_there_often_enough() -> None:
    counts = Counter(pair.reaction for pair in pairs())
    assert set(counts) == OUTCOMES
    assert min(counts.values()) >= 30


def test_reactions_are_known_by_the_words_alone() -> None:
    counts, found = Counter(pair.reaction for pair in pairs()), right({})
    assert sum(found.values()) >= 0.93 * sum(counts.values())
    assert all(found[outcome] >= 0.8 * counts[outcome] for outcome in OUTCOMES)


@pytest.mark.slow
def test_reactions_are_known_with_the_labels_of_the_classifier() -> None:
    classifier = load_classifier()
    labels: dict[Pair, Mapping[int, set[str]]] = {}
    for pair in pairs():
        found: dict[int, set[str]] = defaultdict(set)
        for place in classifier.classify_utterances([Sentence(u.speaker, u.text) for u in pair.utterances]):
            found[place.utterance] |= set(place.verdict.labels)
        labels[pair] = found
    counts, known = Counter(pair.reaction for pair in pairs()), right(labels)
    assert sum(known.values()) >= 0.93 * sum(counts.values())
    assert all(known[outcome] >= 0.8 * counts[outcome] for outcome in OUTCOMES)


def test_reactions_insisting_on_leaving_turns_an_offer_down_but_not_a_question() -> None:
    offer = Utterance("operator", "ひと月お休みになる方法もございますが。")
    said = (offer, Utterance("customer", "いえ、解約でお願いします。"))
    assert answer_to(said, 0, 2, {1: {"churn_risk"}}, offer=True).reaction == "declined"
    asked = (Utterance("operator", "どのような場面でお使いでしたか。"), Utterance("customer", "もう解約したいんです。"))
    assert answer_to(asked, 0, 2, {1: {"churn_risk"}}, offer=False).reaction == "none"


def test_reactions_suspected_speech_answers_nothing() -> None:
    offer = Utterance("operator", "お見積もりをお送りしましょうか。")
    heard = Utterance("customer", "はい、お願いします。", flags=("suspect_silence",))
    assert answer_to((offer, heard), 0, 2, {}).reaction == "none"


def test_reactions_too_late_are_not_the_answer() -> None:
    offer = Utterance("operator", "お見積もりをお送りしましょうか。")
    small_talk = [Utterance(*turn) for turn in (("customer", "えーと"), ("operator", "はい"), ("customer", "番号が"))]
    late = (Utterance("operator", "はい"), Utterance("customer", "お願いします。"))
    assert answer_to((offer, *small_talk, *late), 0, 6, {}).reaction == "none"
