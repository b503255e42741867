"""Managing who may sign in."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep
from api.deps import PagesDep, SettingsDep, StoreDep
from api.errors import Missing
from api.pages import Pages, path_part
from pipeline.accounts.passwords import generate_password, hash_password
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Text
from pipeline.settings import Settings
from pipeline.store import factors, identities, users
from pipeline.store.connect import Store
from pipeline.store.users import ROLES, Role, User

pages = APIRouter()
api = APIRouter()

IN_AREA: dict[str, Any] = {"section": "administration", "part": "users"}
Name = Annotated[str, Path(max_length=64)]
Field = Annotated[str, Form(max_length=300)]
Chosen = Annotated[list[Role], Form()]
NO_USER = Missing(
    "user_not_found",
    Text("この名前の利用者はいません。", "There is no user of that name."),
    Text("利用者の一覧から選んでください。", "Choose from the list of users."),
)

NO_PROVIDER = BadInput(
    Text("設定 [oidc] に発行者がないので、結べません。", "The setting [oidc] names no provider to link with.")
)
NOT_ONES_OWN = Text(
    "自分の二段階認証は「アカウント」で替えます。電話も復旧コードもないときは、ほかの管理者か"
    " kouken users reset-factor で解いてください。",
    "Change your own on your account page. Without phone and recovery codes: another administrator, or `kouken users"
    " reset-factor`.",
)


@pages.get("/users", response_class=HTMLResponse)
def show_users(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """Everybody, and the form for one more."""
    return _list(request, pages, store)


@pages.post("/users")
def add(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    name: Field,
    roles: Chosen = [],  # noqa: B006 - FastAPI copies it
    shown_name: Field = "",
    teams: Field = "",
    operator_id: Field = "",
) -> Response:
    """A person with a generated password, shown once."""
    password = generate_password()
    kept = hash_password(password)
    try:
        with store.writing() as connection:
            made = users.add_user(
                connection,
                visitor.user.name,
                name,
                roles,
                kept,
                shown_name=shown_name,
                teams=_teams(teams),
                operator_id=operator_id.strip() or None,
            )
    except BadInput as error:
        return _list(request, pages, store, problem=error.text, status=422)
    return _one(request, pages, store, settings, made, password=password)


@pages.get("/users/{name}", response_class=HTMLResponse)
def show_user(request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, name: Name) -> Response:
    """One person."""
    return _one(request, pages, store, settings, _found(store, name))


@pages.post("/users/{name}")
def change(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    name: Name,
    roles: Chosen = [],  # noqa: B006 - FastAPI copies it
    shown_name: Field = "",
    teams: Field = "",
    operator_id: Field = "",
    active: Field = "",
) -> Response:
    """Roles, teams and whether the person may sign in at all; open sessions end."""
    user = _found(store, name)
    changes = {"roles": roles, "teams": _teams(teams), "operator_id": operator_id.strip() or None}
    changes |= {"shown_name": shown_name.strip() or user.shown_name, "active": active == "yes"}
    try:
        with store.writing() as connection:
            users.change_user(connection, visitor.user.name, name, **changes)
    except BadInput as error:
        return _one(request, pages, store, settings, user, problem=error.text, status=422)
    return RedirectResponse("/users", status_code=303)


@pages.post("/users/{name}/password")
def give_password(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, visitor: VisitorDep, name: Name
) -> Response:
    """A generated password, shown once; the person has to change it at the next sign-in."""
    user = _found(store, name)
    password = generate_password()
    kept = hash_password(password)
    with store.writing() as connection:
        users.set_password(connection, visitor.user.name, name, kept, must_change=True)
    return _one(request, pages, store, settings, user, password=password)


@pages.post("/users/{name}/factor/reset")
def reset_factor(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, visitor: VisitorDep, name: Name
) -> Response:
    """Forget the second factor of somebody who lost it; never one's own, for which a password and a code are asked."""
    user = _found(store, name)
    if user.name == visitor.user.name:
        return _one(request, pages, store, settings, user, factor_problem=NOT_ONES_OWN, status=422)
    with store.writing() as connection:
        factors.reset(connection, visitor.user.name, user.name)
    return RedirectResponse(f"/users/{path_part(user.name)}", status_code=303)


@pages.post("/users/{name}/account")
def link_account(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    name: Name,
    subject: Field = "",
) -> Response:
    """From now on the account of that number signs in as this person."""
    user = _found(store, name)
    try:
        if not settings.oidc.issuer:
            raise NO_PROVIDER
        with store.writing() as connection:
            identities.link(connection, visitor.user.name, settings.oidc.issuer, subject, user.name)
    except BadInput as error:
        return _one(request, pages, store, settings, user, account_problem=error.text, status=422)
    return RedirectResponse(f"/users/{path_part(user.name)}", status_code=303)


@pages.post("/users/{name}/account/unlink")
def unlink_account(store: StoreDep, visitor: VisitorDep, name: Name) -> Response:
    """Forget the person's accounts; open sessions end."""
    user = _found(store, name)
    with store.writing() as connection:
        identities.unlink(connection, visitor.user.name, user.name)
    return RedirectResponse(f"/users/{path_part(user.name)}", status_code=303)


def _one(
    request: Request,
    pages: Pages,
    store: Store,
    settings: Settings,
    user: User,
    *,
    password: str | None = None,
    problem: Bilingual | None = None,
    account_problem: Bilingual | None = None,
    factor_problem: Bilingual | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        accounts, factor = identities.accounts_of(connection, user.name), factors.find_factor(connection, user.name)
        waiting = identities.waiting(connection) if settings.oidc.issuer else []
    values: dict[str, Any] = {"user": user, "roles": ROLES, "password": password, "problem": problem}
    values |= {"accounts": accounts, "waiting": waiting, "account_problem": account_problem}
    values |= {"can_link": bool(settings.oidc.issuer), "factor": factor, "factor_problem": factor_problem}
    return pages.render(request, "user.html", status=status, **IN_AREA, **values)


def _list(
    request: Request, pages: PagesDep, store: Store, problem: Bilingual | None = None, status: int = 200
) -> HTMLResponse:
    with store.reading() as connection:
        found, with_factor = users.list_users(connection), factors.names_with_factor(connection)
    values = {"users": found, "with_factor": with_factor, "roles": ROLES, "problem": problem}
    return pages.render(request, "users.html", status=status, **IN_AREA, **values)


def _found(store: Store, name: str) -> User:
    with store.reading() as connection:
        user = users.find_user(connection, name)
    if user is None:
        raise NO_USER
    return user


def _teams(text: str) -> list[str]:
    """Names as typed in one field, with commas of either width."""
    return [name.strip() for name in text.replace("、", ",").replace(",", ",").split(",") if name.strip()]
