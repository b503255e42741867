"""The gate before every route: who asks, whether they may, and that a change comes from our own pages."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import compare_digest
from typing import Annotated, TypedDict
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.errors import Missing
from api.policy import API, Permission, Reach, permission_of, reach_of
from pipeline.accounts.second_factor import is_required
from pipeline.errors import Locked
from pipeline.language import Text
from pipeline.protection.looks import PATIENCE_S, Looks
from pipeline.settings import Settings, WebSettings
from pipeline.store import audit
from pipeline.store.connect import Store
from pipeline.store.sessions import TOUCH_EVERY, Session, find_session, touch_session
from pipeline.store.tokens import Token, find_token, touch_token
from pipeline.store.users import User, find_user, is_anybody_known

log = logging.getLogger(__name__)
SAFE = ("GET", "HEAD", "OPTIONS")
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
OPEN_WHILE_MUST_CHANGE = ("/account", "/account/password", "/sign-out")
OPEN_WHILE_FACTOR_MISSING = ("/account/factor", "/account/factor/begin", "/account/factor/confirm", "/sign-out")


class Lifetime(TypedDict):
    """Of a session, as `pipeline.store.sessions` takes it."""

    idle: timedelta
    longest: timedelta


class Refused(Missing):
    """The person may not do this."""

    status = 403


class SignInNeeded(Exception):
    """401, or for a page the way to the sign-in. `first`: nobody has been made yet."""

    def __init__(self, first: bool) -> None:
        self.first = first
        super().__init__()


class TokenRefused(Missing):
    """The token is not, or no longer, accepted."""

    status = 401


class MustChange(Exception):
    """A given password has to be replaced before anything else."""


class FactorMissing(Exception):
    """A second factor has to be set up before anything else."""


NOT_ALLOWED = Refused(
    "not_allowed",
    Text("この画面を開く権限がありません。", "You may not open this."),
    Text("必要なときは、管理者に役割の変更を頼んでください。", "Ask an administrator for the role if you need it."),
)
NOT_FROM_HERE = Refused(
    "not_from_here",
    Text("この操作は受け付けられませんでした。", "This was not accepted."),
    Text(
        "画面を開いたままサインインし直したときなどに起こります。前の画面を開き直して、もう一度お試しください。",
        "It happens when a page was left open over another sign-in. Reload the page before and try again.",
    ),
)
TOKEN_REFUSED = TokenRefused(
    "token_refused",
    Text("このトークンは使えません。", "This token is not accepted."),
    Text(
        "期限が切れたか、取り消されたか、持ち主がサインインできなくなっています。新しいトークンを作ってください。",
        "It has expired, was revoked, or its owner may not sign in any more. Make a new one.",
    ),
)
NOT_FOR_TOKEN = Refused(
    "not_allowed",
    Text("このトークンでは読めません。", "This token may not read this."),
    Text(
        "トークンの権限か、持ち主の役割が足りません。権限を足した新しいトークンを作ってください。",
        "The token's permissions or its owner's roles do not cover it. Make a token with more permissions.",
    ),
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and how far what they ask for reaches. `token_id`: a program, by a token of that person; else
    `session_id`, by which a person knows this sign-in of theirs. `by_provider`: with a company account."""

    user: User
    csrf: str
    reach: Reach
    looks: Looks = field(repr=False, compare=False)
    token_id: int | None = None
    session_id: str | None = None
    by_provider: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether a link to it is worth showing."""
        return reach_of(self.user, permission) is not None


def cookie_name(web: WebSettings) -> str:
    """Behind TLS the browser itself holds the cookie to this host and to TLS."""
    return "__Host-kouken" if web.is_secure else "kouken_session"


def token_of(request: Request) -> str | None:
    """The session token that the browser holds."""
    settings: Settings = request.app.state.settings
    return request.cookies.get(cookie_name(settings.web))


def session_of(request: Request) -> Session | None:
    """The session of whoever asks, if it is still alive."""
    token = token_of(request)
    found = session_by(request, token) if token else None
    if token and found and datetime.now(UTC) - found.seen_at > TOUCH_EVERY:
        _touch(request.app.state.store, token)
    return found


def session_by(request: Request, token: str) -> Session | None:
    """The living session of that token."""
    store: Store = request.app.state.store
    with store.reading() as connection:
        return find_session(connection, token, **lifetime_of(request))


def lifetime_of(request: Request) -> Lifetime:
    """How long a session lives, left alone and at most."""
    web: WebSettings = request.app.state.settings.web
    return {"idle": timedelta(minutes=web.idle_minutes), "longest": timedelta(hours=web.session_hours)}


def _touch(store: Store, token: str) -> None:
    try:
        with store.writing(PATIENCE_S) as connection:
            touch_session(connection, token)
    except Locked:  # a night is writing: the next look will tell
        log.info("session not touched: the store is busy")


def token_in(request: Request) -> str | None:
    """What `Authorization: Bearer` carries; any other scheme is none of ours."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.casefold() == "bearer" else None


def owner_of(request: Request, secret: str) -> tuple[Token, User] | None:
    """The living token, and its owner if they may still sign in."""
    store: Store = request.app.state.store
    with store.reading() as connection:
        token = find_token(connection, secret)
        owner = find_user(connection, token.owner) if token else None
    if token is None or owner is None or not owner.active:
        return None
    if token.used_at is None or datetime.now(UTC) - token.used_at > TOUCH_EVERY:
        try:
            with store.writing(PATIENCE_S) as connection:
                touch_token(connection, token.token_id)
        except Locked:
            log.info("token not touched: the store is busy")
    return token, owner


class Gate:
    """Stands before every route of a router: refuses, or leaves the `Visitor` in the request's state.

    A browser is known by its session, and what it changes must come from our own pages. A program is known by its
    token, on the API alone; no other site can make a browser send that, so that nothing else is asked of it.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix  # a route knows its path within its router only

    async def __call__(self, request: Request) -> None:
        """Raises `SignInNeeded`, `Refused`, `TokenRefused`, `MustChange` or `FactorMissing`."""
        permission = permission_of(request.method, self.prefix + request.scope["route"].path)
        if self.prefix == API and permission != "public" and (secret := token_in(request)) is not None:
            request.state.visitor = await run_in_threadpool(_program, request, secret, permission)
            return
        if request.method not in SAFE and not is_from_here(request):
            raise NOT_FROM_HERE
        request.state.visitor = None
        if permission == "public":
            return
        session = await run_in_threadpool(session_of, request)
        if session is None:
            raise SignInNeeded(first=not await run_in_threadpool(_anybody, request))
        reach = reach_of(session.user, permission) if permission else None
        request.state.visitor = visitor_of(request, session, reach or Reach(None))
        if reach is None:
            raise NOT_ALLOWED
        if request.method not in SAFE and not _carries(session.csrf, request.headers, await request.form()):
            raise NOT_FROM_HERE
        _require_own_secrets(request, session)


def _program(request: Request, secret: str, permission: Permission | None) -> Visitor:
    known = owner_of(request, secret)
    if known is None:
        raise TOKEN_REFUSED
    token, owner = known
    reach = reach_of(owner, permission) if permission in token.permissions or permission == "signed_in" else None
    if permission is None or reach is None:
        raise NOT_FOR_TOKEN
    return Visitor(owner, "", reach, looks_of(request), token.token_id)


def _require_own_secrets(request: Request, session: Session) -> None:
    """A password of one's own, then a second factor where it is asked for; nothing else opens before."""
    if session.user.must_change:
        if request.url.path not in OPEN_WHILE_MUST_CHANGE:
            raise MustChange
    elif is_factor_missing(request, session) and request.url.path not in OPEN_WHILE_FACTOR_MISSING:
        raise FactorMissing


def visitor_of(request: Request, session: Session, reach: Reach) -> Visitor:
    """Whoever has signed in."""
    looks = looks_of(request)
    return Visitor(session.user, session.csrf, reach, looks, None, session.session_id, session.by_provider)


def is_factor_missing(request: Request, session: Session) -> bool:
    """Whether a password alone was asked of somebody who may not stay so; a provider asks for what it wants itself."""
    web: WebSettings = request.app.state.settings.web
    return not session.by_provider and not session.has_factor and is_required(session.user, web)


def looks_of(request: Request) -> Looks:
    """Where looks go on record."""
    looks: Looks = request.app.state.looks
    return looks


def _anybody(request: Request) -> bool:
    store: Store = request.app.state.store
    with store.reading() as connection:
        return is_anybody_known(connection)


def is_from_here(request: Request) -> bool:
    """Whether a browser says that the request comes from a page of this very server; silence is no yes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def _carries(csrf: str, headers: Mapping[str, str], form: FormData) -> bool:
    given = headers.get(CSRF_HEADER) or form.get(CSRF_FIELD)
    return isinstance(given, str) and compare_digest(given.encode(), csrf.encode())


def note(visitor: Visitor, action: str, object: str, details: Mapping[str, audit.Detail] | None = None) -> None:
    """Put a look or an export on record before it is given out, with the token if a program asked."""
    by: dict[str, audit.Detail] = {} if visitor.token_id is None else {"token": visitor.token_id}
    visitor.looks.note(visitor.user.name, action, object, {**(details or {}), **by})


def _visitor(request: Request) -> Visitor:
    visitor: Visitor | None = request.state.visitor
    if visitor is None:
        raise NOT_ALLOWED
    return visitor


VisitorDep = Annotated[Visitor, Depends(_visitor)]
