"""Nights: the last runs, and the state of every file of one."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import Limit, NightId, PagesDep, StoreDep
from api.errors import NO_NIGHT
from api.schemas import NightList
from pipeline.errors import REASON_TEXTS
from pipeline.store.pages import list_nights, read_night
from pipeline.store.recordings import FileState, file_states

pages = APIRouter()
api = APIRouter(tags=["nights"])

PAGE = 30
SHOWN_FILES = 500
URGENCY = ("quarantined", "waiting", "skipped", "done")
Before = Annotated[int | None, Query(ge=1, lt=2**63, description="number of the night where the page before ended")]


@pages.get("/nights", response_class=HTMLResponse)
def show_nights(request: Request, pages: PagesDep, store: StoreDep, before: Before = None) -> Response:
    """The last nights, newest first."""
    with store.reading() as connection:
        found = list_nights(connection, before=before, limit=PAGE + 1)
    if not found:
        return pages.render(request, "start.html", section="nights")
    more = found[PAGE - 1].run_id if len(found) > PAGE else None
    return pages.render(request, "nights.html", section="nights", nights=found[:PAGE], more=more)


@pages.get("/nights/{run_id}", response_class=HTMLResponse)
def show_night(
    request: Request,
    pages: PagesDep,
    store: StoreDep,
    run_id: NightId,
    state: Literal["done", "waiting", "quarantined", "skipped"] | None = None,
) -> Response:
    """One night with its files, what needs a hand first."""
    with store.reading() as connection:
        night = read_night(connection, run_id)
        if night is None:
            raise NO_NIGHT
        files = file_states(connection, run_id, night.versions["speech"])
    wanted = [file for file in files if state is None or file.state == state]
    return pages.render(
        request,
        "night.html",
        section="nights",
        night=night,
        counts=Counter(file.state for file in files),
        files=_most_urgent(wanted),
        left_out=max(len(wanted) - SHOWN_FILES, 0),
        state=state,
        reasons=REASON_TEXTS,
    )


@api.get("/nights", operation_id="listNights", summary="夜間バッチの一覧 / nights", response_model=NightList)
def read_nights(store: StoreDep, limit: Limit = 30, cursor: Before = None) -> dict[str, Any]:
    """Newest first."""
    with store.reading() as connection:
        found = list_nights(connection, before=cursor, limit=limit + 1)
    more = str(found[limit - 1].run_id) if len(found) > limit else None
    return {"items": found[:limit], "next_cursor": more}


def _most_urgent(files: Sequence[FileState]) -> list[FileState]:
    return sorted(files, key=lambda file: (URGENCY.index(file.state), file.relative))[:SHOWN_FILES]
