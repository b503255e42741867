"""The shapes of the JSON answers about evaluations, tables and notification rules."""

from datetime import datetime
from typing import Any

from api.schemas import Shape


class ScorecardForm(Shape):
    """A scorecard in its newest version."""

    version_id: int
    form_id: int
    number: int
    title: str
    questions: list[dict[str, Any]]
    is_retired: bool
    made_by: str
    made_at: datetime


class ScorecardList(Shape):
    """Scorecards by number."""

    items: list[ScorecardForm]
    next_cursor: str | None


class EvaluationShape(Shape):
    """One evaluation. `share`: the weighted mean of what was answered, 0 to 1, null where nothing was.

    `answers`: by question, the value with its comment and, for automatic ones, where in the call it comes from.
    """

    evaluation_id: int
    form_id: int
    version_id: int
    title: str
    call_id: str
    transcript_id: int
    operator_id: str | None
    team: str | None
    evaluator: str
    state: str
    answers: dict[str, Any]
    share: float | None
    answered: int
    questions: int
    begun_at: datetime
    shared_at: datetime | None
    acknowledged_at: datetime | None
    appealed_at: datetime | None
    final_at: datetime | None


class EvaluationList(Shape):
    """Evaluations, newest first."""

    items: list[EvaluationShape]
    next_cursor: str | None


class TableLoad(Shape):
    """The newest load of a table; `report` as after loading."""

    load_id: int
    kind: str
    file_name: str
    rows: int
    loaded_at: datetime
    report: dict[str, Any]


class TableList(Shape):
    """Tables that were loaded, by name."""

    items: list[TableLoad]
    next_cursor: str | None


class TablePreview(Shape):
    """What a file holds. `upload` is the key with which to load or discard it; `rows` are the first."""

    upload: str
    kind: str
    encoding: str
    report: dict[str, Any]
    rows: list[dict[str, Any]]


class LoadedTable(Shape):
    """What loading has changed, in numbers."""

    kind: str
    counts: dict[str, int]


class NotificationRule(Shape):
    """A rule; `recipients`: addresses, or the host of a webhook."""

    rule_id: int
    event: str
    team: str | None
    channel: str
    recipients: list[str]
    language: str
    active: bool
    made_by: str
    made_at: datetime


class NotificationRuleMade(NotificationRule):
    """With the secret that signs a webhook's messages, told this once; null by mail."""

    secret: str | None


class NotificationRuleList(Shape):
    """Rules, newest first."""

    items: list[NotificationRule]
    next_cursor: str | None
