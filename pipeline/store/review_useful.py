"""Which uncertain places teach most when a person looks at them: those nearest to being decided the other way.

Candidates come label by label, since each label has a threshold of its own. Of words that are said again and again the
first place comes in its order and the others last: the same courtesy asked about twenty times teaches once.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import sqlalchemy as sa

from models.moments.review import uncertainty
from pipeline.records import LABELS
from pipeline.store.pages import Pins
from pipeline.store.review_units import Place, Unit, hit, hit_rows, moment, moment_rows, tagged
from pipeline.store.schema import moments, taggings, tags, utterances

EVEN = 0.5  # where the dictionary's evidence becomes a decision, and a label without a threshold stands
AT_ONCE = 400  # places in one question to the database
_UNSAID = re.compile(r"[\W_]+")


def most_useful(
    connection: sa.Connection,
    pins: Pins,
    unit: str | None,
    of: str,
    first: int,
    thresholds: Mapping[str, float],
    taken: Collection[Place],
    asked_before: Collection[Place],
) -> Iterator[Unit]:
    """Hits, moments and nearly given labels that are not `taken`, the most uncertain first.

    At least `first` of them where there are. `of`: only this label or phrase; empty for all.
    """

    def free(query: sa.Select[Any], made: Callable[[sa.Row[Any]], Unit]) -> list[Unit]:
        """No more rows are read than it takes, though it may take all that are taken, too."""
        rows = connection.execute(query.limit(first + len(taken)).execution_options(yield_per=first))
        with rows:
            return list(islice((one for row in rows if (one := made(row)).place not in taken), first))

    found: list[tuple[float, Unit]] = []
    for wanted in (of,) if of else LABELS:
        threshold = thresholds.get(wanted, EVEN)
        if unit in (None, "moment"):
            found += [(uncertainty(one.confidence, threshold), one) for one in free(_moments(pins, wanted), moment)]
        if unit in (None, "hit"):
            found += [(uncertainty(one.confidence, EVEN), one) for one in free(_hits(pins, wanted), hit)]
            nearly = free(_nearly_given(pins, wanted), _near)
            found += [(uncertainty(one.confidence, threshold), one) for one in nearly]
    found.sort(key=lambda pair: (-pair[0], pair[1].place.transcript_id, pair[1].place.utterance, pair[1].place.label))
    return _new_words_first(connection, [one for _, one in found], asked_before)


def _new_words_first(connection: sa.Connection, found: list[Unit], asked_before: Collection[Place]) -> Iterator[Unit]:
    words = wordings(connection, {*(one.place for one in found), *asked_before})
    heard = {(place.label, words.get(place)) for place in asked_before}
    again = []
    for one in found:
        key = one.place.label, words.get(one.place)
        if key in heard:
            again.append(one)
            continue
        heard.add(key)
        yield one
    yield from again


def wordings(connection: sa.Connection, places: Iterable[Place]) -> dict[Place, str]:
    """What is said at each place (of several utterances the first), without what is only written: marks, width."""
    wanted = list(places)
    texts: dict[tuple[int, int], str] = {}
    columns = (utterances.c.transcript_id, utterances.c.position)
    keys = sorted({(place.transcript_id, place.utterance) for place in wanted})
    for start in range(0, len(keys), AT_ONCE):
        query = sa.select(*columns, utterances.c.text).where(sa.tuple_(*columns).in_(keys[start : start + AT_ONCE]))
        texts |= {(transcript_id, position): text for transcript_id, position, text in connection.execute(query)}
    return {
        place: _plain(texts[key][place.start : place.end or None])
        for place in wanted
        if (key := (place.transcript_id, place.utterance)) in texts
    }


def _plain(text: str) -> str:
    return _UNSAID.sub("", unicodedata.normalize("NFKC", text))


def _moments(pins: Pins, label: str) -> sa.Select[Any]:
    query = moment_rows(pins).where(moments.c.label == label)
    return query.order_by(moments.c.confidence, moments.c.tagging_id, moments.c.position)


def _hits(pins: Pins, of: str) -> sa.Select[Any]:
    query = hit_rows(pins).where(tags.c.label == of if of in LABELS else tags.c.phrase_id == of)
    return query.order_by(tags.c.confidence, tags.c.tagging_id, tags.c.position)


def _nearly_given(pins: Pins, label: str) -> sa.Select[Any]:
    """Labels that the classifier came close to: shown, not counted, and worth a person's look."""
    return (
        tagged(pins)
        .add_columns(tags)
        .join(tags, tags.c.tagging_id == taggings.c.tagging_id)
        .where(tags.c.source == "classifier", tags.c.cancelled_by.is_not(None), tags.c.label == label)
        .order_by(tags.c.confidence.desc(), tags.c.tagging_id, tags.c.position)
    )


def _near(row: sa.Row[Any]) -> Unit:
    return replace(hit(row), stratum="classifier")
