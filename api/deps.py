"""What the routes are given: the store, the newest report, the templates."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from api.errors import NO_OPERATOR, NO_REPORT
from api.pages import Pages, pages_of
from pipeline.store.connect import Store
from pipeline.store.reports import latest_report

Body = Mapping[str, Any]


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreDep = Annotated[Store, Depends(_store)]
PagesDep = Annotated[Pages, Depends(pages_of)]


def _newest(store: StoreDep) -> Body | None:
    with store.reading() as connection:
        return latest_report(connection)


NewestDep = Annotated[Body | None, Depends(_newest)]


def _report(newest: NewestDep) -> Body:
    if newest is None:
        raise NO_REPORT
    return newest


ReportDep = Annotated[Body, Depends(_report)]

LARGEST_ID = 2**63 - 1
NightId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the night")]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many items")]


def operator_in(body: Body, operator_id: str) -> Mapping[str, Any]:
    """The operator's part of a report. Raises `Missing`."""
    for operator in body["operators"]:
        if operator["operator_id"] == operator_id:
            found: Mapping[str, Any] = operator
            return found
    raise NO_OPERATOR
