"""One shape for every error: a page for people, problem+json (RFC 9457) for programs; both with a stable code."""

import logging
import traceback
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages import language_of, pages_of
from pipeline.errors import BadInput, KoukenError, Locked, Updated
from pipeline.language import Text, in_language

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Missing(Exception):
    """What was asked for is not there; `code` is stable. `errors`: everything that is wrong, each with its place."""

    status = 404

    def __init__(self, code: str, title: Text, remedy: Text, errors: list[dict[str, str]] | None = None) -> None:
        self.code, self.title, self.remedy, self.errors = code, title, remedy, errors
        super().__init__(code)


class Unusable(Missing):
    """The question itself cannot be understood."""

    status = 422


class ChangedMeanwhile(Missing):
    """What the question rests on is no longer so."""

    status = 412


class TooBusy(Missing):
    """Later it can be had, in about `retry_s` seconds."""

    status, retry_s = 503, 5


class TooOften(TooBusy):
    """One person asks for more than is one person's."""

    status = 429


class Problem(BaseModel):
    """RFC 9457 problem details. `title` is Japanese unless `lang=en`."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["urn:kouken:problem:call_not_found"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["call_not_found"])
    errors: list[dict[str, str]] = Field(default_factory=list)


NO_REPORT = Missing(
    "no_report_yet",
    Text("まだレポートがありません。", "There is no report yet."),
    Text("kouken nightly を一度実行してください。", "Run kouken nightly once."),
)
NO_OPERATOR = Missing(
    "operator_not_found",
    Text("この番号のオペレーターは、レポートにいません。", "The report has no operator of that id."),
    Text("オペレーターの一覧から選んでください。", "Choose from the list of operators."),
)
NOT_SEEN_YET = Missing(
    "operator_not_found",
    Text("あなたの通話は、まだレポートにありません。", "Your calls are not in the report yet."),
    Text(
        "夜間バッチがあなたの通話を解析すると、ここに出ます。何日たっても出ないときは、担当者IDが合っているかを"
        "システム管理者に確かめてください。",
        "They show here once a night has analysed them. If days go by, ask an administrator whether your operator id"
        " is right.",
    ),
)
NO_CALL = Missing(
    "call_not_found",
    Text("この番号の通話は、解析済みの中にありません。", "There is no analysed call of that id."),
    Text(
        "番号を確かめるか、夜間バッチで録音の状態をご覧ください。",
        "Check the id, or see the recording's state under Nights.",
    ),
)
NO_SOUND = Missing(
    "sound_gone",
    Text("この録音は再生できません。", "This recording cannot be played."),
    Text(
        "アーカイブから消えたか、置き換えられたか、伏せる場所の時刻がわからない録音です。解析の結果は残っています。",
        "It is gone from the archive, was replaced, or the time of what must be muted is unknown. The results stay.",
    ),
)
CHANGED_SOUND = ChangedMeanwhile(
    "sound_changed",
    Text("聞いているあいだに、この録音の伏せる場所が変わりました。", "What is muted here has changed meanwhile."),
    Text("画面を開き直して、もう一度再生してください。", "Open the page again and play it once more."),
)
BUSY_SOUND = TooBusy(
    "sound_busy",
    Text("はじめて聞く録音を、同時に多くの人が再生しています。", "Many recordings are being heard for the first time."),
    Text("少し待って、もう一度再生してください。", "Wait a little and play it once more."),
)
NO_NIGHT = Missing(
    "night_not_found",
    Text("この番号の夜間バッチはありません。", "There is no night of that number."),
    Text("夜間バッチの一覧から選んでください。", "Choose from the list of nights."),
)
NO_PAGE = Missing(
    "not_found",
    Text("このページはありません。", "There is no such page."),
    Text("上の見出しからお進みください。", "Use the links above."),
)
BAD_CURSOR = Unusable(
    "bad_cursor",
    Text("続きの位置(cursor)を読めません。", "The cursor cannot be read."),
    Text("前の答えの next_cursor をそのまま渡してください。", "Pass next_cursor of the answer before, unchanged."),
)
_BAD_REQUEST = Text("入力を読めません。", "The input cannot be read.")
_BUSY = Text(
    "ほかの処理が書き込み中です。少し待って、もう一度開いてください。",
    "Busy: another process is writing. Try again shortly.",
)
_UPDATED = Text("Kouken が新しい版になりました。", "Kouken has been updated.")
_RESTART = Text(
    "画面はまだ前の版です。システム管理者が画面を起動し直すと、もとに戻ります。",
    "These pages are still of the version before; they are back once an administrator has restarted them.",
)
_BUG = Text("予期しない誤りです。", "An unexpected error.")
_TELL = Text("サーバーの記録を添えて、管理者に知らせてください。", "Tell your administrator, with the server's log.")

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in {
        401: "Sign in first",
        403: "Not allowed",
        404: "Not found",
        422: "The input cannot be read",
        503: "Busy",
    }.items()
}


def is_api(request: Request) -> bool:
    """Whether a program asked."""
    return request.url.path.startswith("/api/")


def answer(
    request: Request, status: int, code: str, title: Text, remedy: Text, errors: list[dict[str, str]] | None = None
) -> Response:
    """The error in the shape that fits who asked."""
    language = language_of(request)
    said = in_language(title, language), in_language(remedy, language)
    if not is_api(request):
        return pages_of(request).render(request, "error.html", status=status, title=said[0], remedy=said[1], code=code)
    problem = Problem(
        type=f"urn:kouken:problem:{code}", title=said[0], status=status, detail=said[1], code=code, errors=errors or []
    )
    return JSONResponse(problem.model_dump(), status_code=status, media_type=MEDIA_TYPE)


async def on_missing(request: Request, error: Exception) -> Response:
    """404, 422 for a question that cannot be understood, 403, 401 for a token, or later: 429 and 503."""
    assert isinstance(error, Missing)
    if error is NO_REPORT and not is_api(request):
        return pages_of(request).render(request, "start.html", section="", status=error.status)
    made = answer(request, error.status, error.code, error.title, error.remedy, error.errors)
    if error.status == 401:
        made.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if isinstance(error, TooBusy):
        made.headers["Retry-After"] = str(error.retry_s)
    return made


async def on_invalid(request: Request, error: Exception) -> Response:
    """422 with every parameter at fault."""
    assert isinstance(error, RequestValidationError)
    errors = [{"where": ".".join(map(str, item["loc"])), "what": item["msg"]} for item in error.errors()]
    names = "、".join(item["where"] for item in errors)
    return answer(
        request, 422, "bad_request", _BAD_REQUEST, Text(f"{names} を直してください。", f"Mend {names}."), errors
    )


async def on_http(request: Request, error: Exception) -> Response:
    """What the router itself refuses: an unknown path, a method that is not served."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return answer(request, 404, NO_PAGE.code, NO_PAGE.title, NO_PAGE.remedy)
    refused = Text("この操作はできません。", "This is not possible here.")
    made = answer(request, error.status_code, f"http_{error.status_code}", refused, Text(error.detail, error.detail))
    made.headers.update(error.headers or {})
    return made


async def on_kouken(request: Request, error: Exception) -> Response:
    """503 while another process writes and once the program was updated, 422 for what no route had looked for, else
    500 in the product's own words."""
    assert isinstance(error, KoukenError)
    if isinstance(error, Locked):
        return answer(request, 503, "busy", _BUSY, Text("", ""))
    if isinstance(error, Updated):
        return answer(request, 503, "updated", _UPDATED, _RESTART)
    if isinstance(error, BadInput):
        return answer(request, 422, "bad_request", _BAD_REQUEST, Text(error.text.ja, error.text.en))
    return answer(request, 500, "failed", Text(error.text.ja, error.text.en), _TELL)


class BugsBecomeAnswers:
    """The last place that can turn a bug into words. The log gets the kind of error and where, never its message:
    that may hold what a customer said."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; 500 if nothing has been sent yet."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_noticing(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noticing)
        except ClientDisconnect:
            log.info("a request was broken off before its end")
        except Exception as error:  # noqa: BLE001 - see the class
            frames = traceback.extract_tb(error.__traceback__)
            where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
            log.error("%s at %s", type(error).__name__, where)
            if not begun:
                await answer(Request(scope), 500, "internal_error", _BUG, _TELL)(scope, receive, send)
