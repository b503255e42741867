"""What of the random samples stands in a report's tagging: asked for by call, so that samples alone make it longer."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import sqlalchemy as sa

from pipeline.store.pages import Pins
from pipeline.store.review_units import Place, Unit, units
from pipeline.store.reviews import place_of
from pipeline.store.schema import review_items

AT_ONCE = 400  # places in one question to the database


def standing_items(connection: sa.Connection, pins: Pins, unit: str) -> defaultdict[str, list[Place]]:
    """Stratum → the drawn places where the tagging holds a unit of that stratum, in the order of the sample."""
    query = sa.select(review_items).where(review_items.c.unit == unit).order_by(review_items.c.ordinal)
    items = [(row.stratum, place_of(row)) for row in connection.execute(query)]
    there = {(found.stratum, found.place) for found in _units_of(connection, pins, unit, [place for _, place in items])}
    standing: defaultdict[str, list[Place]] = defaultdict(list)
    for stratum, place in items:
        if (stratum, place) in there:
            standing[stratum].append(place)
    return standing


def moments_at(
    connection: sa.Connection, pins: Pins, places: Collection[Place]
) -> defaultdict[str, set[tuple[int, int]]]:
    """Label → transcripts and utterances that a moment of it covers, in the calls of these places."""
    covered: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for found in _units_of(connection, pins, "moment", places):
        place = found.place
        numbers = range(place.utterance, place.last_utterance + 1)
        covered[place.label] |= {(place.transcript_id, number) for number in numbers}
    return covered


def _units_of(connection: sa.Connection, pins: Pins, unit: str, places: Collection[Place]) -> Iterator[Unit]:
    keys = sorted({(place.transcript_id, place.utterance) for place in places})
    for start in range(0, len(keys), AT_ONCE):
        yield from units(connection, pins, unit, at=keys[start : start + AT_ONCE])
