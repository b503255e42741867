"""Notification rules: who is told of what the nights find; made, changed, tried out, deleted, each on record."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import VisitorDep
from api.deps import LARGEST_ID, PagesDep, SettingsDep, StoreDep
from api.errors import Missing
from api.pages import Pages
from pipeline.errors import BadInput
from pipeline.language import Bilingual, Language, Text
from pipeline.messages.notices import NAMES
from pipeline.messages.notifying import check, try_out
from pipeline.settings import Settings
from pipeline.store import notification_rules, notifications, teams
from pipeline.store.connect import Store
from pipeline.store.notification_rules import Channel, Event, Rule, Wanted, read_rule
from pipeline.store.notifications import MOST_ATTEMPTS

pages = APIRouter()
api = APIRouter()

SHOWN = 50
WHERE = {"section": "administration", "part": "notifications"}
NO_RULE = Missing(
    "rule_not_found",
    Text("この番号の規則はありません。", "There is no rule of that number."),
    Text("通知の規則の一覧から選んでください。", "Choose from the list of rules."),
)
RuleId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def _wanted(
    event: Annotated[Event, Form()],
    channel: Annotated[Channel, Form()],
    targets: Annotated[str, Form(max_length=6000)] = "",
    team: Annotated[str, Form(max_length=200)] = "",
    language: Annotated[Language, Form()] = "ja",
    active: Annotated[str, Form(max_length=3)] = "",
) -> Wanted:
    """The rule as the form gives it: several addresses are separated by commas or blanks."""
    given = tuple(dict.fromkeys(re.findall(r"[^\s,、;]+", targets) if channel == "mail" else targets.split()))
    return Wanted(event, team or None, channel, given, language, active == "yes")


WantedDep = Annotated[Wanted, Depends(_wanted)]


@pages.get("/notifications", response_class=HTMLResponse)
def show_rules(request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep) -> Response:
    """The rules, the form for one more, and what became of the last messages."""
    return _all(request, pages, store, settings)


@pages.post("/notifications", response_class=HTMLResponse)
def make_rule(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, visitor: VisitorDep, wanted: WantedDep
) -> Response:
    """A new rule; the secret of a webhook is shown once."""
    try:
        check(wanted, settings)
    except BadInput as error:
        return _all(request, pages, store, settings, problem=error, wanted=wanted, status=422)
    with store.writing() as connection:
        rule, secret = notification_rules.make_rule(connection, visitor.user.name, wanted)
    return _all(request, pages, store, settings, made=rule, secret=secret)


@pages.get("/notifications/{rule_id}", response_class=HTMLResponse)
def show_rule(request: Request, pages: PagesDep, store: StoreDep, rule_id: RuleId) -> Response:
    """One rule, to be changed, tried or deleted."""
    return _one(request, pages, store, found_rule(store, rule_id))


@pages.post("/notifications/{rule_id}", response_class=HTMLResponse)
def change_rule(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    rule_id: RuleId,
    wanted: WantedDep,
) -> Response:
    """Change it or switch it off. What could not be sent may still be switched off."""
    rule = found_rule(store, rule_id)
    try:
        if wanted.channel != rule.wanted.channel:
            raise BadInput(Text("送り方は変えられません。", "The way of sending cannot be changed."))
        if wanted.active:
            check(wanted, settings)
        elif not wanted.targets:
            raise BadInput(Text("送り先を書いてください。", "Say where to send it."))
    except BadInput as error:
        return _one(request, pages, store, rule, problem=error, wanted=wanted, status=422)
    with store.writing() as connection:
        notification_rules.change_rule(connection, visitor.user.name, rule, wanted)
    return RedirectResponse("/notifications", status_code=303)


@pages.post("/notifications/{rule_id}/test", response_class=HTMLResponse)
def test_rule(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, visitor: VisitorDep, rule_id: RuleId
) -> Response:
    """Send a test now, and show the answer."""
    rule = found_rule(store, rule_id)
    try:
        answer = try_out(store, settings, visitor.user.name, rule)
    except BadInput as error:
        return _one(request, pages, store, rule, problem=error, status=422)
    return _one(request, pages, store, rule, answer=answer)


@pages.post("/notifications/{rule_id}/delete")
def delete_rule(store: StoreDep, visitor: VisitorDep, rule_id: RuleId) -> Response:
    """The rule with what it has sent; the audit log keeps both."""
    rule = found_rule(store, rule_id)
    with store.writing() as connection:
        notification_rules.delete_rule(connection, visitor.user.name, rule)
    return RedirectResponse("/notifications", status_code=303)


def found_rule(store: Store, rule_id: int) -> Rule:
    """Raises `Missing`."""
    with store.reading() as connection:
        rule = read_rule(connection, rule_id)
    if rule is None:
        raise NO_RULE
    return rule


def _all(
    request: Request,
    pages: Pages,
    store: Store,
    settings: Settings,
    *,
    problem: BadInput | None = None,
    wanted: Wanted | None = None,
    made: Rule | None = None,
    secret: str | None = None,
    status: int = 200,
) -> Response:
    with store.reading() as connection:
        rules = notification_rules.list_rules(connection)
        sent = notifications.list_notifications(connection, SHOWN)
    values: dict[str, Any] = {
        **_choices(store, wanted, problem),
        "rules": rules,
        "sent": sent,
        "by_id": {rule.rule_id: rule for rule in rules},
        "made": made,
        "secret": secret,
        "ways": {"mail": bool(settings.mail.host), "webhook": settings.web.webhook_hosts},
        "most": MOST_ATTEMPTS,
    }
    return pages.render(request, "notifications.html", status=status, **WHERE, **values)


def _one(
    request: Request,
    pages: Pages,
    store: Store,
    rule: Rule,
    *,
    problem: BadInput | None = None,
    wanted: Wanted | None = None,
    answer: tuple[bool, Bilingual] | None = None,
    status: int = 200,
) -> Response:
    values = _choices(store, wanted or rule.wanted, problem) | {"rule": rule, "answer": answer}
    return pages.render(request, "notification.html", status=status, **WHERE, **values)


def _choices(store: Store, wanted: Wanted | None, problem: BadInput | None) -> dict[str, Any]:
    with store.reading() as connection:
        names = {one.team for one in teams.memberships(connection)}
    if wanted and wanted.team:
        names.add(wanted.team)
    return {"names": NAMES, "teams": sorted(names), "wanted": wanted, "problem": problem}
