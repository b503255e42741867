"""Notification rules for programs: listed, made, changed, deleted. Of a webhook's address only the host is told."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import VisitorDep
from api.deps import LARGEST_ID, Limit, SettingsDep, StoreDep
from api.errors import Unusable
from api.routes.notifications import RuleId, found_rule
from api.work_shapes import NotificationRule, NotificationRuleList, NotificationRuleMade
from pipeline.errors import BadInput
from pipeline.language import Language, Text
from pipeline.messages.notifying import check
from pipeline.settings import Settings
from pipeline.store import notification_rules
from pipeline.store.notification_rules import Channel, Event, Rule, Wanted

pages = APIRouter()
api = APIRouter(tags=["administration"])

Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="next_cursor of the page before")]
SAME_CHANNEL = Text("送り方は変えられません。", "The way of sending cannot be changed.")


class WantedRule(BaseModel):
    """What somebody wants to be told. `targets`: e-mail addresses, or the one URL of a webhook."""

    model_config = ConfigDict(extra="forbid")

    event: Event
    team: str | None = Field(None, max_length=200)
    channel: Channel
    targets: list[Annotated[str, Field(max_length=2000)]] = Field(max_length=20)
    language: Language = "ja"
    active: bool = True


@api.get(
    "/notification-rules", operation_id="listNotificationRules", summary="通知の規則 / notification rules",
    response_model=NotificationRuleList,
)  # fmt: skip
def read_rules(store: StoreDep, limit: Limit = 100, cursor: Before = None) -> dict[str, Any]:
    """Newest first."""
    with store.reading() as connection:
        every = notification_rules.list_rules(connection)
    found = [rule for rule in every if cursor is None or rule.rule_id < cursor]
    more = str(found[limit - 1].rule_id) if len(found) > limit else None
    return {"items": [_told(rule) for rule in found[:limit]], "next_cursor": more}


@api.post(
    "/notification-rules", operation_id="makeNotificationRule", summary="規則を作る / make a rule",
    response_model=NotificationRuleMade, status_code=201,
)  # fmt: skip
def make(store: StoreDep, settings: SettingsDep, visitor: VisitorDep, given: WantedRule) -> dict[str, Any]:
    """`secret` signs a webhook's messages and is told this once."""
    wanted = _checked(given, settings)
    with store.writing() as connection:
        rule, secret = notification_rules.make_rule(connection, visitor.user.name, wanted)
    return _told(rule) | {"secret": secret}


@api.get(
    "/notification-rules/{rule_id}", operation_id="getNotificationRule", summary="一つの規則 / one rule",
    response_model=NotificationRule,
)  # fmt: skip
def read_one(store: StoreDep, rule_id: RuleId) -> dict[str, Any]:
    """As it stands."""
    return _told(found_rule(store, rule_id))


@api.put(
    "/notification-rules/{rule_id}", operation_id="changeNotificationRule", summary="規則を変える / change a rule",
    response_model=NotificationRule,
)  # fmt: skip
def change(
    store: StoreDep, settings: SettingsDep, visitor: VisitorDep, rule_id: RuleId, given: WantedRule
) -> dict[str, Any]:
    """Replace it, the channel excepted; what still waited is withdrawn."""
    rule = found_rule(store, rule_id)
    if given.channel != rule.wanted.channel:
        raise Unusable("rule_refused", SAME_CHANNEL, Text("", ""))
    wanted = _checked(given, settings)
    with store.writing() as connection:
        notification_rules.change_rule(connection, visitor.user.name, rule, wanted)
    return _told(found_rule(store, rule_id))


@api.delete(
    "/notification-rules/{rule_id}", operation_id="deleteNotificationRule", summary="規則を消す / delete a rule",
    status_code=204,
)  # fmt: skip
def delete(store: StoreDep, visitor: VisitorDep, rule_id: RuleId) -> Response:
    """The rule with what it has sent; the audit log keeps both."""
    rule = found_rule(store, rule_id)
    with store.writing() as connection:
        notification_rules.delete_rule(connection, visitor.user.name, rule)
    return Response(status_code=204)


def _checked(given: WantedRule, settings: Settings) -> Wanted:
    targets = tuple(dict.fromkeys(given.targets))
    wanted = Wanted(given.event, given.team or None, given.channel, targets, given.language, given.active)
    try:
        check(wanted, settings)
    except BadInput as error:
        remedy = error.remedy or Text("", "")
        raise Unusable("rule_refused", Text(error.text.ja, error.text.en), Text(remedy.ja, remedy.en)) from None
    return wanted


def _told(rule: Rule) -> dict[str, Any]:
    wanted = rule.wanted
    return {
        "rule_id": rule.rule_id,
        "event": wanted.event,
        "team": wanted.team,
        "channel": wanted.channel,
        "recipients": list(rule.recipients),
        "language": wanted.language,
        "active": wanted.active,
        "made_by": rule.made_by,
        "made_at": rule.made_at,
    }
