"""What the routes are given: the store, the newest report, the templates."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from api.access import Visitor
from api.errors import NO_OPERATOR, NO_REPORT
from api.pages import Pages, pages_of
from pipeline.settings import Settings
from pipeline.store.connect import Store
from pipeline.store.pages import Within
from pipeline.store.reports import NewestReport

Body = Mapping[str, Any]


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreDep = Annotated[Store, Depends(_store)]


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(_settings)]
PagesDep = Annotated[Pages, Depends(pages_of)]


def _newest(request: Request, store: StoreDep) -> Body | None:
    """The newest report, as far as whoever asks may see it."""
    newest: NewestReport = request.app.state.newest
    with store.reading() as connection:
        body = newest.body(connection)
    visitor: Visitor | None = request.state.visitor
    return as_seen_by(visitor, body) if visitor and body else body


NewestDep = Annotated[Body | None, Depends(_newest)]


def _report(newest: NewestDep) -> Body:
    if newest is None:
        raise NO_REPORT
    return newest


ReportDep = Annotated[Body, Depends(_report)]

LARGEST_ID = 2**63 - 1
NightId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the night")]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many items")]


def as_seen_by(visitor: Visitor, body: Body) -> Body:
    """The report without operators beyond the visitor's reach.

    Its totals are over all calls of an operator: who leads a team sees them only if all of these were taken in it.
    """
    reach = visitor.reach.within
    if reach is None:
        return body
    operators = [item for item in body["operators"] if _lies_within(reach, item)]
    seen = {**body, "operators": operators}
    if contribution := body.get("contribution"):
        names = {item["operator_id"] for item in operators}
        estimates = {name: value for name, value in contribution.get("operators", {}).items() if name in names}
        seen["contribution"] = {**contribution, "operators": estimates}
    return seen


def _lies_within(reach: Within, operator: Mapping[str, Any]) -> bool:
    teams = operator.get("teams", [operator["team"]])  # reports of earlier versions know the last team only
    return operator["operator_id"] in reach.operators or (bool(teams) and reach.teams.issuperset(teams))


def operator_in(body: Body, operator_id: str) -> Mapping[str, Any]:
    """The operator's part of a report. Raises `Missing`."""
    for operator in body["operators"]:
        if operator["operator_id"] == operator_id:
            found: Mapping[str, Any] = operator
            return found
    raise NO_OPERATOR
