"""What every table is made of: keys, references, times."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime in UTC on both stores; SQLite keeps no zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without zone: they would be guessed."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """UTC again."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def identity(name: str) -> sa.Column[int]:
    """A key that the store counts up itself."""
    return sa.Column(name, Id, primary_key=True, autoincrement=True)


def reference(name: str, target: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[int]:
    """A reference to the key of another table, as `table.column`."""
    return sa.Column(name, Id, sa.ForeignKey(target), primary_key=primary_key, nullable=nullable)
