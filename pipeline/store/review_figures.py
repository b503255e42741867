"""How good hits and moments are, from the random samples alone, and how far the reviewers agree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import sqlalchemy as sa

from models.evaluation.agreement import Kappa, Share, kappa, share
from pipeline.records import LABELS
from pipeline.store.pages import Pins
from pipeline.store.review_queue import probabilities
from pipeline.store.review_standing import moments_at, standing_items
from pipeline.store.review_units import LABELS_OF, Place
from pipeline.store.reviews import Review, read_reviews

UNDER = "under"  # the whole interval lies below the limit
DOUBTFUL = "doubtful"  # the estimate does, the interval does not
LIKELY = "likely"  # the estimate is at the limit, the interval begins below it
FINE = "fine"  # the whole interval is at the limit or above
UNKNOWN = "unknown"  # nothing reviewed


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of a stratum's sample that is right. `unsure` were left out of `right.n`.

    `population`: units of the stratum when it was last drawn from; `drawn`: how much of the sample is there now.
    """

    unit: str
    stratum: str
    population: int
    drawn: int
    unsure: int
    probability: float
    right: Share
    standing: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Of the sampled utterances that bear a label, the share in which a moment of it was found."""

    label: str
    reviewed: int
    found: Share


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on what both judged. `label` only for utterances, where each label is a question of its own."""

    one: str
    other: str
    unit: str
    label: str | None
    kappa: Kappa


def precisions(connection: sa.Connection, pins: Pins, unit: str, limit: float) -> list[Precision]:
    """Every stratum with a sample, by name: of hits the phrases, of moments the labels.

    Counted is the part of the sample that the report's tagging holds now; a review made under another tagging counts
    where the place is the same. Uncertain-first reviews never do. What it costs grows with the samples, not with the
    store: calls that came after the last drawing join at the next one.
    """
    drawn = probabilities(connection, unit)
    if not drawn:
        return []
    latest = _latest(read_reviews(connection, drawn=True))
    samples = standing_items(connection, pins, unit)
    told = []
    for stratum, draw in sorted(drawn.items()):
        sample = samples[stratum]
        verdicts = [latest[place].verdict for place in sample if place in latest]
        sure = [verdict for verdict in verdicts if verdict != "unsure"]
        right = share(sum(verdict == "right" for verdict in sure), len(sure))
        told.append(
            Precision(
                unit, stratum, draw.population, len(sample), len(verdicts) - len(sure),
                draw.probability, right, standing(right, limit),
            )
        )  # fmt: skip
    return told


def recalls(connection: sa.Connection, pins: Pins) -> list[Recall]:
    """Every label, from the sampled utterances of its speaker."""
    latest = _latest(read_reviews(connection, drawn=True))
    samples = standing_items(connection, pins, "utterance")
    judged = {
        speaker: [latest[place] for place in samples[speaker] if place in latest and latest[place].verdict == "labels"]
        for speaker in LABELS_OF
    }
    there = moments_at(connection, pins, {review.place for reviews in judged.values() for review in reviews})
    return [_recall(label, judged[speaker], there[label]) for speaker in LABELS_OF for label in LABELS_OF[speaker]]


def agreements(connection: sa.Connection) -> Iterator[Agreement]:
    """Cohen's κ of every two reviewers over what both judged, each one's latest word."""
    said: dict[str, dict[Place, Review]] = defaultdict(dict)
    for review in read_reviews(connection):
        if review.verdict not in ("unsure", "missed"):
            said[review.reviewer][review.place] = review
    for one, other in combinations(sorted(said), 2):
        both = sorted(said[one].keys() & said[other].keys(), key=repr)
        for unit in ("hit", "moment"):
            places = [place for place in both if place.unit == unit]
            pairs = [(_is_right(said[one][place]), _is_right(said[other][place])) for place in places]
            if pairs:
                yield Agreement(one, other, unit, None, kappa(pairs))
        yield from _on_utterances(one, other, [(said[one][p], said[other][p]) for p in both if p.unit == "utterance"])


def standing(right: Share, limit: float) -> str:
    """Where a precision stands to a limit: under, doubtful, likely, fine or unknown."""
    if right.estimate is None or right.ci_low is None or right.ci_high is None:
        return UNKNOWN
    if right.ci_high < limit:
        return UNDER
    if right.ci_low >= limit:
        return FINE
    return DOUBTFUL if right.estimate < limit else LIKELY


def _latest(found: Sequence[Review]) -> dict[Place, Review]:
    return {review.place: review for review in found}


def _recall(label: str, judged: Sequence[Review], there: set[tuple[int, int]]) -> Recall:
    bearing = [review.place for review in judged if label in review.labels]
    found = sum((place.transcript_id, place.utterance) in there for place in bearing)
    return Recall(label, len(judged), share(found, len(bearing)))


def _is_right(review: Review) -> bool:
    return review.verdict == "right"


def _on_utterances(one: str, other: str, pairs: Sequence[tuple[Review, Review]]) -> Iterator[Agreement]:
    for label in LABELS:
        of_label = [(label in first.labels, label in second.labels) for first, second in pairs]
        if any(first or second for first, second in of_label):
            yield Agreement(one, other, "utterance", label, kappa(of_label))
