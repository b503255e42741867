"""Keeping periods: what is kept how long, what the next night will remove, and removing it now, once it was counted."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import VisitorDep
from api.administration_shapes import Retention
from api.deps import PagesDep, SettingsDep, StoreDep
from api.desk import JobsDep
from api.pages import Pages
from api.working import Work, begin
from pipeline.keeping_periods import count_due, holdings_now, remove_counted
from pipeline.language import Bilingual, Text
from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.connect import Store

pages = APIRouter()
api = APIRouter(tags=["administration"])

SHOWN = 20
Counted = Annotated[Literal["yes"] | None, Query(description="with the dry run: what would be removed now")]
UNSURE = Text(
    "消したものは戻せないことを確かめて、印を付けてください。",
    "Confirm by the tick that nothing of it comes back.",
)


@pages.get("/retention", response_class=HTMLResponse)
def show_retention(
    request: Request, pages: PagesDep, store: StoreDep, settings: SettingsDep, count: Counted = None
) -> Response:
    """Every class with its period; with `count`, the dry run."""
    return _page(request, pages, store, settings, count=count is not None)


@pages.post("/retention", response_class=HTMLResponse)
def remove(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    settings: SettingsDep,
    visitor: VisitorDep,
    jobs: JobsDep,
    counted_at: Annotated[datetime, Form()],
    sure: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Remove what the dry run of that moment counted."""
    if sure != "yes" or counted_at.tzinfo is None:
        return _page(request, pages, store, settings, count=True, problem=UNSURE, status=422)
    work = Work("retention", remove_counted, (visitor.user.name, counted_at), {})
    return begin(request, pages, jobs, visitor, work)


@api.get(
    "/retention", operation_id="getRetention", summary="保存期間と、いま過ぎているもの / keeping periods",
    response_model=Retention,
)  # fmt: skip
def read_retention(store: StoreDep, settings: SettingsDep, count: Counted = None) -> dict[str, Any]:
    """`due` is given with `count=yes` only: it walks through everything that is kept."""
    now = datetime.now(UTC)
    classes = [
        {"name": one.name, "days": one.days, "number": one.number, "oldest": one.oldest, "limit": one.limit}
        for one in holdings_now(store, settings, now)
    ]
    return {"as_of": now, "classes": classes, "due": count_due(store, settings, now) if count else None}


def _page(
    request: Request,
    pages: Pages,
    store: Store,
    settings: Settings,
    *,
    count: bool,
    problem: Bilingual | None = None,
    status: int = 200,
) -> Response:
    now = datetime.now(UTC)
    with store.reading() as connection:
        past = audit.list_entries(connection, action="retention", limit=SHOWN)
    values: dict[str, Any] = {
        "classes": holdings_now(store, settings, now),
        "due": count_due(store, settings, now) if count else None,
        "now": now,
        "past": past,
        "problem": problem,
    }
    return pages.render(
        request, "privacy/retention.html", status=status, section="administration", part="retention", **values
    )
