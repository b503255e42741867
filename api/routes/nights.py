"""Nights: the last runs, and the state of every file of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import Visitor, VisitorDep
from api.deps import Body, Limit, NewestDep, NightId, PagesDep, StoreDep
from api.errors import NO_NIGHT
from api.pages import address
from api.policy import reach_of
from api.schemas import NightList
from pipeline.errors import REASON_TEXTS
from pipeline.nights.watch import LAST_HOUR
from pipeline.store import audit, ledger
from pipeline.store.calls import call_ids_within
from pipeline.store.connect import Connection
from pipeline.store.pages import Night, Pins, list_nights, read_night
from pipeline.store.recordings import FileState, file_states, state_counts

pages = APIRouter()
api = APIRouter(tags=["nights"])

PAGE = 30
SHOWN_FILES = 500
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
    visitor: VisitorDep,
    newest: NewestDep,
    run_id: NightId,
    state: Literal["done", "waiting", "quarantined", "skipped"] | None = None,
    retried: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
) -> Response:
    """One night with its files, what needs a hand first."""
    with store.reading() as connection:
        night = _night(connection, run_id)
        counts = state_counts(connection, run_id, night.versions["speech"])
        files = file_states(connection, run_id, night.versions["speech"], state=state, limit=SHOWN_FILES)
        under_way = _under_way(connection, night, counts)
        open_to = _open_to(connection, visitor, newest, files)
    return pages.render(
        request,
        "night.html",
        section="nights",
        night=night,
        counts=counts,
        files=files,
        open_to=open_to,
        left_out=(sum(counts.values()) if state is None else counts[state]) - len(files),
        state=state,
        reasons=REASON_TEXTS,
        under_way=under_way,
        retried=retried,
    )


@pages.get("/nights/{run_id}/progress", response_class=HTMLResponse)
def show_progress(request: Request, pages: PagesDep, store: StoreDep, run_id: NightId) -> Response:
    """How far a night is: a piece of its page that asks for itself again; when the night is over, the page reloads."""
    with store.reading() as connection:
        night = _night(connection, run_id)
        counts = state_counts(connection, run_id, night.versions["speech"])
        under_way = _under_way(connection, night, counts)
    if under_way is None:
        return Response(headers={"HX-Refresh": "true"})
    return pages.render(request, "night_progress.html", night=night, counts=counts, under_way=under_way)


@pages.post("/nights/{run_id}/retry")
def retry(store: StoreDep, visitor: VisitorDep, run_id: NightId, call_id: Annotated[str, Form()] = "") -> Response:
    """Give a quarantined call, or all of them, another chance in the next night."""
    with store.writing() as connection:
        _night(connection, run_id)
        count = len(ledger.retry(connection, [call_id] if call_id else []))
        audit.record(connection, visitor.user.name, "recordings.retry", call_id or "all", {"recordings": count})
    return RedirectResponse(address(f"/nights/{run_id}", retried=count), status_code=303)


@api.get("/nights", operation_id="listNights", summary="夜間バッチの一覧 / nights", response_model=NightList)
def read_nights(store: StoreDep, limit: Limit = 30, cursor: Before = None) -> dict[str, Any]:
    """Newest first."""
    with store.reading() as connection:
        found = list_nights(connection, before=cursor, limit=limit + 1)
    more = str(found[limit - 1].run_id) if len(found) > limit else None
    return {"items": found[:limit], "next_cursor": more}


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A night that is going on: files that need nothing more of all that there are, and the pace of the last hour."""

    settled: int
    total: int
    per_hour: int
    expected_end: datetime | None


def _night(connection: Connection, run_id: int) -> Night:
    night = read_night(connection, run_id)
    if night is None:
        raise NO_NIGHT
    return night


def _open_to(
    connection: Connection, visitor: Visitor, newest: Body | None, files: Sequence[FileState]
) -> frozenset[str]:
    """The calls of these files that the visitor may open: who leads a team, those of the team."""
    reach = reach_of(visitor.user, "calls.read")
    done = frozenset(file.call_id for file in files if file.state == "done")
    if reach is None or newest is None:
        return frozenset()
    if reach.within is None:
        return done
    return call_ids_within(connection, Pins.of_report(newest), done, reach.within)


def _under_way(connection: Connection, night: Night, counts: Mapping[str, int]) -> UnderWay | None:
    if night.state != "running":
        return None
    now, total = datetime.now(UTC), sum(counts.values())
    per_hour = ledger.settled_since(connection, "transcribe", now - LAST_HOUR)
    left = counts["waiting"]
    end = now + timedelta(hours=left / per_hour) if per_hour and left else None
    return UnderWay(total - left, total, per_hour, end)
