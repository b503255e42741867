"""Signing in at the company's identity provider: out by a plain link, back with a code."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import PagesDep, StoreDep
from api.errors import NO_PAGE
from api.pages import Pages
from api.pending import LASTS_S, Pending, pending_cookie
from api.rate import Window
from api.routes.account import TOO_OFTEN, begin_session, safe_path, sign_in_form, with_cookie
from pipeline.accounts import openid
from pipeline.language import Text
from pipeline.settings import WebSettings
from pipeline.store import audit, identities
from pipeline.store.connect import Store

pages = APIRouter()
api = APIRouter()

BACK = "/sign-in/oidc/back"
Returned = Annotated[str, Query(max_length=8000)]
UNREACHABLE = Text(
    "会社のアカウントを確かめるサーバーに、いまつながりません。しばらくしてからお試しください。",
    "The server of your company account cannot be reached just now; try again later.",
)
UNPROVEN = Text(
    "会社のアカウントでのサインインを確かめられませんでした。もう一度お試しください。",
    "The sign-in with your company account could not be verified; please try again.",
)
BARRED = Text(
    "この会社のアカウントではサインインできません。会社のドメインのアカウントを使ってください。",
    "This account may not sign in. Use one of your company's domain.",
)
STOPPED = Text(
    "この会社のアカウントの利用者は止められています。システム管理者にお尋ねください。",
    "The user of this company account has been stopped. Ask an administrator.",
)
WAITING = Text("まだ利用者と結ばれていません", "Not linked with a user yet")


@pages.get("/sign-in/oidc")
def leave(request: Request, pages: PagesDep, next: Returned = "/") -> Response:
    """To the provider; the browser keeps what must come back the same."""
    provider, begun = _provider(request), openid.begin()
    try:
        address = provider.address(begun, _back(request))
    except openid.Unreachable:
        return sign_in_form(request, pages, next=next, problem=UNREACHABLE, status=503)
    web, pending = _web(request), _pending(request)
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        pending_cookie(web),
        pending.seal(begun, safe_path(next)),
        httponly=True,
        secure=web.is_secure,
        samesite="lax",  # coming back is a plain link from another site
        max_age=LASTS_S,
    )
    return answer


@pages.get(BACK)
def come_back(
    request: Request, pages: PagesDep, store: StoreDep, state: Returned = "", code: Returned = "", iss: Returned = ""
) -> Response:
    """A session for the user of the account, or the sign-in page again."""
    provider, web = _provider(request), _web(request)
    taken = _pending(request).take(request.cookies.get(pending_cookie(web), ""), state)
    answer = _finish(request, pages, store, provider, taken, code, iss)
    answer.delete_cookie(pending_cookie(web), httponly=True, secure=web.is_secure, samesite="lax")
    return answer


def _finish(
    request: Request,
    pages: Pages,
    store: Store,
    provider: openid.Provider,
    taken: tuple[openid.Begun, str] | None,
    code: str,
    iss: str,
) -> Response:
    next = taken[1] if taken else "/"
    try:
        if taken is None:
            raise openid.Unproven("state")
        if not code or iss not in ("", provider.settings.issuer):  # RFC 9207: an answer of another provider
            raise openid.Unproven("answer")
        identity = provider.identify(taken[0], code, _back(request))
    except openid.Unreachable:
        return sign_in_form(request, pages, next=next, problem=UNREACHABLE, status=503)
    except openid.Unproven as error:
        _note_refusal(store, error.reason)
        return sign_in_form(request, pages, next=next, problem=UNPROVEN, status=403)
    return _let_in(request, pages, store, identity, next)


def _let_in(request: Request, pages: Pages, store: Store, identity: openid.Identity, next: str) -> Response:
    attempts: Window = request.app.state.attempts
    key = f"{request.client.host if request.client else ''} oidc {identity.subject}"
    if wait := attempts.wait_s(key):
        answer = sign_in_form(request, pages, next=next, problem=TOO_OFTEN, status=429)
        answer.headers["Retry-After"] = str(round(wait) + 1)
        return answer
    token = _open_session(request, store, identity)
    if token is None:
        attempts.add(key)
        if identity.is_barred or _is_linked(store, identity):
            problem = BARRED if identity.is_barred else STOPPED
            return sign_in_form(request, pages, next=next, problem=problem, status=403)
        values = {"title": WAITING, "subject": identity.subject, "next": next}
        return pages.render(request, "waiting.html", status=403, **values)
    attempts.forget(key)
    return with_cookie(request, RedirectResponse(next, status_code=303), token)


def _open_session(request: Request, store: Store, identity: openid.Identity) -> str | None:
    if identity.is_barred:
        _note_refusal(store, identity.refused)
        return None
    with store.writing() as connection:
        user = identities.recognise(connection, identity.issuer, identity.subject, identity.name or "")
        if user is None:
            audit.record(connection, *_refusal(identity.refused or "no_user", identity.subject))
            return None
        audit.record(connection, user.name, "session.sign_in", user.name, {"by": "oidc"})
        return begin_session(request, connection, user.name, by_provider=True)


def _is_linked(store: Store, identity: openid.Identity) -> bool:
    with store.reading() as connection:
        return identities.is_linked(connection, identity.issuer, identity.subject)


def _note_refusal(store: Store, reason: str) -> None:
    with store.writing() as connection:
        audit.record(connection, *_refusal(reason))


def _refusal(reason: str, subject: str = "") -> tuple[str, str, str, dict[str, audit.Detail]]:
    """`subject`: of somebody whom an administrator may link; one too long for the log has to be typed."""
    told: dict[str, audit.Detail] = {"by": "oidc", "reason": reason}
    if 0 < len(subject) <= audit.LONGEST_DETAIL:
        told["subject"] = subject
    return "unknown", identities.REFUSED, "unknown", told


def _back(request: Request) -> str:
    """Our own address as the browser knows it; the middleware has refused every name that is not ours."""
    scheme = "https" if _web(request).is_secure else "http"
    return f"{scheme}://{request.headers['host']}{BACK}"


def _provider(request: Request) -> openid.Provider:
    provider: openid.Provider | None = request.app.state.provider
    if provider is None:
        raise NO_PAGE
    return provider


def _pending(request: Request) -> Pending:
    pending: Pending = request.app.state.pending
    return pending


def _web(request: Request) -> WebSettings:
    web: WebSettings = request.app.state.settings.web
    return web
