"""What the rules have to tell, and what became of each message. It is written down before anything is sent.

A call is looked at once, when it is analysed for the first time: what a new dictionary finds in old calls is no news.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from pipeline.language import Text
from pipeline.store import audit, runs
from pipeline.store.notification_rules import Rule, last_tagging, list_rules
from pipeline.store.schema import (
    calls,
    files,
    moments,
    notification_rules,
    notifications,
    notified_calls,
    recordings,
    taggings,
    transcripts,
)
from pipeline.store.schema import runs as nights

State = Literal["waiting", "sending", "sent", "failed", "withdrawn"]
MOST_ATTEMPTS = 5  # one a night
BATCH = 500  # keys in one statement
GIVEN_UP = timedelta(minutes=15)  # whoever has been sending for longer has died


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one recipient. `found`: how many calls when it was made; `answer`: to the last attempt."""

    notification_id: int
    rule_id: int
    run_id: int
    recipient: str
    state: State
    attempts: int
    found: int
    answer: dict[str, str] | None
    made_at: datetime
    updated_at: datetime


def collect(connection: sa.Connection, longest_hours: float) -> int:
    """Write down what every rule that is on has to tell since it last looked; how many messages."""
    made = 0
    last, until = runs.last_run(connection), last_tagging(connection)
    for rule in list_rules(connection):
        if not rule.wanted.active or last is None:
            continue
        if rule.wanted.event == "night_trouble":
            for run_id in _nights_in_trouble(connection, rule, longest_hours):
                made += _write_down(connection, rule, run_id, ())
        elif found := _new_calls(connection, rule):
            made += _write_down(connection, rule, last.run_id, found)
        _look_from(connection, rule.rule_id, until)
    return made


def lower_marks(connection: sa.Connection) -> None:
    """Before a night: erasing may have freed the highest numbers of taggings, which SQLite then gives again."""
    last = last_tagging(connection)
    too_high = notification_rules.c.seen_until > last
    connection.execute(sa.update(notification_rules).where(too_high).values(seen_until=last))


def due(connection: sa.Connection, now: datetime) -> list[tuple[Rule, Notification]]:
    """Messages to be sent now, of rules that are on, the oldest first."""
    rules = {rule.rule_id: rule for rule in list_rules(connection) if rule.wanted.active}
    died = (notifications.c.state == "sending") & (notifications.c.updated_at < now - GIVEN_UP)
    query = (
        sa.select(notifications)
        .where((notifications.c.state == "waiting") | died, notifications.c.rule_id.in_(rules))
        .order_by(notifications.c.notification_id)
    )
    return [(rules[row.rule_id], Notification(**row._mapping)) for row in connection.execute(query)]


def begin(connection: sa.Connection, message: Notification) -> bool:
    """Take it in hand and count the attempt, before it leaves; False if another night has done so."""
    same = (notifications.c.notification_id == message.notification_id) & (notifications.c.attempts == message.attempts)
    still = notifications.c.state == message.state
    values = {"state": "sending", "attempts": message.attempts + 1, "updated_at": datetime.now(UTC)}
    return connection.execute(sa.update(notifications).where(same, still).values(values)).rowcount == 1


def settle(connection: sa.Connection, rule: Rule, message: Notification, answer: Text, *, is_sent: bool) -> State:
    """Note the answer to the attempt that `begin` counted; after the last one it is given up."""
    attempts = message.attempts + 1
    state: State = "sent" if is_sent else "failed" if attempts >= MOST_ATTEMPTS else "waiting"
    own = (notifications.c.notification_id == message.notification_id) & (notifications.c.state == "sending")
    values = {"state": state, "answer": {"ja": answer.ja, "en": answer.en}, "updated_at": datetime.now(UTC)}
    connection.execute(sa.update(notifications).where(own).values(values))
    facts: dict[str, audit.Detail] = {"rule": rule.rule_id, "night": message.run_id, "recipient": message.recipient}
    facts |= {"found": message.found, "attempts": attempts, "state": state}
    actor = audit.system_user()
    audit.record(connection, actor, "notifications.deliver", f"notification-{message.notification_id}", facts)
    return state


def calls_of(connection: sa.Connection, notification_id: int) -> list[str]:
    """The calls that a message tells of; those erased since are not there."""
    query = sa.select(notified_calls.c.call_id).where(notified_calls.c.notification_id == notification_id)
    return list(connection.execute(query.order_by(notified_calls.c.call_id)).scalars())


def files_of(connection: sa.Connection, call_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Of each file of these calls that no calls table tells: the call, its rule, and where it lies."""
    found: list[tuple[str, str, str]] = []
    for start in range(0, len(call_ids), BATCH):
        query = sa.select(files.c.call_id, files.c.call_rule, files.c.relative).where(
            files.c.call_id.in_(call_ids[start : start + BATCH]),
            files.c.call_rule.in_(("unlisted", "unparsed", "preset")),
        )
        found += [(row.call_id, row.call_rule, row.relative) for row in connection.execute(query)]
    return found


def run_failed(connection: sa.Connection, run_id: int) -> bool:
    """Whether the night failed; otherwise it took too long."""
    state = connection.execute(sa.select(nights.c.state).where(nights.c.run_id == run_id)).scalar_one()
    return bool(state == "failed")


def list_notifications(connection: sa.Connection, limit: int) -> list[Notification]:
    """The last ones, the newest first."""
    query = sa.select(notifications).order_by(notifications.c.notification_id.desc()).limit(limit)
    return [Notification(**row._mapping) for row in connection.execute(query)]


def _look_from(connection: sa.Connection, rule_id: int, until: int) -> None:
    own = notification_rules.c.rule_id == rule_id
    connection.execute(sa.update(notification_rules).where(own).values(seen_until=until))


def _new_calls(connection: sa.Connection, rule: Rule) -> list[str]:
    """Calls analysed for the first time since the rule last looked, in which its event is found."""
    own = notification_rules.c.rule_id == rule.rule_id
    since = connection.execute(sa.select(notification_rules.c.seen_until).where(own)).scalar_one()
    known = _analysed(sa.select(recordings.c.call_id)).where(taggings.c.tagging_id <= since)
    query = (
        _analysed(sa.select(recordings.c.call_id).distinct())
        .join(moments, moments.c.tagging_id == taggings.c.tagging_id)
        .where(
            moments.c.tagging_id > since,
            _of_event(rule),
            recordings.c.superseded_in_run.is_(None),
            recordings.c.call_id.not_in(known),
        )
        .order_by(recordings.c.call_id)
    )
    if rule.wanted.team is not None:
        in_force = (calls.c.call_id == recordings.c.call_id) & calls.c.until_load.is_(None)
        query = query.join(calls, in_force).where(calls.c.team == rule.wanted.team)
    return list(connection.execute(query).scalars())


def _analysed(query: sa.Select[Any]) -> sa.Select[Any]:
    return (
        query.select_from(taggings)
        .join(transcripts, transcripts.c.transcript_id == taggings.c.transcript_id)
        .join(recordings, recordings.c.recording_id == transcripts.c.recording_id)
    )


def _of_event(rule: Rule) -> sa.ColumnElement[bool]:
    if rule.wanted.event == "churn_risk":
        return moments.c.label == "churn_risk"
    return (moments.c.label == "proposal") & moments.c.reaction.in_(("declined", "none"))


def _nights_in_trouble(connection: sa.Connection, rule: Rule, longest_hours: float) -> list[int]:
    """Nights that ended since the rule is in force, failed or took too long, and were not told yet."""
    told = sa.select(notifications.c.run_id).where(notifications.c.rule_id == rule.rule_id)
    own = sa.select(notification_rules.c.watched_from).where(notification_rules.c.rule_id == rule.rule_id)
    query = (
        sa.select(nights)
        .where(nights.c.finished_at >= own.scalar_subquery(), nights.c.run_id.not_in(told))
        .order_by(nights.c.run_id)
    )
    longest = timedelta(hours=longest_hours)
    ended = connection.execute(query).all()
    return [row.run_id for row in ended if row.state == "failed" or row.finished_at - row.started_at > longest]


def _write_down(connection: sa.Connection, rule: Rule, run_id: int, call_ids: Sequence[str]) -> int:
    now = datetime.now(UTC)
    row = {"rule_id": rule.rule_id, "run_id": run_id, "state": "waiting", "attempts": 0, "found": len(call_ids) or 1}
    for recipient in rule.recipients:
        values = row | {"recipient": recipient, "made_at": now, "updated_at": now}
        key = connection.execute(sa.insert(notifications).values(values)).inserted_primary_key
        assert key is not None
        if call_ids:
            told = [{"notification_id": key[0], "call_id": call_id} for call_id in call_ids]
            connection.execute(sa.insert(notified_calls), told)
    return len(rule.recipients)
