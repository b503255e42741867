"""Where, outside of the data folder, the program wrote something of calls: so that erasing can go there, too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from pipeline.store.schema import copies

Kind = Literal["parquet", "transcripts", "report", "file", "backup"]


@dataclass(frozen=True, slots=True)
class Copy:
    """A folder of Parquet exports, of transcripts or of a night's report, a written report, or a backup."""

    path: Path
    kind: Kind
    written_at: datetime
    swept_at: datetime | None


def remember(connection: sa.Connection, kind: Kind, path: Path) -> None:
    """Note that a copy was written; the same place again is one entry."""
    place = str(path.absolute())
    connection.execute(sa.delete(copies).where(copies.c.path == place))
    connection.execute(sa.insert(copies).values(path=place, kind=kind, written_at=datetime.now(UTC)))


def known(connection: sa.Connection) -> list[Copy]:
    """Every place, by path."""
    rows = connection.execute(sa.select(copies).order_by(copies.c.path))
    return [Copy(Path(row.path), row.kind, row.written_at, row.swept_at) for row in rows]


def swept(connection: sa.Connection, paths: Iterable[Path], at: datetime) -> None:
    """Note that what had been erased by then is no longer in these places."""
    for path in paths:
        connection.execute(sa.update(copies).where(copies.c.path == str(path)).values(swept_at=at))


def forget(connection: sa.Connection, paths: Iterable[Path]) -> None:
    """Places that are no more."""
    for path in paths:
        connection.execute(sa.delete(copies).where(copies.c.path == str(path)))
