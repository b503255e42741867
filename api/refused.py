"""What is wrong in a file that was sent: the first of it on the page, the whole list kept for a while to be downloaded.

In memory, like the work beside the pages: what customers are called in a refused file is not left on the disk.
"""

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from fastapi import Request

from api.access import Visitor
from api.errors import Missing
from api.pages import language_of
from pipeline.dictionaries.dictionary import Imported
from pipeline.dictionaries.dictionary_work import Review
from pipeline.errors import BadTable
from pipeline.language import Text
from pipeline.processes.background import Job
from pipeline.refusals import SHOWN, Alike, RowProblem, alike
from pipeline.reports.problem_list import problems_csv
from pipeline.text.dictionary import BadDictionary, rows_of

MOST_KEPT = 20  # lists of everybody together, the newest; one of 100,000 problems takes about a megabyte, packed
GROUPED_FROM = 10  # problems; fewer are read one by one as quickly
GONE = Missing(
    "problem_list_gone",
    Text("この一覧はもうありません。", "This list is no longer here."),
    Text("ファイルをもう一度選ぶと、新しい一覧を書き出せます。", "Choose the file again for a new one."),
)


@dataclass(frozen=True, slots=True)
class Told:
    """The part of a list of problems that a page shows. `count` is the true number, `key` leads to the whole list."""

    key: str
    count: int
    unlisted: int
    groups: Sequence[Alike]
    first: Sequence[RowProblem]


class ProblemLists:
    """The newest lists, each for whoever sent the file. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, bytes]] = {}
        self._lock = Lock()

    def keep(self, key: str, owner: str, content: bytes) -> None:
        """One more, in place of the oldest."""
        with self._lock:
            self._kept[key] = (owner, zlib.compress(content))
            for old in list(self._kept)[:-MOST_KEPT]:
                del self._kept[old]

    def find(self, key: str, owner: str) -> bytes:
        """The list as CSV. Raises `Missing` if it is gone or somebody else's."""
        kept = self._kept.get(key)
        if kept is None or kept[0] != owner:
            raise GONE
        return zlib.decompress(kept[1])


def told_of(
    request: Request, visitor: Visitor, problems: Sequence[RowProblem], *, unlisted: int = 0, key: str = ""
) -> Told | None:
    """The problems as a page shows them, the whole list kept; None where there is none. `key`: of work that is shown
    again and again, so that it is kept once.
    """
    if not problems:
        return None
    key = key or secrets.token_urlsafe(12)
    lists: ProblemLists = request.app.state.problem_lists
    lists.keep(key, visitor.user.name, problems_csv(problems, language_of(request)))
    groups = alike(problems) if len(problems) > GROUPED_FROM else []
    shown = groups[:SHOWN] if len(groups) < len(problems) else []
    return Told(key, len(problems) + unlisted, unlisted, shown, problems[:SHOWN])


def told_of_error(request: Request, visitor: Visitor, error: object, key: str = "") -> Told | None:
    """The problems of a refused file; None where something else went wrong."""
    if isinstance(error, BadTable):
        return told_of(request, visitor, error.problems, unlisted=error.unlisted, key=key)
    return told_of(request, visitor, rows_of(error.problems), key=key) if isinstance(error, BadDictionary) else None


def told_of_work(request: Request, visitor: Visitor, job: Job) -> Told | None:
    """What work beside the pages found wrong: why it failed, or what stands in its result."""
    found: Any = job.result
    if isinstance(found, Review):
        return told_of(request, visitor, rows_of((*found.errors, *found.warnings)), key=job.job_id)
    if isinstance(found, Imported):
        return told_of(request, visitor, rows_of(found.warnings), key=job.job_id)
    return told_of_error(request, visitor, job.error, job.job_id)
