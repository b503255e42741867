"""The shapes of the JSON answers about keeping, holding and erasing."""

from datetime import datetime
from typing import Any

from api.schemas import Shape


class KeptClass(Shape):
    """One class of what is kept: audio copies, words, calls with their scores, reports, audit entries. `days` 0: for
    ever. `limit`: what is from before then is past its period. `set_by`: who set other days in the pages than the
    settings file's, None where that holds."""

    name: str
    days: int
    number: int
    oldest: datetime | None
    limit: datetime | None
    set_by: str | None
    set_at: datetime | None


class Retention(Shape):
    """Keeping periods. `due`: how many of each class would be removed now, and how many calls a hold keeps."""

    as_of: datetime
    classes: list[KeptClass]
    due: dict[str, int] | None


class HoldShape(Shape):
    """A legal hold; `calls`: of how many calls nothing is erased because of it."""

    hold_id: int
    kind: str
    value: str
    reason: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str | None
    calls: int


class HoldList(Shape):
    """Legal holds by number."""

    items: list[HoldShape]
    next_cursor: str | None


class MeantCall(Shape):
    """A call that a request means."""

    call_id: str
    started_at: datetime | None
    operator_id: str | None


class ErasureFound(Shape):
    """What a request would erase, latest call first, and the holds that forbid it."""

    calls: list[MeantCall]
    recordings: int
    holds: list[int]


class ErasureShape(Shape):
    """A request that was carried out. `swept_at` is null as long as files may still hold something."""

    erasure_id: int
    erased_at: datetime
    erased_by: str
    reference: str
    calls: int
    recordings: int
    certificate: dict[str, Any]
    swept_at: datetime | None


class ErasureList(Shape):
    """Erasures, newest first."""

    items: list[ErasureShape]
    next_cursor: str | None
