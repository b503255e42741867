"""The lists of operators that were asked for lately: of two hundred operators, adding one up takes most of the page."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from models.figures.spans import Span
from pipeline.reports.operator_views import OperatorRow, operator_rows
from pipeline.store import kept
from pipeline.store.connect import Connection
from pipeline.store.pages import Within

MOST = 16  # lists; one of two hundred operators takes less than a megabyte

Asked = tuple[Span, Within | None, str | None]


class OperatorLists:
    """Keeps lists for as long as the counts that are shown are those of the same night: these never change."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._night: kept.Counted | None = None
        self._lists: OrderedDict[Asked, list[OperatorRow]] = OrderedDict()

    def rows(
        self, connection: Connection, facts: Mapping[str, Any], span: Span, within: Within | None, team: str | None
    ) -> list[OperatorRow]:
        """As `operator_rows`, for reading only. `facts` must come from the same transaction."""
        night, asked = kept.counted(connection), (span, within, team)
        with self._lock:
            if night != self._night:
                self._night = night
                self._lists.clear()
            if asked in self._lists:
                self._lists.move_to_end(asked)
                return self._lists[asked]
        made = operator_rows(connection, facts, span, within, team)
        with self._lock:
            if night == self._night:
                self._lists[asked] = made
                if len(self._lists) > self._most:
                    self._lists.popitem(last=False)
        return made
