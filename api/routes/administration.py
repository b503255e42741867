"""The area 管理: where it leads, roles and teams as they stand, and the audit log."""

from collections import Counter, defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import PagesDep, StoreDep
from api.navigation import AREAS
from api.pages import Pages
from api.policy import GRANTS, ROUTES
from pipeline.settings import Settings
from pipeline.store import audit, teams, users
from pipeline.store.connect import Store
from pipeline.store.teams import Membership
from pipeline.store.users import ROLES

pages = APIRouter()
api = APIRouter()

SECTION = "administration"
PAGE = 100
NOT_GRANTED = ("public", "signed_in")
Word = Annotated[str, Query(max_length=64)]


@pages.get("/administration")
def show_area(visitor: VisitorDep) -> Response:
    """The first of its pages that the visitor may open."""
    places = [place for place in AREAS[SECTION] if visitor.may(place.permission)]
    return RedirectResponse(places[0].href, status_code=303)


@pages.get("/roles", response_class=HTMLResponse)
def show_roles(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """What each role may do, and how many people have it."""
    with store.reading() as connection:
        people = Counter(role for user in users.list_users(connection) if user.active for role in user.roles)
    permissions = list(dict.fromkeys(one for one in ROUTES.values() if one not in NOT_GRANTED))
    values: dict[str, Any] = {"roles": ROLES, "people": people, "grants": GRANTS, "permissions": permissions}
    return pages.render(request, "roles.html", section=SECTION, part="roles", **values)


@pages.get("/teams", response_class=HTMLResponse)
def show_teams(request: Request, pages: PagesDep, store: StoreDep) -> Response:
    """Who was in which team, and managers whose team does not exist."""
    with store.reading() as connection:
        found = teams.memberships(connection)
        limited = [(user, team) for user in users.list_users(connection) if user.active for team in user.teams]
    by_team: dict[str, list[Membership]] = defaultdict(list)
    for membership in found:
        by_team[membership.team].append(membership)
    managers = {team: [user.shown_name for user, of in limited if of == team] for team in by_team}
    lost = [(user.name, team) for user, team in limited if team not in by_team]
    values: dict[str, Any] = {"teams": dict(by_team), "managers": managers, "lost": lost}
    return pages.render(request, "teams.html", section=SECTION, part="teams", **values)


@pages.get("/audit", response_class=HTMLResponse)
def show_audit(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    actor: Word = "",
    action: Word = "",
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Who did what, newest first; the records shown are checked by the way, the whole chain on request."""
    return _audit_page(request, pages, store, actor=actor, action=action, before=before)


@pages.post("/audit/verify", response_class=HTMLResponse)
def verify_audit(
    request: Request, pages: PagesDep, store: StoreDep, visitor: VisitorDep, whole: Annotated[str, Form()] = ""
) -> Response:
    """Check the chain, from where the last check ended unless the whole is asked for; the check is on record."""
    verdict = _check(store, visitor, from_the_first=whole == "yes")
    return _audit_page(request, pages, store, verdict=verdict)


def _check(store: Store, visitor: Visitor, *, from_the_first: bool) -> audit.Verdict:
    with store.reading() as connection:
        since = None if from_the_first else audit.last_check(connection)
        verdict = audit.verify(connection, since=since)
    with store.writing() as connection:
        audit.record_check(connection, visitor.user.name, verdict)
    return verdict


def _audit_page(
    request: Request,
    pages: Pages,
    store: Store,
    *,
    actor: str = "",
    action: str = "",
    before: int | None = None,
    verdict: audit.Verdict | None = None,
) -> Response:
    settings: Settings = request.app.state.settings
    with store.reading() as connection:
        found = audit.list_entries(connection, action=action, actor=actor, before=before, limit=PAGE + 1)
        check = audit.last_check(connection)
        waiting = audit.waiting_to_be_forwarded(connection) if settings.log.forward else None
    return pages.render(
        request,
        "audit.html",
        section=SECTION,
        part="audit",
        entries=found[:PAGE],
        misfit=audit.first_misfit(found),
        more=found[PAGE - 1].number if len(found) > PAGE else None,
        asked={"actor": actor, "action": action},
        check=check,
        waiting=waiting,
        verdict=verdict,
    )
