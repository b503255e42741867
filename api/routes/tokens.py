"""API tokens: one's own under one's account, everybody's for administrators. Shown once, then known by the hash."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import LARGEST_ID, PagesDep, StoreDep
from api.errors import Missing
from api.pages import Pages
from api.policy import for_programs
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text
from pipeline.store import tokens, users
from pipeline.store.connect import Store
from pipeline.store.users import User, find_user, no_user

pages = APIRouter()
api = APIRouter()

DAYS = (30, 90, 180, 365)
TokenId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Label = Annotated[str, Form(max_length=300)]
Name = Annotated[str, Form(max_length=64)]
Chosen = Annotated[list[str], Form(max_length=50)]
Days = Annotated[int, Form(ge=1, le=tokens.LONGEST_DAYS)]
NO_TOKEN = Missing(
    "token_not_found",
    Text("この番号のトークンはありません。", "There is no token of that number."),
    Text("トークンの一覧から選んでください。", "Choose from the list of tokens."),
)
TOO_WIDE = Text(
    "持ち主の役割にない権限は付けられません。", "A token cannot have permissions that its owner does not have."
)


@pages.get("/account/tokens", response_class=HTMLResponse)
def show_own(request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep) -> Response:
    """One's own tokens, and the form for one more."""
    return _own(request, pages, store, visitor)


@pages.post("/account/tokens", response_class=HTMLResponse)
def make_own(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    visitor: VisitorDep,
    label: Label = "",
    permissions: Chosen = [],  # noqa: B006 - FastAPI copies it
    days: Days = 90,
) -> Response:
    """A token of one's own, shown once."""
    try:
        secret = _make(store, visitor.user.name, visitor.user, label, permissions, days)
    except BadInput as error:
        return _own(request, pages, store, visitor, problem=error.text, status=422)
    return _own(request, pages, store, visitor, secret=secret)


@pages.post("/account/tokens/{token_id}/revoke")
def revoke_own(store: StoreDep, visitor: VisitorDep, token_id: TokenId) -> Response:
    """Accept it no more."""
    name = visitor.user.name
    _revoke(store, name, token_id, owner=name)
    return RedirectResponse("/account/tokens", status_code=303)


@pages.get("/tokens", response_class=HTMLResponse)
def show_all(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """Everybody's tokens, and the form for one more of whomever it is for."""
    return _all(request, pages, store)


@pages.post("/tokens", response_class=HTMLResponse)
def make_for(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    visitor: VisitorDep,
    owner: Name,
    label: Label = "",
    permissions: Chosen = [],  # noqa: B006 - FastAPI copies it
    days: Days = 90,
) -> Response:
    """A token of another person, shown once."""
    try:
        with store.reading() as connection:
            user = find_user(connection, owner)
        if user is None:
            raise no_user(owner)
        secret = _make(store, visitor.user.name, user, label, permissions, days)
    except BadInput as error:
        return _all(request, pages, store, problem=error.text, status=422)
    return _all(request, pages, store, secret=secret)


@pages.post("/tokens/{token_id}/revoke")
def revoke_any(store: StoreDep, visitor: VisitorDep, token_id: TokenId) -> Response:
    """Accept it no more."""
    _revoke(store, visitor.user.name, token_id)
    return RedirectResponse("/tokens", status_code=303)


def _make(store: Store, actor: str, owner: User, label: str, permissions: list[str], days: int) -> str:
    if not set(permissions) <= set(for_programs(owner)):
        raise BadInput(TOO_WIDE)
    with store.writing() as connection:
        _, secret = tokens.make_token(connection, actor, owner.name, label, permissions, days)
    return secret


def _revoke(store: Store, actor: str, token_id: int, owner: str | None = None) -> None:
    with store.writing() as connection:
        if not tokens.revoke_token(connection, actor, token_id, owner=owner):
            raise NO_TOKEN


def _own(
    request: Request,
    pages: Pages,
    store: Store,
    visitor: Visitor,
    *,
    problem: Bilingual | None = None,
    secret: str | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        found = tokens.list_tokens(connection, owner=visitor.user.name)
    offered = for_programs(visitor.user)
    values = _shown(found, problem, secret) | {"offered": offered}
    return pages.render(request, "account_tokens.html", status=status, section="account", **values)


def _all(
    request: Request,
    pages: Pages,
    store: Store,
    *,
    problem: Bilingual | None = None,
    secret: str | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        found = tokens.list_tokens(connection)
        people = [user for user in users.list_users(connection) if user.active and for_programs(user)]
    offered = dict.fromkeys(permission for user in people for permission in for_programs(user))
    values = _shown(found, problem, secret) | {"offered": tuple(offered), "people": people}
    return pages.render(request, "tokens.html", status=status, section="administration", part="tokens", **values)


def _shown(found: list[tokens.Token], problem: Bilingual | None, secret: str | None) -> dict[str, Any]:
    return {"tokens": found, "problem": problem, "secret": secret, "days": DAYS, "now": datetime.now(UTC)}
