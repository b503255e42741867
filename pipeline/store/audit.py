"""The audit log: one call of `record` beside whatever was done, in the same transaction; a chain of hashes over all.

Whoever changes, removes or inserts a row breaks the chain from there on, and `verify` names the row. Rows cut off at
the end break nothing by themselves: note the head (`kouken audit verify` prints it) outside the store, and `verify`
tells whether it is still in the chain. Refused attempts: raise `pipeline.errors.NotAllowed` inside `Store.writing`.

The chain grows for years, so that not every look can walk it whole: a check is put on record itself (`record_check`),
and the next one may go on from there.
"""

import getpass
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import audit

Detail = str | int | float | bool | None | list[str] | list[int]

ORIGIN = "0" * 64  # what the first row calls the hash before it
PAGE = 1000
LONGEST_DETAIL = 200  # characters: room for ids and codes, not for what somebody said
CHECK = "audit.verify"
FORWARD = "audit.forward"
CUT = "audit.cut"  # the oldest rows were past their keeping period; see pipeline.store.audit_period
_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, or tried and refused (`action` ends in `_refused`)."""

    number: int
    at: datetime
    actor: str
    action: str
    object: str
    details: dict[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found. `rows`: the number of the last row that fits. `broken_at`: that of the first that does not,
    None if all do."""

    rows: int
    head: str
    broken_at: int | None
    holds_noted_head: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, removed or inserted."""
        return self.broken_at is None and self.holds_noted_head


@dataclass(frozen=True, slots=True)
class Check:
    """A check that found everything whole up to row `rows`, whose hash was `head`."""

    at: datetime
    actor: str
    rows: int
    head: str


def record(
    connection: sa.Connection,
    actor: str,
    action: str,
    object: str,
    details: Mapping[str, Detail] | None = None,
    at: datetime | None = None,
) -> int:
    """Append one row to the chain, in the caller's `Store.writing`, which is the only one at a time; its number.

    `action` is `subject.verb`. Details are ids, codes and counts, never what somebody said. `at`: when it was done, if
    not now. Raises `ValueError`.
    """
    given = dict(details or {})
    check(actor, action, object, given)
    last = connection.execute(sa.select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1))
    before = last.one_or_none()
    row: dict[str, Any] = {
        "number": before.number + 1 if before else 1,
        "at": at or datetime.now(UTC),
        "actor": actor,
        "action": action,
        "object": object,
        "details": given,
        "previous": before.hash if before else ORIGIN,
    }
    connection.execute(sa.insert(audit).values(**row, hash=_hash(row)))
    return int(row["number"])


def last_number(connection: sa.Connection) -> int:
    """The number of the newest row, 0 before the first."""
    return connection.execute(sa.select(sa.func.max(audit.c.number))).scalar_one_or_none() or 0


def is_on_record(connection: sa.Connection, actor: str, action: str, object: str, at: datetime, after: int) -> bool:
    """Whether this was recorded with a number beyond `after`."""
    there = (audit.c.number > after) & (audit.c.at == at) & (audit.c.actor == actor)
    same = there & (audit.c.action == action) & (audit.c.object == object)
    return connection.execute(sa.select(audit.c.number).where(same).limit(1)).first() is not None


def system_user() -> str:
    """The name under which the operating system knows who runs a command: the actor unless another is given."""
    return getpass.getuser()


def verify(connection: sa.Connection, noted_head: str | None = None, since: Check | None = None) -> Verdict:
    """Walk the chain, in constant memory: whole, or from where the check `since` ended, which must still be there.

    `noted_head`: a head that was seen before and must still be in what is walked.
    """
    rows, head = _begin(connection)
    since = since if since and since.rows > rows else None  # what it saw may have been cut off since
    if since:
        rows, head = since.rows, since.head
    seen = noted_head in (None, head)
    if since and not _stands(connection, since):
        return Verdict(rows, head, rows, seen)
    for row in _rows(connection, rows if since else 0):
        values = row._asdict()
        if row.number != rows + 1 or row.previous != head or row.hash != _hash(values):
            return Verdict(rows, head, rows + 1, seen)
        rows, head = rows + 1, row.hash
        seen = seen or head == noted_head
    return Verdict(rows, head, None, seen)


def record_check(connection: sa.Connection, actor: str, verdict: Verdict) -> None:
    """Put on record that somebody has checked the chain, and what was found."""
    found: dict[str, Detail] = {"rows": verdict.rows, "head": verdict.head, "broken_at": verdict.broken_at}
    record(connection, actor, CHECK, "audit", found)


def last_check(connection: sa.Connection) -> Check | None:
    """The newest check that found everything whole."""
    query = sa.select(audit).where(audit.c.action == CHECK).order_by(audit.c.number.desc())
    for row in connection.execute(query):
        if row.details.get("broken_at") is None:
            return Check(row.at, row.actor, int(row.details["rows"]), str(row.details["head"]))
    return None


def record_forwarded(connection: sa.Connection, last: Entry, count: int) -> None:
    """Put on record that another system has taken `count` rows, the last of which is this one."""
    record(connection, "kouken", FORWARD, "audit", {"upto": last.number, "head": last.hash, "sent": count})


def forwarded_upto(connection: sa.Connection) -> int:
    """The number of the last row that another system has taken; 0 before the first."""
    query = sa.select(audit.c.details).where(audit.c.action == FORWARD).order_by(audit.c.number.desc()).limit(1)
    details = connection.execute(query).scalar_one_or_none()
    return int(details["upto"]) if details else 0


def waiting_to_be_forwarded(connection: sa.Connection) -> tuple[int, datetime | None]:
    """How many rows no other system has taken, but for those that tell of the taking; and when the oldest was made."""
    there = (audit.c.number > forwarded_upto(connection)) & (audit.c.action != FORWARD)
    row = connection.execute(sa.select(sa.func.count(), sa.func.min(audit.c.number)).where(there)).one()
    query = sa.select(audit.c.at).where(audit.c.number == row[1])
    return int(row[0]), connection.execute(query).scalar_one_or_none()


def entries_after(connection: sa.Connection, number: int, limit: int) -> list[Entry]:
    """The next rows beyond that number, oldest first."""
    query = sa.select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(limit)
    return [Entry(**row._mapping) for row in connection.execute(query)]


def first_misfit(entries: Sequence[Entry]) -> int | None:
    """The number of the first of these rows (newest first) whose content is not what was recorded, or that does not
    follow the one before it; None if all fit. Rows that are no neighbours are judged by themselves."""
    before: Entry | None = None
    for entry in reversed(entries):
        follows = before is None or entry.number != before.number + 1 or entry.previous == before.hash
        if not follows or entry.hash != _hash(asdict(entry)):
            return entry.number
        before = entry
    return None


def list_entries(
    connection: sa.Connection,
    *,
    action: str = "",
    actor: str = "",
    object: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The newest first. `action` may be a whole one or a subject (`phrases`); `before` is a number to go on from."""
    query = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
    if action:
        query = query.where((audit.c.action == action) | audit.c.action.startswith(f"{action}.", autoescape=True))
    if actor:
        query = query.where(audit.c.actor == actor)
    if object:
        query = query.where(audit.c.object == object)
    if before is not None:
        query = query.where(audit.c.number < before)
    return [Entry(**row._mapping) for row in connection.execute(query)]


def _begin(connection: sa.Connection) -> tuple[int, str]:
    """The number and the hash before the first row: those of the last cut that is on record, else none.

    Rows that are missing without a cut on record, or besides it, are found out by the first row that does not follow.
    """
    query = sa.select(audit.c.details).where(audit.c.action == CUT).order_by(audit.c.number.desc()).limit(1)
    details = connection.execute(query).scalar_one_or_none()
    return (int(details["upto"]), str(details["head"])) if details else (0, ORIGIN)


def _stands(connection: sa.Connection, check: Check) -> bool:
    """Whether the last row that the check saw is still the one it saw."""
    if check.rows == 0:
        return True
    row = connection.execute(sa.select(audit).where(audit.c.number == check.rows)).one_or_none()
    return row is not None and row.hash == check.head == _hash(row._asdict())


def _rows(connection: sa.Connection, after: int) -> Iterator[sa.Row[Any]]:
    page = sa.select(audit).order_by(audit.c.number).limit(PAGE)
    rows = connection.execute(page.where(audit.c.number > after)).all()
    while rows:
        yield from rows
        rows = connection.execute(page.where(audit.c.number > rows[-1].number)).all()


def _hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over all of a row but its own hash, as JSON that does not depend on the store."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    parts = [row["number"], at, row["actor"], row["action"], row["object"], row["details"], row["previous"]]
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(actor: str, action: str, object: str, details: Mapping[str, Any]) -> None:
    """Whether `record` would take it. Raises `ValueError`."""
    if not actor.strip() or not object:
        raise ValueError("the audit log needs an actor and an object")
    if not _ACTION.fullmatch(action):
        raise ValueError(f"an action is subject.verb: {action}")
    for key, value in details.items():
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, str | int | float | bool | None):
                raise ValueError(f"detail {key} is no plain value")
            if isinstance(item, str) and len(item) > LONGEST_DETAIL:
                raise ValueError(f"detail {key} is longer than an id or a code")
