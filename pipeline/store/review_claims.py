"""Who is looking at what: a reviewer takes a handful of the queue, and nobody else is asked about it meanwhile.

What chance has chosen to be judged twice may be held by two. A claim that is not answered within `HELD_FOR` is void.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.store.people import person
from pipeline.store.review_units import Place, Queued
from pipeline.store.reviews import place_of
from pipeline.store.schema import review_claims, reviews

HELD_FOR = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Claim:
    """One place in a reviewer's hands; `review_id` once it is answered. `item_id`: part of a random sample."""

    claim_id: int
    reviewer: str
    item_id: int | None
    place: Place
    phrase_id: str | None
    review_id: int | None


def open_claims(connection: sa.Connection, reviewer: str, unit: str | None = None, of: str = "") -> list[Claim]:
    """What the reviewer still has to answer, in the order it was taken; only this unit, only this label or phrase."""
    query = _held().where(review_claims.c.reviewer == person(reviewer))
    if unit is not None:
        query = query.where(review_claims.c.unit == unit)
    if of:
        query = query.where((review_claims.c.label == of) | (review_claims.c.phrase_id == of))
    return [_claim(row) for row in connection.execute(query.order_by(review_claims.c.claim_id))]


def held_by_others(connection: sa.Connection, reviewer: str) -> list[Claim]:
    """What others are looking at just now."""
    return [_claim(row) for row in connection.execute(_held().where(review_claims.c.reviewer != reviewer))]


def newest_claim(connection: sa.Connection) -> int:
    """The number of the newest claim, 0 before the first."""
    return connection.execute(sa.select(sa.func.max(review_claims.c.claim_id))).scalar_one_or_none() or 0


def taken_since(connection: sa.Connection, claim_id: int) -> set[Place]:
    """What anybody has taken after that claim."""
    query = sa.select(review_claims).where(review_claims.c.claim_id > claim_id)
    return {place_of(row) for row in connection.execute(query)}


def take(connection: sa.Connection, reviewer: str, found: Sequence[Queued]) -> None:
    """Take these of the queue into one's hands."""
    now = datetime.now(UTC)
    if found:
        connection.execute(sa.insert(review_claims), [_row(person(reviewer), item, now) for item in found])


def read_claim(connection: sa.Connection, claim_id: int, reviewer: str) -> Claim:
    """One's own claim. Raises `BadInput` for another's, and for none."""
    query = sa.select(review_claims).where(
        review_claims.c.claim_id == claim_id, review_claims.c.reviewer == person(reviewer)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise BadInput(Text("この確認は、あなたに割り当てられていません。", "This is not yours to judge."))
    return _claim(row)


def settle(connection: sa.Connection, claim_id: int, review_id: int) -> None:
    """The claim is answered by this review."""
    connection.execute(sa.update(review_claims).where(review_claims.c.claim_id == claim_id).values(review_id=review_id))


def drop(connection: sa.Connection, claim_id: int) -> None:
    """The claim is void: what it was of is not there any more, or is for somebody else."""
    connection.execute(sa.delete(review_claims).where(review_claims.c.claim_id == claim_id))


def reopen(connection: sa.Connection, claim: Claim) -> None:
    """Ask the same once more: the answer was withdrawn."""
    values = {"review_id": None, "claimed_at": datetime.now(UTC)}
    connection.execute(sa.update(review_claims).where(review_claims.c.claim_id == claim.claim_id).values(values))


def last_answered(connection: sa.Connection, reviewer: str) -> Claim | None:
    """The claim whose answer the reviewer may take back: the last one that stands."""
    query = (
        sa.select(review_claims)
        .join(reviews, reviews.c.review_id == review_claims.c.review_id)
        .where(review_claims.c.reviewer == person(reviewer), reviews.c.withdrawn_at.is_(None))
        .order_by(reviews.c.review_id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _claim(row)


def _held() -> sa.Select[Any]:
    since = datetime.now(UTC) - HELD_FOR
    return sa.select(review_claims).where(review_claims.c.review_id.is_(None), review_claims.c.claimed_at > since)


def _row(who: str, item: Queued, now: datetime) -> dict[str, Any]:
    place = {name: getattr(item.place, name) for name in Place.__slots__}
    return {**place, "reviewer": who, "item_id": item.item_id, "phrase_id": item.phrase_id, "claimed_at": now}


def _claim(row: sa.Row[Any]) -> Claim:
    return Claim(row.claim_id, row.reviewer, row.item_id, place_of(row), row.phrase_id, row.review_id)
