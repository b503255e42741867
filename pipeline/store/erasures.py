"""Requests to erase: the calls that one means, and the certificates of those that were carried out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.batches import batches
from pipeline.store.schema import UtcTime, calls, erasures, files, recordings


@dataclass(frozen=True, slots=True)
class Meant:
    """One call that a request means, as far as the tables tell who took it and when."""

    call_id: str
    started_at: datetime | None
    operator_id: str | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """A request that was carried out. `swept_at` is None as long as files may still hold something."""

    erasure_id: int
    erased_at: datetime
    erased_by: str
    reference: str
    calls: int
    recordings: int
    certificate: dict[str, Any]
    swept_at: datetime | None


def meant(connection: sa.Connection, call_ids: Collection[str]) -> list[Meant]:
    """Those of these calls that the store knows, latest first; those without a time last."""
    found: dict[str, Meant] = {}
    for some in batches(sorted(call_ids)):
        for table in (recordings, files):
            query = sa.select(table.c.call_id).where(table.c.call_id.in_(some)).distinct()
            found |= {call_id: Meant(call_id, None, None) for call_id in connection.execute(query).scalars()}
        began = sa.type_coerce(sa.func.max(calls.c.started_at), UtcTime()).label("began")
        rows = sa.select(calls.c.call_id, began, sa.func.max(calls.c.operator_id).label("operator_id"))
        for row in connection.execute(rows.where(calls.c.call_id.in_(some)).group_by(calls.c.call_id)):
            found[row.call_id] = Meant(row.call_id, row.began, row.operator_id)
    timed = [call for call in found.values() if call.started_at]
    timed.sort(key=lambda call: (call.started_at, call.call_id), reverse=True)
    return timed + [call for call in found.values() if call.started_at is None]


def keep(connection: sa.Connection, by: str, reference: str, at: datetime, certificate: Mapping[str, Any]) -> int:
    """A new certificate; its number."""
    row = {"erased_at": at, "erased_by": by, "reference": reference, "certificate": dict(certificate)}
    row |= {name: certificate[name] for name in ("calls", "recordings")}
    key = connection.execute(sa.insert(erasures).values(**row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def waiting(connection: sa.Connection) -> list[int]:
    """The certificates that wait until files are done, too, by number."""
    return list(connection.execute(sa.select(erasures.c.erasure_id).where(erasures.c.swept_at.is_(None))).scalars())


def swept(connection: sa.Connection, numbers: Collection[int], files: Mapping[str, int], left: Sequence[str]) -> None:
    """Note on these certificates what was taken out of files, and where something is left."""
    now = datetime.now(UTC)
    query = sa.select(erasures.c.erasure_id, erasures.c.certificate).where(erasures.c.erasure_id.in_(numbers))
    for row in connection.execute(query).all():
        done = {**row.certificate, "files": dict(files), "left": list(left)}
        one = erasures.c.erasure_id == row.erasure_id
        connection.execute(sa.update(erasures).where(one).values(certificate=done, swept_at=now))


def read(connection: sa.Connection, erasure_id: int) -> Erasure | None:
    """One by its number."""
    row = connection.execute(sa.select(erasures).where(erasures.c.erasure_id == erasure_id)).one_or_none()
    return None if row is None else Erasure(**row._mapping)


def list_erasures(connection: sa.Connection, *, before: int | None = None, limit: int = 50) -> list[Erasure]:
    """The newest first; `before` is a number to go on from."""
    query = sa.select(erasures).order_by(erasures.c.erasure_id.desc()).limit(limit)
    if before is not None:
        query = query.where(erasures.c.erasure_id < before)
    return [Erasure(**row._mapping) for row in connection.execute(query)]
