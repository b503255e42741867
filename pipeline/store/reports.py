"""Reports as they were made: an old one gives the same numbers again."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.store.schema import reports


def save_report(connection: sa.Connection, run_id: int, body: dict[str, Any]) -> int:
    """Keep one report; its id."""
    row = {"run_id": run_id, "made_at": datetime.now(UTC), "body": body}
    key = connection.execute(sa.insert(reports).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def latest_report(connection: sa.Connection) -> dict[str, Any] | None:
    """The body of the newest report, None before the first night."""
    query = sa.select(reports.c.body).order_by(reports.c.report_id.desc()).limit(1)
    body: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
    return body


class NewestReport:
    """The newest report for a server that is asked for it with every page; nobody may change what it gives.

    Reading the text takes a hundredth of the time of parsing it. It is compared because an erasure changes a report
    in its place.
    """

    def __init__(self) -> None:
        self._parsed: tuple[str, dict[str, Any]] | None = None

    def body(self, connection: sa.Connection) -> dict[str, Any] | None:
        """As `latest_report`."""
        query = sa.select(sa.cast(reports.c.body, sa.Text)).order_by(reports.c.report_id.desc()).limit(1)
        text: str | None = connection.execute(query).scalar_one_or_none()
        if text is None:
            return None
        parsed = self._parsed
        if parsed is None or parsed[0] != text:
            self._parsed = parsed = (text, json.loads(text))
        return parsed[1]


def says_the_same(one: dict[str, Any] | None, other: dict[str, Any]) -> bool:
    """Whether two bodies differ in nothing but the night and the time that made them."""
    return one is not None and {**one, **_MAKING} == {**json.loads(json.dumps(other)), **_MAKING}


_MAKING = {"run_id": None, "made_at": None}
