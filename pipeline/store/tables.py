"""The user's tables, with their history: a row holds from the load that brought it until one that changes it.

Rows go in and come out in batches, so that a million of them need little more memory than the frame itself.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from pipeline.records import Call
from pipeline.store.call_batches import Between
from pipeline.store.erasure import without_erased
from pipeline.store.schema import UtcTime, call_contracts, calls, contracts, customer_snapshots, loads, outcomes

HISTORIES = {"calls": calls, "contracts": contracts, "outcomes": outcomes, "customer_snapshots": customer_snapshots}
OWN = frozenset({"row_id", "line", "extra", "row_hash", "from_load", "until_load"})
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load changed, in rows."""

    load_id: int
    new: int
    ended: int
    unchanged: int


def store_table(
    connection: sa.Connection,
    kind: str,
    frame: pd.DataFrame,
    *,
    file_name: str,
    sha256: str,
    report: Mapping[str, Any],
    complete: bool,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """Bring the stored table to what `frame` says, in the caller's transaction.

    `complete`: rows that the frame no longer has end (contracts, outcomes, snapshots); otherwise only rows of the
    same calls are replaced (they arrive night by night). The file last loaded, again, changes nothing.
    `on_rows` hears how many rows have been gone through; raising from it stops the load.
    """
    last = connection.execute(
        sa.select(loads.c.load_id, loads.c.sha256).where(loads.c.kind == kind).order_by(loads.c.load_id.desc()).limit(1)
    ).one_or_none()
    if last is not None and last.sha256 == sha256:
        return Loaded(last.load_id, 0, 0, len(frame))
    if kind == "calls":
        frame = without_erased(connection, frame)
    load = {"kind": kind, "file_name": file_name, "sha256": sha256, "rows": len(frame), "report": dict(report)}
    key = connection.execute(sa.insert(loads).values(**load, loaded_at=datetime.now(UTC))).inserted_primary_key
    assert key is not None
    if complete:
        return _bring_whole(connection, kind, frame, int(key[0]), on_rows)
    return _bring_calls(connection, frame, int(key[0]), on_rows)


def _bring_whole(
    connection: sa.Connection, kind: str, frame: pd.DataFrame, load_id: int, on_rows: Callable[[int], None]
) -> Loaded:
    """Insert what is not stored yet while walking the frame, then end the stored rows that found no equal in it."""
    stored = _held_now(connection, kind)
    unmatched = Counter(stored["row_hash"])
    new = 0
    for start in range(0, len(frame), BATCH):
        new += _insert_news(connection, kind, frame.iloc[start : start + BATCH], start, load_id, unmatched)
        on_rows(min(start + BATCH, len(frame)))
    ended = _unmatched_rows(stored, unmatched)
    _end(connection, kind, ended["row_id"].tolist(), load_id)
    return Loaded(load_id, new, len(ended), len(frame) - new)


def _bring_calls(
    connection: sa.Connection, frame: pd.DataFrame, load_id: int, on_rows: Callable[[int], None]
) -> Loaded:
    """Replace the rows of these calls, each of which is in the frame once; what years have left stays unread."""
    new = ended = 0
    for start in range(0, len(frame), BATCH):
        part = frame.iloc[start : start + BATCH]
        stored = _held_now(connection, "calls", calls.c.call_id.in_(_values(part, "call_id")))
        unmatched = Counter(stored["row_hash"])
        new += _insert_news(connection, "calls", part, start, load_id, unmatched)
        gone = _unmatched_rows(stored, unmatched)
        _end(connection, "calls", gone["row_id"].tolist(), load_id)
        ended += len(gone)
        on_rows(start + len(part))
    return Loaded(load_id, new, ended, len(frame) - new)


def _insert_news(
    connection: sa.Connection, kind: str, part: pd.DataFrame, start: int, load_id: int, unmatched: Counter[str]
) -> int:
    """Insert the rows that have no equal left in `unmatched`, and take the others out of it; how many were inserted."""
    rows = []
    for row in _rows(kind, part, start):
        if unmatched[row["row_hash"]]:
            unmatched[row["row_hash"]] -= 1
        else:
            rows.append({**row, "from_load": load_id})
    if rows:
        connection.execute(sa.insert(HISTORIES[kind]), rows)
    return len(rows)


def _held_now(connection: sa.Connection, kind: str, only: sa.ColumnElement[bool] | None = None) -> pd.DataFrame:
    """row_id and row_hash of the rows that hold; `only`: of some of them."""
    table = HISTORIES[kind]
    columns = [table.c.row_id, table.c.row_hash]
    held = table.c.until_load.is_(None)
    return _frame(connection, sa.select(*columns).where(held if only is None else held & only), columns)


def _unmatched_rows(stored: pd.DataFrame, unmatched: Mapping[str, int]) -> pd.DataFrame:
    """As many of the rows of each hash as found no equal; which of them does not matter, they are equal."""
    left = pd.Series([unmatched[row_hash] for row_hash in stored["row_hash"]], index=stored.index, dtype="int64")
    return stored[stored.groupby("row_hash").cumcount() < left]


def _end(connection: sa.Connection, kind: str, row_ids: list[int], load_id: int) -> None:
    table = HISTORIES[kind]
    close = sa.update(table).where(table.c.row_id == sa.bindparam("ended")).values(until_load=load_id)
    for start in range(0, len(row_ids), BATCH):
        connection.execute(close, [{"ended": row_id} for row_id in row_ids[start : start + BATCH]])


def _rows(kind: str, batch: pd.DataFrame, start: int) -> Iterator[dict[str, Any]]:
    """The batch as rows of the table; `start`: the place of its first row in the whole frame."""
    columns = [column for column in HISTORIES[kind].columns if column.name not in OWN]
    own = {column.name: _values(batch, column.name, day=isinstance(column.type, sa.Date)) for column in columns}
    extra = {str(name): _values(batch, name) for name in batch.columns if name not in own and name != "line"}
    lines = _values(batch, "line") if "line" in batch else range(start, start + len(batch))
    for position, line in enumerate(lines):
        row = {name: values[position] for name, values in own.items()}
        row["extra"] = {name: values[position] for name, values in extra.items()}
        text = json.dumps(row, ensure_ascii=False, default=str, sort_keys=True)
        row["row_hash"] = hashlib.sha256(text.encode()).hexdigest()
        row["line"] = int(line)
        yield row


def _values(batch: pd.DataFrame, name: str, *, day: bool = False) -> list[Any]:
    """The cells of a column as plain Python values; a column that is not there is empty."""
    if name not in batch:
        return [None] * len(batch)
    values = [_plain(value) for value in batch[name].tolist()]
    return [value.date() if value is not None else None for value in values] if day else values


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def current_loads(connection: sa.Connection) -> dict[str, int]:
    """The latest load of each kind: pinned by a report, they give the same rows for ever."""
    query = sa.select(loads.c.kind, sa.func.max(loads.c.load_id)).group_by(loads.c.kind)
    return {kind: load_id for kind, load_id in connection.execute(query)}  # noqa: C416 - rows are not tuples to mypy


def read_table(connection: sa.Connection, kind: str, at_load: int | None, only: Between | None = None) -> pd.DataFrame:
    """The table as it stood after a load: canonical columns, then the user's further ones; empty without a load.

    `only`: of the calls table the rows of these calls.
    """
    table = HISTORIES[kind]
    columns = [column for column in table.columns if column.name not in OWN]
    held = _held_at(table, at_load)
    if only is not None:
        held &= only.has(table.c.call_id)
    query = sa.select(*columns, table.c.extra).where(held).order_by(table.c.line, table.c.row_id)
    return _frame(connection, query, columns)


def each_call(connection: sa.Connection, at_load: int | None, only: Collection[str] | None = None) -> Iterator[Call]:
    """The calls table as it stood after a load, row by row: of a large archive a frame would fill the memory.

    `only`: the rows of these calls.
    """
    held = _held_at(calls, at_load)
    if only is not None:
        held &= calls.c.call_id.in_(only)
    query = sa.select(*(calls.c[name] for name in Call.__dataclass_fields__)).where(held)
    for row in connection.execute(query.order_by(calls.c.line, calls.c.row_id).execution_options(yield_per=BATCH)):
        yield Call(*row)


def _held_at(table: sa.Table, at_load: int | None) -> sa.ColumnElement[bool]:
    """Whether a row held after a load; none did without one."""
    if at_load is None:
        return sa.false()
    return (table.c.from_load <= at_load) & (table.c.until_load.is_(None) | (table.c.until_load > at_load))


def _frame(connection: sa.Connection, query: sa.Select[Any], columns: list[sa.Column[Any]]) -> pd.DataFrame:
    """The rows of a query over these columns, and over `extra` where it comes last, typed batch by batch."""
    dtypes = {column.name: dtype_of(column) for column in columns}
    typed = [pd.DataFrame(columns=list(dtypes)).astype(dtypes)]
    extra = [pd.DataFrame()]
    for rows in connection.execute(query.execution_options(yield_per=BATCH)).partitions():
        cells = list(zip(*rows, strict=True))
        typed.append(pd.DataFrame(dict(zip(dtypes, cells, strict=False))).astype(dtypes))
        if len(cells) > len(columns):
            extra.append(pd.DataFrame(list(cells[-1])).convert_dtypes())
    return pd.concat([pd.concat(typed, ignore_index=True), _joined_extra(extra)], axis=1)


def _joined_extra(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Further columns of all batches. A column that is numbers in one batch and text in another is text."""
    whole = pd.concat(parts, ignore_index=True)
    mixed = [name for name in whole if whole[name].dtype == object]
    return whole.assign(**{str(name): whole[name].convert_dtypes() for name in mixed})


def load_facts(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """The latest load of each kind, with the report made when it was read."""
    latest = sa.select(sa.func.max(loads.c.load_id)).group_by(loads.c.kind)
    query = sa.select(loads).where(loads.c.load_id.in_(latest))
    return {row.kind: {"load_id": row.load_id, **row.report} for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Load:
    """One table as it was last loaded. `rows` are those of the file, `report` is what was found in it."""

    load_id: int
    kind: str
    file_name: str
    rows: int
    loaded_at: datetime
    report: dict[str, Any]


def last_loads(connection: sa.Connection) -> dict[str, Load]:
    """The latest load of each kind that has one."""
    latest = sa.select(sa.func.max(loads.c.load_id)).group_by(loads.c.kind)
    columns = (loads.c.load_id, loads.c.kind, loads.c.file_name, loads.c.rows, loads.c.loaded_at, loads.c.report)
    query = sa.select(*columns).where(loads.c.load_id.in_(latest))
    return {row.kind: Load(**row._mapping) for row in connection.execute(query)}


def save_joins(connection: sa.Connection, run_id: int, part: pd.DataFrame) -> None:
    """Which contract term and outcome some known calls were joined to; shown once the night's report is stored."""
    columns = [column for column in call_contracts.columns if column.name != "run_id"]
    cells = [_values(part, column.name, day=isinstance(column.type, sa.Date)) for column in columns]
    names = [column.name for column in columns]
    rows = [{**dict(zip(names, row, strict=True)), "run_id": run_id} for row in zip(*cells, strict=True)]
    connection.execute(sa.insert(call_contracts), rows)


def kept_of_joins(part: pd.DataFrame) -> pd.DataFrame:
    """What `save_joins` keeps of joined calls: each call once."""
    once = part.drop_duplicates("call_id")
    return once[[column.name for column in call_contracts.columns if column.name != "run_id"]]


def dtype_of(column: sa.ColumnElement[Any]) -> str:
    """The pandas dtype in which a column's values come back."""
    kinds: list[tuple[type[Any], str]] = [
        (UtcTime, "datetime64[us, UTC]"),
        (sa.Date, "datetime64[s]"),
        (sa.Boolean, "boolean"),
        (sa.Float, "Float64"),
        (sa.Integer, "Int64"),
        (sa.String, "string"),
        (sa.JSON, "object"),
    ]
    return next(dtype for kind, dtype in kinds if isinstance(column.type, kind))
