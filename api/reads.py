"""How much of what customers said one person may read in an hour: more than anybody can by hand, and no whole archive.

What counts is decided here for every route. Beside the routes whose permission gives words or sound, which count unless
they are listed as giving none, there are the few others on whose pages words are quoted.
"""

import math
from collections.abc import Callable
from time import monotonic
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.access import Visitor, note
from api.errors import TooOften
from api.policy import Permission, permission_of
from api.rate import Window
from pipeline.language import Text
from pipeline.store.audit import Detail

HOUR_S = 3_600
GIVES_WORDS: Final[frozenset[Permission]] = frozenset(
    {"calls.words", "sound.play", "reviews.read", "reviews.judge", "dictionary.work"}
)
WITHOUT_WORDS = frozenset(
    {
        ("GET", "/sound/{recording_id}/peaks"),  # a wave form
        ("GET", "/reviews/precision"),  # figures
        ("GET", "/api/v1/reviews/precision"),
    }
)
WITH_WORDS = frozenset(
    {
        ("GET", "/operators/{operator_id:path}"),  # the best clips
        ("GET", "/dictionary/entries/{entry_id:path}"),  # the latest hits
        ("POST", "/dictionary/try"),  # what is found may be in the answer that begins the work
        ("POST", "/dictionary/work/{job_id}/exact"),
        ("POST", "/dictionary/candidates"),
        ("POST", "/dictionary/versions/compare"),
    }
)
NEW_EACH_TIME = frozenset({("GET", "/reviews")})  # the same address, and another call after every answer


class TooManyReads(TooOften):
    """One person, or one token, has read as much as is one's in an hour."""

    def __init__(self, most: int, wait_s: float) -> None:
        self.retry_s = math.ceil(wait_s)
        minutes = math.ceil(wait_s / 60)
        super().__init__(
            "too_many_reads",
            Text("一時間に開ける数に達しました。", "You have opened as much as one may in an hour."),
            Text(
                f"お客様のことば(通話・検索・確認・録音)は、一人が一時間に {most:,} 件まで開けます。"
                f"約 {minutes} 分後からまた開けます。ほかの画面は使えます。"
                "仕事で足りないときは、システム管理者に相談してください"
                "(設定 web.reads_per_hour)。まとめて要るときは、サーバーで kouken export transcripts を使えます。",
                f"What customers said (calls, search, review, recordings) can be opened {most:,} times in an hour by"
                f" one person. It goes on in about {minutes} min; all other pages open as before. If your work needs"
                " more, ask an administrator (setting web.reads_per_hour). For many at once there is"
                " kouken export transcripts on the server.",
            ),
        )


class Reads:
    """What was read in the last hour, by person, and by API token on its own."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._read, self._told = Window(most, HOUR_S, clock), Window(1, HOUR_S, clock)

    async def take(self, visitor: Visitor, what: int | None, path: str) -> None:
        """One more; the same again within the hour is not one more. Raises `TooManyReads`, first on record."""
        who = visitor.user.name, visitor.token_id
        wait_s = self._read.take(who, what)
        if not wait_s:
            return
        if not self._told.take(who):
            details: dict[str, Detail] = {"path": path, "most": self._read.most}
            await run_in_threadpool(note, visitor, "reads.limit", visitor.user.name, details)
        raise TooManyReads(self._read.most, wait_s)


class ReadsCounted:
    """Stands behind the gate of a router: counts what gives words, and refuses what is too much."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix

    async def __call__(self, request: Request) -> None:
        """Raises `TooManyReads`."""
        method, path = request.method, self.prefix + request.scope["route"].path
        visitor: Visitor | None = request.state.visitor
        if visitor is None or not is_counted(method, path):
            return
        reads: Reads = request.app.state.reads
        is_new = method != "GET" or (method, path) in NEW_EACH_TIME
        await reads.take(visitor, None if is_new else hash((request.url.path, request.url.query)), path)


def is_counted(method: str, path: str) -> bool:
    """Whether an answer of the route holds what customers said."""
    route = (method, path)
    given = method == "GET" and permission_of(method, path) in GIVES_WORDS and route not in WITHOUT_WORDS
    return given or route in WITH_WORDS
