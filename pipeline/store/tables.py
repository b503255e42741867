"""The user's tables, with their history: a row holds from the load that brought it until one that changes it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from pipeline.store.schema import UtcTime, call_contracts, calls, contracts, customer_snapshots, loads, outcomes

HISTORIES = {"calls": calls, "contracts": contracts, "outcomes": outcomes, "customer_snapshots": customer_snapshots}
KEYS = {
    "calls": ("call_id",),
    "contracts": ("contract_id", "started_on"),
    "outcomes": ("contract_id", "on"),
    "customer_snapshots": ("customer_id", "on"),
}
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
) -> Loaded:
    """Bring the stored table to what `frame` says, in the caller's transaction.

    `complete`: rows that the frame no longer has end (contracts, outcomes, snapshots); otherwise only rows of the
    same key are replaced (calls, which arrive night by night). The file last loaded, again, changes nothing.
    """
    last = connection.execute(
        sa.select(loads.c.load_id, loads.c.sha256).where(loads.c.kind == kind).order_by(loads.c.load_id.desc()).limit(1)
    ).one_or_none()
    if last is not None and last.sha256 == sha256:
        return Loaded(last.load_id, 0, 0, len(frame))
    load = {"kind": kind, "file_name": file_name, "sha256": sha256, "rows": len(frame), "report": dict(report)}
    key = connection.execute(sa.insert(loads).values(**load, loaded_at=datetime.now(UTC))).inserted_primary_key
    assert key is not None
    return _merge(connection, kind, frame, int(key[0]), complete=complete)


def _merge(connection: sa.Connection, kind: str, frame: pd.DataFrame, load_id: int, *, complete: bool) -> Loaded:
    table = HISTORIES[kind]
    incoming = list(_rows(kind, frame))
    kept: Counter[str] = Counter(row["row_hash"] for row in incoming)
    replaced = {tuple(row[name] for name in KEYS[kind]) for row in incoming}
    current = sa.select(table.c.row_id, table.c.row_hash, *(table.c[name] for name in KEYS[kind]))
    ended = []
    unchanged: Counter[str] = Counter()
    for row_id, row_hash, *key in connection.execute(current.where(table.c.until_load.is_(None))):
        if unchanged[row_hash] < kept[row_hash]:
            unchanged[row_hash] += 1
        elif complete or tuple(key) in replaced:
            ended.append({"ended": row_id})
    new = []
    for row in incoming:
        if unchanged[row["row_hash"]]:
            unchanged[row["row_hash"]] -= 1
        else:
            new.append({**row, "from_load": load_id})
    if ended:
        close = sa.update(table).where(table.c.row_id == sa.bindparam("ended")).values(until_load=load_id)
        connection.execute(close, ended)
    for start in range(0, len(new), BATCH):
        connection.execute(sa.insert(table), new[start : start + BATCH])
    return Loaded(load_id, len(new), len(ended), len(incoming) - len(new))


def _rows(kind: str, frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    own = [column.name for column in HISTORIES[kind].columns if column.name not in OWN]
    extra = [name for name in frame.columns if name not in own and name != "line"]
    dates = {column.name for column in HISTORIES[kind].columns if isinstance(column.type, sa.Date)}
    for position, values in enumerate(frame.to_dict("records")):
        row = {name: _plain(values.get(name)) for name in own}
        for name in dates:
            row[name] = row[name].date() if row[name] is not None else None
        row["extra"] = {str(name): _plain(values[name]) for name in extra}
        text = json.dumps(row, ensure_ascii=False, default=str, sort_keys=True)
        row["row_hash"] = hashlib.sha256(text.encode()).hexdigest()
        row["line"] = int(values.get("line", position))
        yield row


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


def read_table(connection: sa.Connection, kind: str, at_load: int | None) -> pd.DataFrame:
    """The table as it stood after a load: canonical columns, then the user's further ones; empty without a load."""
    table = HISTORIES[kind]
    columns = [column for column in table.columns if column.name not in OWN - {"extra"}]
    held: sa.ColumnElement[bool] = sa.false()
    if at_load is not None:
        held = (table.c.from_load <= at_load) & (table.c.until_load.is_(None) | (table.c.until_load > at_load))
    rows = connection.execute(sa.select(*columns).where(held).order_by(table.c.line, table.c.row_id)).mappings().all()
    frame = pd.DataFrame([dict(row) for row in rows], columns=[column.name for column in columns])
    extra = pd.DataFrame([row["extra"] for row in rows]).convert_dtypes()
    frame = frame.drop(columns="extra").astype({column.name: _dtype(column) for column in columns[:-1]})
    return pd.concat([frame, extra], axis=1)


def load_facts(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """The latest load of each kind, with the report made when it was read."""
    latest = sa.select(sa.func.max(loads.c.load_id)).group_by(loads.c.kind)
    query = sa.select(loads).where(loads.c.load_id.in_(latest))
    return {row.kind: {"load_id": row.load_id, **row.report} for row in connection.execute(query)}


def save_joins(connection: sa.Connection, run_id: int, joined: pd.DataFrame) -> None:
    """Keep which contract term and outcome each analysed call was joined to, replacing an earlier night's."""
    names = [column.name for column in call_contracts.columns if column.name != "run_id"]
    dates = [column.name for column in call_contracts.columns if isinstance(column.type, sa.Date)]
    rows = []
    for values in joined[names].drop_duplicates("call_id").to_dict("records"):
        row = {str(name): _plain(value) for name, value in values.items()}
        row |= {name: row[name].date() if row[name] is not None else None for name in dates}
        rows.append({**row, "run_id": run_id})
    connection.execute(sa.delete(call_contracts))
    if rows:
        connection.execute(sa.insert(call_contracts), rows)


def _dtype(column: sa.Column[Any]) -> str:
    kinds: list[tuple[type[Any], str]] = [
        (UtcTime, "datetime64[us, UTC]"),
        (sa.Date, "datetime64[s]"),
        (sa.Boolean, "boolean"),
        (sa.Float, "Float64"),
        (sa.Integer, "Int64"),
        (sa.String, "string"),
    ]
    return next(dtype for kind, dtype in kinds if isinstance(column.type, kind))
