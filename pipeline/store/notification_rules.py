"""Notification rules: whom to tell of what. Every change is on record; a webhook's secret is shown once, when made."""

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import sqlalchemy as sa

from pipeline.language import Language
from pipeline.store import audit
from pipeline.store.schema import notification_rules, notifications, notified_calls, taggings

Event = Literal["low_reaction", "churn_risk", "night_trouble"]
Channel = Literal["mail", "webhook"]
PREFIX = "kouken_hook_"  # so that scanners for lost secrets know one when they see it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to be told. `targets`: e-mail addresses, or the one URL of a webhook."""

    event: Event
    team: str | None
    channel: Channel
    targets: tuple[str, ...]
    language: Language
    active: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """That, as it stands in the store."""

    rule_id: int
    wanted: Wanted
    made_by: str
    made_at: datetime

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses; of a webhook its host alone, since the rest of a URL is often a secret."""
        if self.wanted.channel == "mail":
            return self.wanted.targets
        return (urlsplit(self.wanted.targets[0]).netloc,)


def make_rule(connection: sa.Connection, actor: str, wanted: Wanted) -> tuple[Rule, str | None]:
    """A rule that `pipeline.messages.notifying.check` has accepted, and the secret of a webhook."""
    secret = PREFIX + secrets.token_urlsafe(32) if wanted.channel == "webhook" else None
    now = datetime.now(UTC)
    row = _row(wanted) | {"secret": secret, "made_by": actor, "made_at": now} | _from_now_on(connection)
    key = connection.execute(sa.insert(notification_rules).values(row)).inserted_primary_key
    assert key is not None
    rule = Rule(int(key[0]), wanted, actor, now)
    _record(connection, actor, "notifications.make", rule)
    return rule, secret


def change_rule(connection: sa.Connection, actor: str, rule: Rule, wanted: Wanted) -> None:
    """Replace what is wanted, the channel excepted; from now on, and what still waited is withdrawn."""
    assert wanted.channel == rule.wanted.channel
    own = notification_rules.c.rule_id == rule.rule_id
    connection.execute(sa.update(notification_rules).where(own).values(_row(wanted) | _from_now_on(connection)))
    waiting = (notifications.c.rule_id == rule.rule_id) & notifications.c.state.in_(("waiting", "sending"))
    ended = {"state": "withdrawn", "updated_at": datetime.now(UTC)}
    connection.execute(sa.update(notifications).where(waiting).values(ended))
    _record(connection, actor, "notifications.change", Rule(rule.rule_id, wanted, rule.made_by, rule.made_at))


def delete_rule(connection: sa.Connection, actor: str, rule: Rule) -> None:
    """The rule with its messages; the audit log keeps both."""
    of_rule = notifications.c.rule_id == rule.rule_id
    told = sa.select(notifications.c.notification_id).where(of_rule)
    connection.execute(sa.delete(notified_calls).where(notified_calls.c.notification_id.in_(told)))
    connection.execute(sa.delete(notifications).where(of_rule))
    connection.execute(sa.delete(notification_rules).where(notification_rules.c.rule_id == rule.rule_id))
    _record(connection, actor, "notifications.delete", rule)


def list_rules(connection: sa.Connection) -> list[Rule]:
    """All, the newest first."""
    query = sa.select(notification_rules).order_by(notification_rules.c.rule_id.desc())
    return [_rule(row) for row in connection.execute(query)]


def read_rule(connection: sa.Connection, rule_id: int) -> Rule | None:
    """One of them; None where there is none of that number."""
    query = sa.select(notification_rules).where(notification_rules.c.rule_id == rule_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _rule(row)


def secret_of(connection: sa.Connection, rule_id: int) -> str | None:
    """What the messages of a webhook are signed with; by mail there is none."""
    query = sa.select(notification_rules.c.secret).where(notification_rules.c.rule_id == rule_id)
    secret: str | None = connection.execute(query).scalar_one()
    return secret


def last_tagging(connection: sa.Connection) -> int:
    """The number of the newest tagging, 0 before the first."""
    return int(connection.execute(sa.select(sa.func.max(taggings.c.tagging_id))).scalar() or 0)


def _from_now_on(connection: sa.Connection) -> dict[str, Any]:
    return {"watched_from": datetime.now(UTC), "seen_until": last_tagging(connection)}


def _row(wanted: Wanted) -> dict[str, Any]:
    return asdict(wanted) | {"targets": list(wanted.targets)}


def _rule(row: sa.Row[Any]) -> Rule:
    wanted = Wanted(
        cast("Event", row.event), row.team, cast("Channel", row.channel), tuple(row.targets),
        cast("Language", row.language), row.active,
    )  # fmt: skip
    return Rule(row.rule_id, wanted, row.made_by, row.made_at)


def _record(connection: sa.Connection, actor: str, action: str, rule: Rule) -> None:
    wanted = rule.wanted
    facts: dict[str, audit.Detail] = {"event": wanted.event, "team": wanted.team, "channel": wanted.channel}
    facts |= {"recipients": list(rule.recipients), "active": wanted.active}
    audit.record(connection, actor, action, f"rule-{rule.rule_id}", facts)
