"""The queue: uncertain places first, with the items of random samples mixed in and marked as such."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store import audit
from pipeline.store.pages import Pins
from pipeline.store.people import person
from pipeline.store.review_claims import held_by_others
from pipeline.store.review_units import UNITS, Place, Queued, ordinal, units
from pipeline.store.review_useful import most_useful
from pipeline.store.reviews import place_of, read_reviews
from pipeline.store.schema import review_draws, review_items, reviews

WANTED = {"hit": 20, "moment": 50, "utterance": 200}  # of a stratum, where nothing else is asked for
RANDOM_SHARE = 1 / 3  # of the queue
NO_THRESHOLDS: Mapping[str, float] = {}
AHEAD = 5  # times as many uncertain places of a label are looked at as are wanted: some only repeat others' words
TWICE = 0.2  # share of random items that a second person judges, too: agreement is measured on them


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawing in one stratum. `added`: units that were not in the sample before."""

    draw_id: int
    unit: str
    stratum: str
    seed: str
    probability: float
    population: int
    added: int


def draw(
    connection: sa.Connection,
    pins: Pins,
    actor: str,
    unit: str,
    *,
    stratum: str | None = None,
    wanted: int | None = None,
    seed: str | None = None,
) -> list[Draw]:
    """Draw about `wanted` units of each stratum (or of one), and what has joined since the last drawing.

    A stratum keeps its first seed, and its probability never falls. Raises `BadInput` for a seed that differs.
    """
    who = person(actor)
    if unit not in UNITS:
        raise BadInput(Text(f"{unit} は確認の単位ではありません。", f"{unit} is no unit of review."))
    number = WANTED[unit] if wanted is None else wanted
    sizes = Counter(found.stratum for found in units(connection, pins, unit, stratum))
    plans = _plans(_last_draws(connection, unit), unit, sizes, number, seed)
    sampled: dict[str, dict[Place, float]] = defaultdict(dict)
    for found in units(connection, pins, unit, stratum):  # once more: a million units do not fit in memory
        plan = plans[found.stratum]
        at = ordinal(plan.seed, found.stratum, found.place)
        if at < plan.probability:
            sampled[found.stratum][found.place] = at
    return [_recorded(connection, pins, who, plans[name], sampled[name]) for name in sorted(plans)]


def queue(
    connection: sa.Connection,
    pins: Pins,
    reviewer: str,
    limit: int,
    *,
    unit: str | None = None,
    stratum: str = "",
    thresholds: Mapping[str, float] = NO_THRESHOLDS,
) -> list[Queued]:
    """What a reviewer should look at next: about a third of it random, wherever both kinds are left.

    Nobody gets what he has judged before, or what another is looking at; a random item goes to one person who can
    tell, `TWICE` of them to two. `thresholds`: of the classifier, by label; what lies nearest to them comes first.
    """
    who = person(reviewer)
    random = [item for item in _random_items(connection, who) if _fits(item.place, item.phrase_id, unit, stratum)]
    uncertain = _uncertain(connection, pins, who, unit, stratum, limit, thresholds)
    chosen: list[Queued] = []
    left = iter(random)
    while len(chosen) < limit:
        wants_random = len(chosen) % round(1 / RANDOM_SHARE) == 0
        item = next(left, None) if wants_random else next(uncertain, None)
        item = item or next(uncertain, None) or next(left, None)
        if item is None:
            break
        chosen.append(item)
    return chosen


def probabilities(connection: sa.Connection, unit: str) -> dict[str, Draw]:
    """The last drawing of each stratum that was ever drawn from."""
    return _last_draws(connection, unit)


def samples_judged(connection: sa.Connection) -> list[tuple[str, int, int]]:
    """Of each unit with a sample: how many of its items somebody was sure about, and how many there are."""
    sure = reviews.c.withdrawn_at.is_(None) & (reviews.c.verdict != "unsure")
    told = sa.select(reviews.c.item_id).where(reviews.c.item_id.is_not(None), sure)
    query = (
        sa.select(
            review_items.c.unit,
            sa.func.sum(sa.case((review_items.c.item_id.in_(told), 1), else_=0)),
            sa.func.count(),
        )
        .group_by(review_items.c.unit)
        .order_by(review_items.c.unit)
    )
    return [(unit, int(judged), drawn) for unit, judged, drawn in connection.execute(query)]


def _last_draws(connection: sa.Connection, unit: str) -> dict[str, Draw]:
    query = sa.select(review_draws).where(review_draws.c.unit == unit).order_by(review_draws.c.draw_id)
    return {
        row.stratum: Draw(row.draw_id, row.unit, row.stratum, row.seed, row.probability, row.population, 0)
        for row in connection.execute(query)
    }


def _plans(
    known: Mapping[str, Draw], unit: str, sizes: Mapping[str, int], wanted: int, seed: str | None
) -> dict[str, Draw]:
    """What is to be drawn from each stratum."""
    plans = {}
    for name, size in sizes.items():
        before = known.get(name)
        if before is not None and seed not in (None, before.seed):
            raise BadInput(
                Text(f"{name} の種はすでに {before.seed} です。", f"The seed of {name} is {before.seed} already.")
            )
        chance = max(before.probability if before else 0.0, min(1.0, wanted / size))
        its_seed = before.seed if before else seed or secrets.token_hex(8)
        plans[name] = Draw(0, unit, name, its_seed, chance, size, 0)
    return plans


def _recorded(connection: sa.Connection, pins: Pins, who: str, plan: Draw, sampled: Mapping[Place, float]) -> Draw:
    """The drawing on record, and its items that no earlier one held."""
    row = {
        "unit": plan.unit,
        "stratum": plan.stratum,
        "seed": plan.seed,
        "probability": plan.probability,
        "population": plan.population,
        "tagging_version": pins.tagging.version,
    }
    made = connection.execute(sa.insert(review_draws).values(**row, drawn_at=datetime.now(UTC), drawn_by=who))
    key = made.inserted_primary_key
    assert key is not None
    there = {place for place, _ in _items(connection, plan.unit, plan.stratum)}
    new = [(place, at) for place, at in sampled.items() if place not in there]
    if new:
        rows = [_item_row(int(key[0]), plan.stratum, place, at) for place, at in new]
        connection.execute(sa.insert(review_items), rows)
    details: dict[str, audit.Detail] = {"unit": plan.unit, "probability": plan.probability}
    details |= {"population": plan.population, "added": len(new)}
    audit.record(connection, who, "reviews.draw", plan.stratum, details)
    return replace(plan, draw_id=int(key[0]), added=len(new))


def _item_row(draw_id: int, stratum: str, place: Place, at: float) -> dict[str, object]:
    return {
        "draw_id": draw_id,
        "unit": place.unit,
        "stratum": stratum,
        "transcript_id": place.transcript_id,
        "utterance": place.utterance,
        "last_utterance": place.last_utterance,
        "start": place.start,
        "end": place.end,
        "label": place.label,
        "ordinal": at,
    }


def _items(connection: sa.Connection, unit: str, stratum: str) -> Iterator[tuple[Place, int]]:
    query = sa.select(review_items).where(review_items.c.unit == unit, review_items.c.stratum == stratum)
    for row in connection.execute(query):
        yield place_of(row), row.item_id


def _random_items(connection: sa.Connection, who: str) -> Iterator[Queued]:
    """Items still to be judged, strata taking turns: by how far into its own sample each one stands."""
    judged: dict[int, set[str]] = defaultdict(set)
    told: dict[int, set[str]] = defaultdict(set)
    for review in read_reviews(connection, drawn=True):
        assert review.item_id is not None
        judged[review.item_id].add(review.reviewer)
        if review.verdict != "unsure":
            told[review.item_id].add(review.reviewer)
    for claim in held_by_others(connection, who):
        if claim.item_id is not None:
            told[claim.item_id].add(claim.reviewer)
    drawn = [one for unit in UNITS for one in _last_draws(connection, unit).values()]
    chance = {(one.unit, one.stratum): one.probability for one in drawn}
    rows = connection.execute(sa.select(review_items)).all()
    for row in sorted(rows, key=lambda row: row.ordinal / chance[row.unit, row.stratum]):
        probability = chance[row.unit, row.stratum]
        needed = 2 if row.ordinal < TWICE * probability else 1
        if who not in judged[row.item_id] and len(told[row.item_id]) < needed:
            phrase_id = row.stratum if row.unit == "hit" else None
            yield Queued(place_of(row), True, row.item_id, probability, phrase_id, None)


def _uncertain(
    connection: sa.Connection,
    pins: Pins,
    who: str,
    unit: str | None,
    stratum: str,
    limit: int,
    thresholds: Mapping[str, float],
) -> Iterator[Queued]:
    """What no sample holds, nobody else looks at just now, and nobody was sure about or this one could not tell."""
    if unit == "utterance":
        return
    taken = {place_of(row) for row in connection.execute(sa.select(review_items))}
    taken |= {claim.place for claim in held_by_others(connection, who)}
    judged = read_reviews(connection)
    taken |= {review.place for review in judged if review.verdict != "unsure" or review.reviewer == who}
    asked_before = {review.place for review in judged}
    for one in most_useful(connection, pins, unit, stratum, limit * AHEAD, thresholds, taken, asked_before):
        yield Queued(one.place, False, None, None, one.phrase_id, one.confidence)


def _fits(place: Place, phrase_id: str | None, unit: str | None, stratum: str) -> bool:
    return unit in (None, place.unit) and (not stratum or stratum in (place.label, phrase_id))
