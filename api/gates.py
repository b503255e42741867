"""What happens to those who may not pass yet: a page leads to the sign-in, a program gets a problem."""

from contextlib import suppress

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api import errors
from api.access import SignInNeeded, session_of, visitor_of
from api.policy import Reach
from api.routes.account import sign_in_address
from pipeline.errors import KoukenError
from pipeline.language import Text

_SIGN_IN = Text("サインインしてください。", "Sign in first.")
_HOW = Text(
    "プログラムからは、API トークンを Authorization: Bearer で渡してください。",
    "From a program, send an API token as Authorization: Bearer.",
)
_CHANGE = Text("パスワードを変えてください。", "Change your password first.")
_WHERE = Text(
    "管理者から受け取ったパスワードは、最初に自分のものへ変えます(/account)。",
    "A password given by an administrator has to be replaced by one's own first (/account).",
)

_SET_UP = Text("二段階認証を設定してください。", "Set up two-factor sign-in first.")
_SET_UP_WHERE = Text(
    "この役割でパスワードでサインインするには、認証アプリの確認コードが要ります(/account/factor)。",
    "To sign in by a password, this role needs the codes of an authenticator app (/account/factor).",
)


async def on_sign_in_needed(request: Request, error: Exception) -> Response:
    """401 for programs and for what is not a page to look at; the way to the sign-in for pages."""
    assert isinstance(error, SignInNeeded)
    if errors.is_api(request) or request.method != "GET":
        return errors.answer(request, 401, "sign_in_needed", _SIGN_IN, _HOW)
    query = f"?{request.url.query}" if request.url.query else ""
    path = "/first" if error.first else sign_in_address(request.url.path + query)
    return RedirectResponse(path, status_code=303)


async def on_must_change(request: Request, error: Exception) -> Response:
    """A given password is replaced before anything else."""
    if errors.is_api(request) or request.method != "GET":
        return errors.answer(request, 403, "password_must_change", _CHANGE, _WHERE)
    return RedirectResponse("/account", status_code=303)


async def on_factor_missing(request: Request, error: Exception) -> Response:
    """A second factor is set up before anything else."""
    if errors.is_api(request) or request.method != "GET":
        return errors.answer(request, 403, "second_factor_missing", _SET_UP, _SET_UP_WHERE)
    return RedirectResponse("/account/factor", status_code=303)


async def on_http(request: Request, error: Exception) -> Response:
    """What no route answers: for whoever is signed in with the way back into the pages."""
    if not errors.is_api(request):
        with suppress(KoukenError):  # a store that does not answer must not hide what went wrong first
            session = await run_in_threadpool(session_of, request)
            request.state.visitor = visitor_of(request, session, Reach(None)) if session else None
    return await errors.on_http(request, error)
