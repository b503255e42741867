"""The filters of calls as they stand in an address: the same for the list, the search, the files and the JSON."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from api.access import Visitor
from pipeline.store.call_filter import SEGMENTS, CallFilter
from pipeline.values import TOKYO

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9999, 12, 30)  # what every store and zone can hold
Day = Annotated[date, Query(ge=FIRST_DAY, le=LAST_DAY)]
Label = Literal["appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint"]
Reaction = Literal["accepted", "welcomed", "deferred", "declined", "none"]
Moment = Literal["appeal", "enablement", "proposal"]
Outcome = Literal["renewed", "churned"]
Text = Annotated[str, Query(max_length=200)]
Segment = Annotated[
    str,
    Query(max_length=200, pattern=f"^(|({'|'.join(SEGMENTS)}):.+)$", description="plan:…, region:… and so on"),
]
Least = Annotated[float, Query(ge=0, le=1, description="confidence of the moment or of the hit of the phrase")]
Cursor = Annotated[str | None, Query(max_length=300, description="next_cursor of the page before")]


def _asked(
    operator: Text | None = None,
    since: Day | Literal[""] | None = None,
    until: Day | Literal[""] | None = None,
    label: Label | Literal[""] | None = None,
    reaction: Reaction | Literal[""] | None = None,
    unknown: Literal["operator", "time", "contract", ""] | None = None,
    team: Text | None = None,
    reason: Text | None = None,
    without: Moment | Literal[""] | None = None,
    segment: Segment | None = None,
    outcome: Outcome | Literal[""] | None = None,
    outcome_since: Day | Literal[""] | None = None,
    outcome_until: Day | Literal[""] | None = None,
    customer: Text | None = None,
    phrase: Text | None = None,
    least: Least | Literal[""] | None = None,
) -> dict[str, Any]:
    """The filters of the address; an empty field of the form is no filter. Days are Tokyo's, `until` included."""
    given: dict[str, Any] = {"operator": operator, "since": since, "until": until, "label": label}
    given |= {"reaction": reaction, "unknown": unknown, "team": team, "reason": reason, "without": without}
    given |= {"segment": segment, "outcome": outcome}
    given |= {"outcome_since": outcome_since, "outcome_until": outcome_until}
    given |= {"customer": customer, "phrase": phrase, "least": least}
    return {name: value for name, value in given.items() if value}


Asked = Annotated[dict[str, Any], Depends(_asked)]


def call_filter(asked: dict[str, Any], visitor: Visitor, *, is_masked: bool = False) -> CallFilter:
    """The calls that the address asks for, as far as the visitor's permission for this route reaches."""
    since, until, ended_by = asked.get("since"), asked.get("until"), asked.get("outcome_until")
    column, _, value = asked.get("segment", "").partition(":")
    return CallFilter(
        operator_id=asked.get("operator"),
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        label=asked.get("label"),
        reaction=asked.get("reaction"),
        unknown=asked.get("unknown"),
        within=visitor.reach.within,
        is_masked=is_masked,
        team=asked.get("team"),
        reason=asked.get("reason"),
        without=asked.get("without"),
        segment=(column, value) if column else None,
        outcome=asked.get("outcome"),
        outcome_since=asked.get("outcome_since"),
        customer_id=asked.get("customer"),
        phrase_id=asked.get("phrase"),
        least=asked.get("least"),
        outcome_until=ended_by + timedelta(days=1) if ended_by else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO)
