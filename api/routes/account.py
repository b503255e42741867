"""Signing in and out, the first administrator, and one's own password."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Visitor, VisitorDep, cookie_name, lifetime_of, token_of
from api.deps import PagesDep, SettingsDep, StoreDep
from api.devices import device_of
from api.errors import NO_PAGE, Missing
from api.pages import Pages
from api.rate import Window
from api.second_step import ask_for_code, second_step_of
from pipeline.accounts.passwords import hash_password, is_password, renewed_hash
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text
from pipeline.settings import OidcSettings, WebSettings
from pipeline.store import audit, factors, sessions, users
from pipeline.store.connect import Connection, Store
from pipeline.store.people import person

pages = APIRouter()
api = APIRouter()

Field = Annotated[str, Form(max_length=300)]
WRONG = Text("名前かパスワードが違います。", "The name or the password is wrong.")
TOO_OFTEN = Text("失敗が続いたため、しばらく待ってからお試しください。", "Too many failures; try again later.")
DIFFERENT = Text("二つの新しいパスワードが違います。", "The two new passwords differ.")
SessionId = Annotated[str, Path(max_length=64)]
NO_SESSION = Missing(
    "session_not_found",
    Text("このサインインは、もうありません。", "This sign-in is no more."),
    Text("「アカウント」の一覧でご確認ください。", "See the list on your account page."),
)


@pages.get("/sign-in", response_class=HTMLResponse)
def show_sign_in(request: Request, pages: PagesDep, next: str = "/") -> Response:
    """The form."""
    return sign_in_form(request, pages, next=next)


@pages.post("/sign-in")
def sign_in(
    request: Request, pages: PagesDep, store: StoreDep, name: Field, password: Field, next: Field = "/"
) -> Response:
    """A session, or the form again; the same words whether the name or the password was wrong."""
    attempts: Window = request.app.state.attempts
    key = f"{request.client.host if request.client else ''} {name.strip().casefold()}"
    if attempts.wait_s(key):
        answer = sign_in_form(request, pages, next=next, problem=TOO_OFTEN, name=name, status=429)
        answer.headers["Retry-After"] = str(round(attempts.wait_s(key)) + 1)
        return answer
    right = _try(store, name, password)
    if right is None:
        attempts.add(key)
        return sign_in_form(request, pages, next=next, problem=WRONG, name=name, status=403)
    attempts.forget(key)
    return _go_on(request, store, *right, safe_path(next))


def sign_in_form(
    request: Request, pages: Pages, *, next: str, problem: Text | None = None, name: str = "", status: int = 200
) -> Response:
    """The sign-in page, with what went wrong before."""
    oidc: OidcSettings = request.app.state.settings.oidc
    button = Text(oidc.button_ja, oidc.button_en) if oidc.issuer else None
    values = {"next": safe_path(next), "problem": problem, "name": name, "button": button}
    return pages.render(request, "sign_in.html", status=status, **values)


def _go_on(request: Request, store: Store, name: str, password_hash: str, next: str) -> Response:
    """A session, or the page for the code where the person has a second factor."""
    with store.writing() as connection:
        asked = second_step_of(request).is_asked(connection, name)
        audit.record(connection, name, "session.code_asked" if asked else "session.sign_in", name)
        token = None if asked else begin_session(request, connection, name)
    if token is None:
        return ask_for_code(request, name, password_hash, next)
    return with_cookie(request, RedirectResponse(next, status_code=303), token)


def _try(store: Store, name: str, password: str) -> tuple[str, str] | None:
    """The person and the hash that the password fits; a failure is put on record under the name that was tried, if it
    is one."""
    try:
        known = person(name)
    except BadInput:
        return None
    with store.reading() as connection:
        kept, known_user = users.password_hash_of(connection, known), users.find_user(connection, known)
    if is_password(password, kept) and kept is not None:
        return known, _of_today(store, known, password, kept)
    told = known if known_user else "unknown"
    with store.writing() as connection:
        audit.record(connection, told, "session.sign_in_refused", told)
    return None


def _of_today(store: Store, name: str, password: str, kept: str) -> str:
    """The hash that is kept from now on: one of less cost than today's is replaced while the password is here."""
    renewed = renewed_hash(password, kept)
    if renewed is None:
        return kept
    with store.writing() as connection:
        users.renew_hash(connection, name, kept, renewed)
    return renewed


@pages.post("/sign-out")
def sign_out(request: Request, store: StoreDep, visitor: VisitorDep) -> Response:
    """End this session."""
    token = token_of(request)
    with store.writing() as connection:
        if token:
            sessions.close_session(connection, token)
        audit.record(connection, visitor.user.name, "session.sign_out", visitor.user.name)
    return _without_cookie(request)


@pages.get("/first", response_class=HTMLResponse)
def show_first(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """Ask for the first administrator, and for nothing else."""
    _require_nobody(store)
    return pages.render(request, "first.html", problem=None, name="")


@pages.post("/first")
def make_first(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    name: Field,
    password: Field,
    repeated: Field,
) -> Response:
    """The first administrator, who also manages the centre until somebody else does."""
    _require_nobody(store)
    try:
        if password != repeated:
            raise BadInput(DIFFERENT)
        kept = hash_password(password, name.strip(), settings.web.breached_passwords)
        with store.writing() as connection:
            if users.is_anybody_known(connection):
                raise NO_PAGE
            made = users.add_user(connection, person(name), name, ("administrator", "manager"), kept, must_change=False)
            token = begin_session(request, connection, made.name)
    except BadInput as error:
        return pages.render(request, "first.html", status=422, problem=error.text, name=name)
    return with_cookie(request, RedirectResponse("/", status_code=303), token)


def _require_nobody(store: Store) -> None:
    with store.reading() as connection:
        if users.is_anybody_known(connection):
            raise NO_PAGE


@pages.get("/account", response_class=HTMLResponse)
def show_account(request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep) -> Response:
    """One's roles, the form for a new password, whether there is a second factor, and where one is signed in."""
    return _account(request, pages, store, visitor)


def _account(
    request: Request, pages: Pages, store: Store, visitor: Visitor, problem: Bilingual | None = None, status: int = 200
) -> Response:
    with store.reading() as connection:
        factor = factors.find_factor(connection, visitor.user.name)
        found = sessions.list_sessions(connection, visitor.user.name, **lifetime_of(request))
    values = {"user": visitor.user, "problem": problem, "factor": factor, "sign_ins": found}
    is_offered = second_step_of(request).is_offered
    return pages.render(request, "account.html", status=status, section="account", is_offered=is_offered, **values)


@pages.post("/account/password")
def change_password(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    old: Field,
    new: Field,
    repeated: Field,
) -> Response:
    """A new password; every other session of the person ends."""
    name = visitor.user.name
    try:
        if new != repeated:
            raise BadInput(DIFFERENT)
        with store.reading() as connection:
            known = users.password_hash_of(connection, name)
        if not is_password(old, known):
            raise BadInput(WRONG)
        kept = hash_password(new, name, settings.web.breached_passwords)
    except BadInput as error:
        return _account(request, pages, store, visitor, error.text, 422)
    with store.writing() as connection:
        users.set_password(connection, name, name, kept)
        token = begin_session(request, connection, name)
    return with_cookie(request, RedirectResponse("/", status_code=303), token)


@pages.post("/account/sessions/{session_id}/end")
def end_session(request: Request, store: StoreDep, visitor: VisitorDep, session_id: SessionId) -> Response:
    """End one of one's own sessions; this one too, if it is this one."""
    with store.writing() as connection:
        if not sessions.end_session(connection, visitor.user.name, session_id):
            raise NO_SESSION
    if session_id == visitor.session_id:
        return _without_cookie(request)
    return RedirectResponse("/account#h-sessions", status_code=303)


@pages.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, store: StoreDep, visitor: VisitorDep) -> Response:
    """End all sessions of the person, this one too."""
    with store.writing() as connection:
        users.end_sessions(connection, visitor.user.name)
        audit.record(connection, visitor.user.name, "session.sign_out_everywhere", visitor.user.name)
    return _without_cookie(request)


def safe_path(next: str) -> str:
    """A path of our own, never another site's."""
    plain = next.startswith("/") and not next.startswith(("//", "/\\")) and next.isprintable()
    return next if plain else "/"


def sign_in_address(path: str) -> str:
    """Where to sign in, and to come back from."""
    return "/sign-in" + ("" if path == "/" else "?" + urlencode({"next": path}))


def begin_session(request: Request, connection: Connection, name: str, *, by_provider: bool = False) -> str:
    """Sign a person in with the browser that asks; the token for it. Sessions that nobody can use any more go."""
    sessions.forget_old_sessions(connection, lifetime_of(request)["longest"])
    return sessions.open_session(connection, name, by_provider=by_provider, device=device_of(request))


def with_cookie(request: Request, answer: Response, token: str) -> Response:
    """The answer, with the session's token for the browser."""
    web: WebSettings = request.app.state.settings.web
    answer.set_cookie(
        cookie_name(web), token, httponly=True, secure=web.is_secure, samesite="lax", max_age=web.session_hours * 3600
    )
    return answer


def _without_cookie(request: Request) -> Response:
    web: WebSettings = request.app.state.settings.web
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(cookie_name(web), httponly=True, secure=web.is_secure, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # behind TLS; what was on the screen is not left behind
    return answer
